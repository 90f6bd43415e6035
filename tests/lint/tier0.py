"""Tier 0 allocates nothing, throws nothing, knows no types at run time and never aborts.

Looked at: every symbol of the programs in PROGRAMS (static musl builds; a glibc holds its allocator whether it is
called or not), what their objects ask for, and what the objects of the sources in tier0_sources.txt ask for: the code
that runs between clone and exec in programs of tier 1.
"""
import glob
import os
import re

import symbols
from tree import Skip

PROGRAMS = ("hob-init", "hob-shutdown")
LIST = "tests/lint/tier0_sources.txt"

FORBIDDEN = re.compile(r"""
    (__libc_|__)?(malloc|calloc|realloc|free|memalign|aligned_alloc|valloc)
    | posix_memalign | reallocarray | strn?dup | v?asprintf | getline | getdelim
    | _Zn[wa].* | _Zd[la].*                                        # operator new, delete
    | __cxa_(throw|rethrow|allocate_exception|begin_catch|guard_acquire|atexit|bad_cast|pure_virtual) | _Unwind_.*
    | __g[cx]x_personality_.* | _ZT[IS].* | __dynamic_cast         # exceptions, RTTI
    | _ZSt\d+__throw_.* | _ZSt\d+__glibcxx_assert_fail.* | abort
    """, re.VERBOSE)


def bad(found):
    return sorted(symbol for symbol in found if FORBIDDEN.fullmatch(symbol.split("@")[0]))


def listed_objects(tree):
    """The small objects of the sources in LIST; a listed source that is not built is a problem of its own."""
    if not os.path.exists(tree.path(LIST)):
        return []
    names = [line.strip() for line in tree.text(LIST).splitlines() if line.strip() and line[0] != "#"]
    commands = tree.compile_commands() if names else []
    return [(name, entry["output"]) for name in names for entry in commands
            if entry["name"] == name and "-fno-exceptions" in entry["command"] and os.path.exists(entry["output"])]


def problems(tree):
    programs = tree.programs(PROGRAMS)
    objects = listed_objects(tree)
    if not programs and not objects:
        raise Skip("no " + " or ".join(PROGRAMS) + " yet")
    for name, path in programs.items():
        objects += [(name, file) for file in glob.glob(glob.escape(path) + ".p/*.o")]
        if symbols.is_static_musl(path):
            for symbol in bad(symbols.nm(path)):
                yield f"{name}: contains {symbol}"
    for name, file in objects:
        for symbol in bad(symbols.nm(file, "--undefined-only")):
            yield f"{name}: {os.path.basename(file)} uses {symbol}"
