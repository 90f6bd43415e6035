// The machine's console: everything it says goes to a file, and is watched for the kernel's last words.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

namespace hob::vm {

// The line of the kernel's that means the machine is lost; nothing for any other line.
[[nodiscard]] bool is_fatal_line(std::string_view line);

class Console {
  public:
    explicit Console(const std::filesystem::path& log);

    void feed(std::string_view bytes);
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] const std::optional<std::string>& fatal() const { return fatal_; }
    // The last `lines` lines, without carriage returns and terminal escapes.
    [[nodiscard]] std::string tail(int lines) const;

  private:
    std::ofstream log_;
    std::string text_;         // all of it: a boot's console is some kilobytes
    std::size_t scanned_ = 0;  // start of the first line not yet looked at
    std::optional<std::string> fatal_;
};

}  // namespace hob::vm
