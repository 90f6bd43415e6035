// bench memory: what hob's processes keep for N services, each a process that stays.
//
// Private dirty and PSS from smaps_rollup, page tables from status, after `hob up all` has settled. Each N in
// a tree of its own. The table is shared memory and no private dirty of the scanner's: its size is printed
// beside.
#include "base/table.hpp"
#include "tests/bench/command.hpp"
#include "tests/bench/graph.hpp"
#include "tests/bench/scene.hpp"

#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>

namespace hob::bench {

namespace {

enum : std::size_t { opt_judge, opt_services, opt_count };
constexpr base::Option options[opt_count] = {
    judge_option,
    {"services", 'n', "N", "only for this many (0, 100, 1000 and 4000)"},
};
constexpr const char* parts[] = {"hob-init", "hob-svscan", "hob-rc", "hob-log"};

std::size_t descriptors(pid_t pid) {
    std::error_code gone;
    std::size_t n = 0;
    for (std::filesystem::directory_iterator at{"/proc/" + std::to_string(pid) + "/fd", gone}, end; at != end;
         ++at)
        ++n;
    return n;
}

// What DESIGN §8 allows; nothing for the parts it does not name.
std::optional<double> dirty_budget(const std::string& part, std::size_t services, std::size_t held) {
    if (part == "hob-init") return 20 + 64.0 * static_cast<double>(held) / 1024;
    if (part == "hob-svscan") return 96 + 1.0 * static_cast<double>(services);
    return std::nullopt;
}

void measure(Sheet& sheet, std::size_t services) {
    sheet.title(std::to_string(services) + " services up, each a process");
    // A database needs a service; for none, one stays down.
    const std::string name = "memory-" + std::to_string(services);
    LiveTree tree{
        compile_graph({.services = std::max<std::size_t>(services, 1), .payload = Payload::ready}, name)};
    if (services > 0) tree.hob({"up", "all"});
    std::this_thread::sleep_for(std::chrono::milliseconds{500});
    double pss = 0, tables = 0;
    for (const std::string part : parts) {
        const pid_t pid = find_process(part);
        if (pid == 0) {
            sheet.missing(part, "it is not there");
            continue;
        }
        const auto kb = [&](const char* file, const char* field) {
            return static_cast<double>(proc_number(pid, file, field));
        };
        const std::size_t held = descriptors(pid);
        pss += kb("smaps_rollup", "Pss");
        tables += kb("status", "VmPTE");
        sheet.value(part + ", private dirty", kb("smaps_rollup", "Private_Dirty"), Unit::kb,
                    dirty_budget(part, services, held));
        sheet.value(part + ", PSS", kb("smaps_rollup", "Pss"), Unit::kb);
        sheet.value(part + ", descriptors", static_cast<double>(held), Unit::count);
    }
    sheet.value("all of hob's processes, PSS", pss, Unit::kb,
                services == 100 ? std::optional{300.0} : std::nullopt);
    sheet.value("their page tables", tables, Unit::kb);
    sheet.value("the table (in the PSS of who reads it)",
                static_cast<double>(base::table_file_size(tree.table().header().capacity)) / 1024, Unit::kb);
}

int run(const base::Parsed& parsed) {
    Sheet sheet{parsed.has(opt_judge)};
    if (parsed.has(opt_services)) {
        measure(sheet, number(parsed, opt_services, 0));
        return sheet.finish();
    }
    for (const std::size_t services : {0, 100, 1000, 4000}) measure(sheet, services);
    return sheet.finish();
}

}  // namespace

const Subcommand memory{.line = {.program = "bench memory",
                                 .operands = "",
                                 .summary = "private dirty and PSS of hob's processes",
                                 .options = options,
                                 .operands_max = 0},
                        .run = run};

}  // namespace hob::bench
