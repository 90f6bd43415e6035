// A repository of definitions in a directory of its own, for tests of the compiler. Gone with the object.
#pragma once

#include "base/fd.hpp"
#include "rc/compile/compile.hpp"
#include "rc/database.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

namespace hob::tests {

class Directory {
  public:
    Directory() {
        std::string name = (std::filesystem::temp_directory_path() / "hob-test.XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        path_ = name;
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] std::string path(std::string_view name = {}) const {
        return name.empty() ? path_ : path_ + "/" + std::string{name};
    }
    // Makes the directories above as well.
    void write(std::string_view name, std::string_view text) const {
        std::filesystem::create_directories(std::filesystem::path{path(name)}.parent_path());
        std::ofstream{path(name), std::ios::binary} << text;
    }
    void script(std::string_view name, std::string_view text = "#!/bin/sh\n") const {
        write(name, text);
        std::filesystem::permissions(path(name), std::filesystem::perms{0755});
    }
    // The definition of a service.
    void service(std::string_view name, std::string_view text) const {
        write(std::string{name} + "/service.toml", text);
    }

  private:
    std::string path_;
};

// One run of the compiler over a repository, and what it told.
struct Run {
    rc::compile::Sources sources;
    rc::compile::Diagnostics say;
    std::optional<rc::compile::Compiled> compiled;

    explicit Run(rc::compile::Request request) { compiled = rc::compile::compile(request, sources, say); }
    explicit Run(const Directory& repository) : Run{{.repositories = {repository.path()}, .root = {}}} {}

    [[nodiscard]] std::string told() const { return say.print(sources); }
    [[nodiscard]] bool told(std::string_view text) const { return told().find(text) != std::string::npos; }
};

inline base::Fd file_of(const std::vector<char>& bytes) {
    base::Fd file{::memfd_create("database", MFD_CLOEXEC)};
    if (::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) std::abort();
    return file;
}

// What a run compiled, as the reader sees it. The run must have succeeded.
inline rc::Database database_of(const Run& run) {
    if (!run.compiled) {
        const std::string told = run.told();
        (void)!::write(STDERR_FILENO, told.data(), told.size());
        std::abort();
    }
    return *rc::Database::from(file_of(run.compiled->bytes), rc::Check::full, rc::any_machine);
}

}  // namespace hob::tests
