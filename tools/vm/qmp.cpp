#include "tools/vm/qmp.hpp"

#include <nlohmann/json.hpp>

namespace hob::vm {

using Json = nlohmann::json;

void QmpReader::feed(std::string_view bytes) {
    pending_ += bytes;
    for (auto end = pending_.find('\n'); end != pending_.npos; end = pending_.find('\n')) {
        take(std::string_view{pending_}.substr(0, end));
        pending_.erase(0, end + 1);
    }
}

void QmpReader::take(std::string_view line) {
    const auto message = Json::parse(line, nullptr, false);
    if (!message.is_object()) return;
    if (message.value("event", "") == "SHUTDOWN") {
        // A guest that powers off after all has been asked for twice says so twice: the first counts.
        if (!reason_) reason_ = message.value(Json::json_pointer{"/data/reason"}, std::string{"unknown"});
    } else if (message.contains("error") && !error_) {
        error_ = message.value(Json::json_pointer{"/error/desc"}, std::string{"unknown error"});
    }
}

std::string qmp_command(std::string_view name) { return Json{{"execute", name}}.dump() + '\n'; }

std::string qmp_keys(const std::vector<std::string>& keys) {
    auto list = Json::array();
    for (const auto& key : keys) list.push_back({{"type", "qcode"}, {"data", key}});
    return Json{{"execute", "send-key"}, {"arguments", {{"keys", list}}}}.dump() + '\n';
}

}  // namespace hob::vm
