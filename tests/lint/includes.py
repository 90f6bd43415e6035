"""Includes point downward only, and are written from the root of the repository: #include "base/fd.hpp"."""
import re

ALLOWED = {
    "base": {"base"},
    "init": {"base", "init"},
    "svc": {"base", "svc"},
    "rc": {"base", "rc"},
    "tools": {"base", "svc", "rc", "tools"},
    "units-compat": {"base", "svc", "rc", "units-compat"},
    "tests": {"base", "init", "svc", "rc", "tools", "units-compat", "tests"},
}
INCLUDE = re.compile(r'^\s*#\s*include(?:_next)?\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def problems(tree):
    for name in tree.sources():
        folder = name.split("/")[0]
        if folder not in ALLOWED or "/" not in name:
            continue
        text = tree.text(name)
        for include in INCLUDE.finditer(text):
            style, target = include.groups()
            line = text.count("\n", 0, include.start(1)) + 1
            top = target.split("/")[0] if "/" in target else None
            if top in ALLOWED and top not in ALLOWED[folder]:
                yield f"{name}:{line}: {folder} may not include {target}"
            elif top in ALLOWED and style == "<":
                yield f'{name}:{line}: write "{target}", not <{target}>'
            elif top not in ALLOWED and style == '"':
                yield f'{name}:{line}: "{target}" is not written from the root of the repository'
