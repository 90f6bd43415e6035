#include "tests/bench/scene.hpp"

#include "base/fd.hpp"
#include "tests/ns/namespace.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hob::bench {

namespace fs = std::filesystem;

namespace {
constexpr const char* programs_variable = "HOB_BENCH_BIN";  // set only inside
constexpr std::chrono::hours longest{1};
constexpr rlim_t descriptors = 65536;

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr ? value : "";
}

void show_from(const std::string& text, std::size_t& shown) {
    std::fwrite(text.data() + shown, 1, text.size() - shown, stdout);
    std::fflush(stdout);
    shown = text.size();
}

// A directory of copies of the programs, gone with the object.
class Copies {
  public:
    Copies() {
        if (::mkdtemp(path_) == nullptr) throw std::runtime_error{"no directory in /var/tmp"};
        const std::string all = variable("HOB_PROGRAMS");
        for (std::string_view list = all; !list.empty();) {
            const auto end = std::min(list.find(':'), list.size());
            copy(fs::path{list.substr(0, end)});
            list.remove_prefix(std::min(end + 1, list.size()));
        }
    }
    ~Copies() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Copies(const Copies&) = delete;
    Copies& operator=(const Copies&) = delete;
    [[nodiscard]] std::string path() const { return path_; }

  private:
    void copy(const fs::path& from) {
        std::string name = from.filename();
        if (name.starts_with("bench-")) name.erase(0, 6);
        const fs::path to = fs::path{path_} / name;
        fs::copy_file(from, to);
        const base::Fd file{::open(to.c_str(), O_RDONLY | O_CLOEXEC)};
        ::fsync(file.get());
    }
    char path_[32] = "/var/tmp/hob-bench.XXXXXX";
};
}  // namespace

bool inside(int argc, char** argv, int* code) {
    if (std::getenv(programs_variable) != nullptr) return true;
    const Copies copies;
    tests::Words words{fs::read_symlink("/proc/self/exe")};
    words.insert(words.end(), argv + 1, argv + argc);
    tests::Namespace ns{
        {.command = words,
         .env = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}, {programs_variable, copies.path()}},
         .pid = false}};
    const auto end = std::chrono::steady_clock::now() + longest;
    std::size_t shown = 0;
    std::optional<int> status;
    while (!status && std::chrono::steady_clock::now() < end) {
        status = ns.wait_exit(std::chrono::milliseconds{200});
        show_from(ns.output(), shown);
    }
    *code = status && WIFEXITED(*status) ? WEXITSTATUS(*status) : 1;
    return false;
}

std::string init_said() { return std::string{scene_root} + "/hob-init.said"; }

void prepare_scene() {
    rlimit limit{descriptors, descriptors};
    if (::setrlimit(RLIMIT_NOFILE, &limit) < 0 && ::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    fs::create_directories(scene_root);
}

std::string programs() { return variable(programs_variable); }

std::string program(const std::string& name) {
    std::string path = programs() + "/" + name;
    if (::access(path.c_str(), X_OK) < 0) throw std::runtime_error{"HOB_PROGRAMS names no " + name};
    return path;
}

std::string compile_graph(Graph graph, const std::string& name) {
    graph.programs = programs();
    const std::string repository = std::string{scene_root} + "/" + name;
    std::string database = repository + ".db";
    write_repository(repository, graph);
    must({program("hob-compile"), repository, "-o", database});
    return database;
}

LiveTree::LiveTree(const std::string& database) : run_{std::string{scene_root} + "/run"} {
    fs::remove_all(run_);
    fs::create_directories(run_ + "/lib/generations");
    fs::copy_file(database, run_ + "/lib/generations/1.db");
    fs::create_symlink("generations/1.db", run_ + "/lib/current");
    init_ = std::make_unique<Process>(Words{program("hob-init"), "--run", run_},
                                      std::map<std::string, std::string>{{"HOB_UP", "default"}}, init_said());
    wait("no tree came up", [&] {
        if (opened_) return state("default") == base::State::up;
        if (auto table = base::TableView::open((run_ + "/table").c_str())) {
            table_ = *std::move(table);
            opened_ = true;
        }
        return false;
    });
}

LiveTree::~LiveTree() { init_->end(); }

Ran LiveTree::hob(const Words& words) {
    Words line{program("hob")};
    line.insert(line.end(), words.begin(), words.end());
    return must(line, {{"HOB_RUN", run_}});
}

void LiveTree::wait(const std::string& what, const std::function<bool()>& condition,
                    std::chrono::seconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) throw std::runtime_error{what};
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
}

std::size_t LiveTree::count(const std::function<bool(base::State)>& good) {
    std::size_t found = 0;
    for (base::ServiceId id = 0; id < table_.count(); ++id) {
        const base::Record& record = table_.record(id);
        if (!std::string_view{record.name}.starts_with("s-")) continue;
        if (good(base::committed_state(record.commit.load()))) ++found;
    }
    return found;
}

base::State LiveTree::state(const std::string& name) {
    const auto id = table_.find(name);
    return id == base::no_service ? base::State::down
                                  : base::committed_state(table_.record(id).commit.load());
}

}  // namespace hob::bench
