// bench restart: a service that dies, until the first instruction of its replacement; against a bare loop.
//
// The payload `stamp` notes both moments itself (payload/stamp.hpp). N other services are loaded and up. hob
// and the bare loop take turns of ten deaths each; a pause of two milliseconds before each death lets
// everything fall asleep first.
#include "base/fd.hpp"
#include "tests/bench/command.hpp"
#include "tests/bench/graph.hpp"
#include "tests/bench/payload/stamp.hpp"
#include "tests/bench/scene.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>

namespace hob::bench {

namespace {

enum : std::size_t { opt_judge, opt_services, opt_rounds, opt_count };
constexpr base::Option options[opt_count] = {
    judge_option,
    {"services", 'n', "N", "other services, up (1000)"},
    {"rounds", 'r', "N", "deaths, of each (500)"},
};
constexpr std::size_t turn = 10;
constexpr timespec patience{10, 0};

// The page shared with one stamp.
class Stamped {
  public:
    explicit Stamped(const std::string& path) {
        const base::Fd file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)};
        if (::ftruncate(file.get(), sizeof(StampPage)) < 0) throw std::runtime_error{path};
        void* const at =
            ::mmap(nullptr, sizeof(StampPage), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
        if (at == MAP_FAILED) throw std::runtime_error{path};
        page_ = static_cast<StampPage*>(at);
    }
    void wait_life(std::uint32_t after) {
        while (page_->lives.load() == after)
            if (!wait_while(page_->lives, after, &patience) && errno == ETIMEDOUT)
                throw std::runtime_error{"no replacement came"};
    }
    // ns from its death to its replacement's first instruction.
    double kill_once() {
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
        const std::uint32_t life = page_->lives.load();
        raise(page_->orders);
        wait_life(life);
        return static_cast<double>(page_->born - page_->died);
    }

  private:
    StampPage* page_;
};

std::string with_stamp(Graph graph, const std::string& page) {
    const std::string repository = std::string{scene_root} + "/restart";
    write_definition(repository, "stamped",
                     "exec = [\"" + program("stamp") + "\", \"" + page +
                         "\"]\n[restart]\ndelay = \"0s\"\ndelay-max = \"0s\"\nattempts = 0\n");
    graph.boot = "type = \"bundle\"\ncontents = [\"all\", \"stamped\"]\n";
    return compile_graph(graph, "restart");
}

int run(const base::Parsed& parsed) {
    const std::size_t services = number(parsed, opt_services, 1000), rounds = number(parsed, opt_rounds, 500);
    Sheet sheet{parsed.has(opt_judge)};
    sheet.title("death to first instruction of the replacement, " + std::to_string(services) +
                " other services up, " + std::to_string(rounds) + " deaths");
    const std::string root{scene_root}, pages[2] = {root + "/stamp.bare", root + "/stamp.hob"};
    Stamped bare_stamp{pages[0]}, hob_stamp{pages[1]};
    LiveTree tree{with_stamp({.services = services}, pages[1])};
    const Process loop{{program("loop"), program("stamp"), pages[0]}, {}, root + "/loop.said"};
    bare_stamp.wait_life(0);
    hob_stamp.wait_life(0);
    Samples bare, hob;
    while (hob.count() < rounds) {
        for (std::size_t i = 0; i < turn; ++i) bare.add(bare_stamp.kill_once());
        for (std::size_t i = 0; i < turn; ++i) hob.add(hob_stamp.kill_once());
    }
    sheet.spread("bare signalfd loop, p50", bare, Unit::us);
    sheet.value("bare signalfd loop, p99", bare.at(0.99), Unit::us);
    sheet.spread("hob, p50", hob, Unit::us);
    sheet.value("hob, p99", hob.at(0.99), Unit::us);
    sheet.value("hob / bare, p50", hob.median() / bare.median(), Unit::ratio, 2);
    sheet.value("hob / bare, p99", hob.at(0.99) / bare.at(0.99), Unit::ratio, 3);
    return sheet.finish();
}

}  // namespace

const Subcommand restart{.line = {.program = "bench restart",
                                  .operands = "",
                                  .summary = "death of a service to its replacement's first instruction",
                                  .options = options,
                                  .operands_max = 0},
                         .run = run};

}  // namespace hob::bench
