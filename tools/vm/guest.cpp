#include "tools/vm/guest.hpp"

#include <algorithm>
#include <thread>

#include <nlohmann/json.hpp>

namespace hob::vm {

using Json = nlohmann::json;

namespace {

// A field as text, whichever type it has; empty when absent or null.
std::string text_of(const Json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return {};
    return found->is_string() ? found->get<std::string>() : found->dump();
}

bool is_well(const Service& s) { return s.state == "up" || s.state == "done" || s.state == "down"; }

template <class Good>
Service wait_service(Machine& machine, std::string_view name, milliseconds limit, const std::string& goal,
                     Good good) {
    const auto deadline = in(limit);
    for (;;) {
        auto now = service(machine, name);
        if (good(now)) return now;
        if (Clock::now() >= deadline) {
            throw VmError{std::string{name} + " is not " + goal + " but " + now.state + " (pid " +
                          std::to_string(now.pid) + (now.reason.empty() ? "" : ", " + now.reason) + ")"};
        }
        std::this_thread::sleep_for(milliseconds{50});
    }
}

}  // namespace

std::vector<Service> parse_status(std::string_view json) {
    const auto document = Json::parse(json, nullptr, false);
    if (!document.is_object() || !document.contains("services") || !document["services"].is_array())
        throw VmError{"`hob status --json` printed no status:\n" + std::string{json}};
    std::vector<Service> all;
    for (const auto& one : document["services"]) {
        Service s{.name = text_of(one, "name"),
                  .type = text_of(one, "type"),
                  .state = text_of(one, "state"),
                  .reason = text_of(one, "reason"),
                  .wanted = text_of(one, "wanted")};
        if (const auto pid = one.find("pid"); pid != one.end() && pid->is_number_integer()) s.pid = *pid;
        if (s.name.empty() || s.state.empty())
            throw VmError{"`hob status --json` has a service without name or state: " + one.dump()};
        all.push_back(std::move(s));
    }
    return all;
}

std::vector<Service> services(Machine& machine) { return parse_status(machine.check("hob status --json")); }

Service service(Machine& machine, std::string_view name) {
    const auto all = services(machine);
    const auto found = std::ranges::find(all, name, &Service::name);
    if (found == all.end()) throw VmError{"`hob status` knows no service " + std::string{name}};
    return *found;
}

Service wait_state(Machine& machine, std::string_view name, std::string_view state, milliseconds limit) {
    return wait_service(machine, name, limit, std::string{state},
                        [&](const Service& s) { return s.state == state; });
}

Service wait_replaced(Machine& machine, std::string_view name, int old, milliseconds limit) {
    return wait_service(machine, name, limit, "up again",
                        [&](const Service& s) { return s.state == "up" && s.pid > 0 && s.pid != old; });
}

std::string explain(Machine& machine) {
    std::string text;
    for (const auto& s : services(machine)) {
        if (is_well(s)) continue;
        text += s.name + ": " + s.state + (s.reason.empty() ? "" : " (" + s.reason + ")") + '\n';
        const auto log = machine.run("hob log -n 8 '" + s.name + "'");
        if (log.status == 0 && !log.output.empty()) text += log.output;
        if (text.back() != '\n') text += '\n';
    }
    return text;
}

void bring_up(Machine& machine, const std::string& name, seconds limit) {
    const auto answer = machine.run("hob up '" + name + "'", limit);
    if (answer.status == 0) return;
    std::string why;
    try {
        why = explain(machine);
    } catch (const VmError& error) {
        why = error.what();
    }
    throw VmError{"`hob up " + name + "` exits " + std::to_string(answer.status) +
                  (answer.status == 137 ? " (deadline)" : "") + ":\n" + answer.output + why};
}

void power_off(Machine& machine, std::string_view command, milliseconds limit) {
    machine.send(command);
    const auto reason = machine.wait_end(limit);
    if (reason != "guest-shutdown") throw VmError{"the machine did not power off but ended by " + reason};
    if (machine.console().text().find("reboot: Power down") == std::string::npos)
        throw VmError{"the kernel did not say that it powers down"};
}

}  // namespace hob::vm
