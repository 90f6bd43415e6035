// The persistent overlay of wishes: RUN/lib/overlay/NAME, a file with one word.
//
//   enabled   brought up with the tree, whether or not anything pulls it in
//   disabled  not pulled in by wants and contents
//   masked    never started
//
// Written by `hob enable` and its like, independent of the database. A file that is none of this is named in
// a line and otherwise ignored; no folder is an empty overlay.
#pragma once

#include <cstdint>
#include <string_view>

namespace hob::rc::engine {

enum class Overlay : std::uint8_t { enabled, disabled, masked };

// Calls `found` for each file, in no promised order.
using OverlayFound = void (*)(void* owner, std::string_view name, Overlay what);
void read_overlay(const char* run, void* owner, OverlayFound found);

}  // namespace hob::rc::engine
