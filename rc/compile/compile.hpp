// The compiler: repositories → the bytes of a database.
//
//   source/   files and text: what was written, and where
//   model/    typed services, linked and checked: what was meant
//   backend/  the database: what a machine needs
//
// Reads files, writes none. All errors of a run are told at once; with one of them there are no bytes. The
// same definitions give the same bytes, whatever the order of directories, the time, or (unless there are
// scripts) the place of the repository.
#pragma once

#include "rc/compile/diagnostics.hpp"
#include "rc/database.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hob::rc::compile {

struct Request {
    std::vector<std::string> repositories;  // not empty; later ones win
    std::string root;                       // --root; empty: this machine
    std::uint16_t machine = native_machine;
};

struct Compiled {
    std::vector<char> bytes;
    std::size_t services = 0;
};

[[nodiscard]] std::optional<Compiled> compile(const Request& request, Sources& sources, Diagnostics& say);

}  // namespace hob::rc::compile
