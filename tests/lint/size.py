"""Stripped programs stay within their budgets (static musl builds; others are not what is installed)."""
import os
import subprocess
import tempfile

import symbols
from tree import Skip

BUDGETS = {"hob-init": 24576}


def stripped_size(program):
    with tempfile.NamedTemporaryFile() as copy:
        subprocess.run(["strip", "-o", copy.name, program], check=True)
        return os.path.getsize(copy.name)


def problems(tree):
    programs = {name: path for name, path in tree.programs(BUDGETS).items() if symbols.is_static_musl(path)}
    if not programs:
        raise Skip("no static musl build of " + ", ".join(BUDGETS))
    for name, path in programs.items():
        size = stripped_size(path)
        if size > BUDGETS[name]:
            yield f"{name}: {size} bytes stripped, above {BUDGETS[name]}"
