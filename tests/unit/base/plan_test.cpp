#include "base/plan_builder.hpp"

#include <cstring>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace hob::base;

namespace {

std::vector<char> sample(std::string_view argument = "daemon") {
    PlanBuilder builder;
    builder.policy.stop_signal = 3;
    builder.begin(Program::main);
    builder.step(StepOp::limit, {7, 1024, -1}, {});
    builder.step(StepOp::user, {33, 33}, {"www", "/var/www"});
    builder.step(StepOp::exec, {}, {"/usr/sbin/nginx", "-g", argument});
    builder.begin(Program::finish);
    builder.step(StepOp::exec, {}, {"/bin/finish"});
    return builder.finish();
}

std::vector<std::string> argv_of(const PlanView& plan, Program program) {
    std::vector<std::string> words;
    for (const char* at = plan.begin(program); at != plan.end(program); at = Step{at}.next()) {
        const Step step{at};
        if (step.op() != StepOp::exec) continue;
        const char* s = step.strings();
        for (int i = 0; i < step.header().string_count; ++i, s = Step::next_string(s)) words.emplace_back(s);
    }
    return words;
}

}  // namespace

TEST_CASE("a built plan is sound and reads back") {
    const auto blob = sample();
    const auto plan = PlanView::check(blob);
    REQUIRE(plan);
    CHECK(plan->policy().stop_signal == 3);
    CHECK(plan->has(Program::main));
    CHECK_FALSE(plan->has(Program::down));
    CHECK(argv_of(*plan, Program::main) == std::vector<std::string>{"/usr/sbin/nginx", "-g", "daemon"});
    const Step first{plan->begin(Program::main)};
    CHECK(first.op() == StepOp::limit);
    CHECK(first.numbers()[2] == -1);
    const Step second{first.next()};
    CHECK(std::string{second.strings()} == "www");
    CHECK(std::string{Step::next_string(second.strings())} == "/var/www");
}

TEST_CASE("the same calls make the same bytes") { CHECK(sample() == sample()); }

TEST_CASE("every flipped bit and every truncation of a plan is refused") {
    auto blob = sample();
    for (std::size_t bit = 0; bit < blob.size() * 8; ++bit) {
        blob[bit / 8] = static_cast<char>(blob[bit / 8] ^ (1 << (bit % 8)));
        const char* why = nullptr;
        CHECK_FALSE(PlanView::check(blob, &why));
        CHECK(why != nullptr);
        blob[bit / 8] = static_cast<char>(blob[bit / 8] ^ (1 << (bit % 8)));
    }
    for (std::size_t size = 0; size < blob.size(); ++size) CHECK_FALSE(PlanView::check({blob.data(), size}));
    CHECK(PlanView::check(blob));
}

TEST_CASE("a program whose last step is not exec is refused") {
    PlanBuilder builder;
    builder.begin(Program::main);
    builder.step(StepOp::umask, {022}, {});
    CHECK_FALSE(PlanView::check(builder.finish()));
}

TEST_CASE("an instance has its argument wherever the template has ${instance}") {
    const auto blob = sample("tty ${instance} of ${instance}");
    const auto plan = PlanView::check(blob);
    REQUIRE(plan);
    CHECK(plan->is_template());
    const auto made = instantiate(*plan, "ttyS0");
    const auto instance = PlanView::check(made);
    REQUIRE(instance);
    CHECK_FALSE(instance->is_template());
    CHECK(argv_of(*instance, Program::main).back() == "tty ttyS0 of ttyS0");
    CHECK(argv_of(*instance, Program::finish) == std::vector<std::string>{"/bin/finish"});
    CHECK(instance->policy().stop_signal == 3);
}
