"""clang-tidy finds nothing, with the checks of .clang-tidy.

It reads every source as hosted clang sees it, whatever compiler the build uses: of the build's own command only -I
and -D are taken.  A clean result is remembered in BUILD/tidy-cache under a hash of all that went into it (source,
the headers of this tree it reaches, arguments, .clang-tidy, version), so that only what changed is read again.
Test code is read in nightly runs only: Catch2 makes it slow, and it is compiled with all warnings anyway.
"""
import concurrent.futures
import hashlib
import os
import re
import shlex
import shutil
import subprocess

from tree import Skip

TOOL = "clang-tidy-19"
ARGUMENTS = ["-std=c++23", "-D_GLIBCXX_ASSERTIONS", "-DHOB_FAULTS=1"]
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def arguments(tree):
    """{source: the -I, -D and -isystem of its hosted compile command}, else of any."""
    chosen = {}
    for entry in tree.compile_commands():
        words = shlex.split(entry["command"])
        hosted = "-fno-exceptions" not in words
        if hosted or entry["name"] not in chosen:
            kept = [word for word in words if word.startswith("-D")]
            kept += ["-I" + os.path.join(entry["directory"], word[2:]) for word in words if word.startswith("-I")]
            chosen[entry["name"]] = kept
    return chosen


def reached(tree, name, seen):
    """The source and the headers of this tree that it includes, directly or not."""
    pending = [name]
    while pending:
        current = pending.pop()
        if current in seen or not os.path.isfile(tree.path(current)):
            continue
        seen.add(current)
        pending += [include.decode() for include in INCLUDE.findall(tree.read(current))]
    return seen


def fingerprint(tree, name, command, version):
    total = hashlib.sha256(version + repr(command).encode() + tree.read(".clang-tidy"))
    for file in sorted(reached(tree, name, set())):
        total.update(file.encode() + b"\0" + tree.read(file))
    return total.hexdigest()


def check(tree, name, command, version):
    """What clang-tidy says of one source; "" when it is clean."""
    mark = os.path.join(tree.build, "tidy-cache", fingerprint(tree, name, command, version))
    if os.path.exists(mark):
        return ""
    run = subprocess.run([TOOL, "--quiet", name, "--", *command], cwd=tree.root, capture_output=True, text=True)
    if run.returncode == 0:
        with open(mark, "w"):
            return ""
    return run.stdout.strip() or run.stderr.strip()


def problems(tree):
    if not shutil.which(TOOL):
        raise Skip(f"no {TOOL}")
    os.makedirs(os.path.join(tree.build, "tidy-cache"), exist_ok=True)
    version = subprocess.run([TOOL, "--version"], capture_output=True).stdout
    known = arguments(tree)
    names = [name for name in tree.sources() if name.endswith(".cpp") and not name.startswith("base/musl/")
             and (os.environ.get("HOB_NIGHTLY") or not name.startswith("tests/"))]
    commands = {name: [*ARGUMENTS, *known.get(name, []), "-I" + tree.root] for name in names}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda name: check(tree, name, commands[name], version), names)
        yield from filter(None, results)
