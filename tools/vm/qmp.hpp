// QEMU's monitor: commands out, events in, one JSON object a line.
//
// Bytes in, events out; answers to commands are looked at only for errors, as every command here has an event
// or a visible effect. https://www.qemu.org/docs/master/interop/qmp-spec.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hob::vm {

// Why QEMU says the machine has ended: guest-shutdown, guest-reset, guest-panic, host-qmp-quit, …
class QmpReader {
  public:
    void feed(std::string_view bytes);
    [[nodiscard]] const std::optional<std::string>& shutdown_reason() const { return reason_; }
    [[nodiscard]] const std::optional<std::string>& error() const { return error_; }

  private:
    void take(std::string_view line);
    std::string pending_;
    std::optional<std::string> reason_, error_;
};

// `{"execute": name}` and a newline. The greeting asks for qmp_capabilities first.
[[nodiscard]] std::string qmp_command(std::string_view name);
// Presses the keys at once, by QEMU's names for them.
[[nodiscard]] std::string qmp_keys(const std::vector<std::string>& keys);

}  // namespace hob::vm
