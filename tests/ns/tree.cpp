#include "tests/ns/tree.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

namespace hob::tests {

namespace fs = std::filesystem;

Tree::Tree(const Files& files)
    : bin_{install(dir_, {"hob", "hob-init", "hob-svscan", "hob-rc", "hob-log", "hob-compile"})} {
    for (const auto& [name, content] : files) {
        const fs::path at{dir_ / ("repo/" + name)};
        fs::create_directories(at.parent_path());
        std::ofstream{at} << content;
        if (content.starts_with("#!")) fs::permissions(at, fs::perms{0755});
    }
    fs::create_directories(dir_ / "work");
    ns_ = std::make_unique<Namespace>(
        Namespace::Options{.command = {bin_ + "/hob", "run", "--run", dir_ / "run", dir_ / "repo"},
                           .env = {{"PATH", "/usr/bin:/bin"}, {"WORK", dir_ / "work"}},
                           .pid = false});
}

Outcome Tree::hob(const Words& words, std::chrono::milliseconds limit) {
    Words line{bin_ + "/hob"};
    line.insert(line.end(), words.begin(), words.end());
    line.insert(line.begin(), {"/usr/bin/env", "HOB_RUN=" + (dir_ / "run")});
    return ns_->run(line, limit);
}

nlohmann::json Tree::service(const std::string& name) {
    const auto got = hob({"status", "--json", "--all"});
    const auto all = nlohmann::json::parse(got.output, nullptr, false);
    if (!all.is_object()) return {};
    for (const auto& entry : all["services"])
        if (entry["name"] == name) return entry;
    return {};
}

std::string Tree::state(const std::string& name) {
    const auto entry = service(name);
    return entry.is_object() ? entry.value("state", "") : "";
}

bool Tree::wait_state(const std::string& name, const std::string& wanted, std::chrono::milliseconds limit) {
    return ns_->wait_until([&] { return state(name) == wanted; }, limit);
}

Outcome Tree::shell(const std::string& script) { return ns_->run({"/bin/sh", "-c", script}); }

bool Tree::kill_all(const std::string& comm) {
    return shell("pids=$(pgrep -x " + comm + ") && kill -9 $pids").ok();
}

std::optional<int> Tree::end() {
    shell("kill -TERM $(pgrep -x hob-init)");
    return ns_->wait_exit();
}

}  // namespace hob::tests
