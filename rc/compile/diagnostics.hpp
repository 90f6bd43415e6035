// What the compiler has to say about definitions: every error of a run, each with its place, told at once.
//
//   examples/web/service.toml:4:10: error: no service is named 'databse'
//    4 | needs = ["databse"]
//      |          ^
//     hint: did you mean 'database'?
//
// Sources keeps the text of every file that was read, so that a message can show its line. Diagnostics
// collects; print() sorts by file, line and column, so that the output does not depend on the order in which
// checks run. Neither fails: what cannot be shown is left out. Bytes that a terminal would act on are
// replaced.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hob::rc::compile {

// A place in a source. Lines and columns count from 1, columns in characters; line 0: the file as a whole.
struct Location {
    std::uint32_t file = 0;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

class Sources {
  public:
    // A file as the user named it; its number for Location::file. Text may come later, or never.
    std::uint32_t add(std::string path);
    void set_text(std::uint32_t file, std::string text) { files_[file].text = std::move(text); }
    [[nodiscard]] const std::string& path(std::uint32_t file) const { return files_[file].path; }
    [[nodiscard]] std::string_view text(std::uint32_t file) const { return files_[file].text; }
    [[nodiscard]] std::string_view line(const Location& where) const;  // empty: there is none
    [[nodiscard]] std::string describe(const Location& where) const;   // "path:line:column"

  private:
    struct File {
        std::string path;
        std::string text;
    };
    std::vector<File> files_;
};

struct Note {
    Location where;
    std::string text;
};

enum class Severity : std::uint8_t { warning, error };

struct Message {
    Severity severity = Severity::error;
    Location where;
    std::string text;
    std::string hint;         // empty: none
    std::vector<Note> notes;  // further places that belong to it
};

class Diagnostics {
  public:
    void error(const Location& where, std::string text, std::string hint = {}) {
        add({Severity::error, where, std::move(text), std::move(hint), {}});
    }
    void warning(const Location& where, std::string text, std::string hint = {}) {
        add({Severity::warning, where, std::move(text), std::move(hint), {}});
    }
    void add(Message message);

    [[nodiscard]] bool failed() const { return errors_ != 0; }
    [[nodiscard]] std::size_t errors() const { return errors_; }
    [[nodiscard]] const std::vector<Message>& messages() const { return messages_; }
    // All messages as text, in the order of their places.
    [[nodiscard]] std::string print(const Sources& sources) const;

  private:
    std::vector<Message> messages_;
    std::size_t errors_ = 0;
};

// `text` with what a terminal would act on, or what is no UTF-8, as '?'.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace hob::rc::compile
