// The persistent overlay of wishes: RUN/lib/overlay/NAME, a file with one word.
//
//   enabled   brought up with the tree, whether or not anything pulls it in
//   disabled  not pulled in by wants and contents
//   masked    never started
//
// Written by `hob enable` and its like, at any time, independent of the database. What counts is the copy
// RUN/overlay: made by hob-rc init, renewed by a reload, and for a service alone when it is asked to come up.
// So a decision takes effect when somebody says so, and never because the engine happened to be started
// again. A file that is none of this is named in a line and otherwise ignored; no folder is an empty overlay.
#pragma once

#include <cstdint>
#include <string_view>

namespace hob::rc::engine {

enum class Overlay : std::uint8_t { enabled, disabled, masked };

// Makes the copy of one decision, or of all.
void renew_overlay(const char* run, std::string_view name) noexcept;
void renew_overlay(const char* run) noexcept;

// What has been decided, whether it counts yet or not.
[[nodiscard]] bool is_masked(const char* run, std::string_view name) noexcept;

// Calls `found` for each that counts, in no promised order.
using OverlayFound = void (*)(void* owner, std::string_view name, Overlay what);
void read_overlay(const char* run, void* owner, OverlayFound found);

}  // namespace hob::rc::engine
