// What each command's file has for the table in commands.cpp: its option table and its function.
#pragma once

#include "tools/hob/command.hpp"

namespace hob::tools {

#define HOB_COMMAND(name)                      \
    extern const base::Command name##_command; \
    int do_##name(const base::Command& line, const base::Parsed& parsed)

HOB_COMMAND(check);
HOB_COMMAND(compile);
HOB_COMMAND(disable);
HOB_COMMAND(down);
HOB_COMMAND(enable);
HOB_COMMAND(halt);
HOB_COMMAND(list);
HOB_COMMAND(log);
HOB_COMMAND(mask);
HOB_COMMAND(plan);
HOB_COMMAND(poweroff);
HOB_COMMAND(reboot);
HOB_COMMAND(restart);
HOB_COMMAND(run);
HOB_COMMAND(status);
HOB_COMMAND(timeline);
HOB_COMMAND(unmask);
HOB_COMMAND(up);
HOB_COMMAND(why);

#undef HOB_COMMAND

}  // namespace hob::tools
