#!/usr/bin/env python3
"""samples.py LINT: prove that a lint sees what it is for: it must complain about each bad sample and not about the
good one.  A sample is a tree of files; for the lints of programs, a build directory is faked around a compiled one."""
import importlib
import json
import os
import subprocess
import sys
import tempfile

from tree import Skip, Tree

FORMAT = "BasedOnStyle: Google\n"
TIDY = "Checks: '-*,bugprone-use-after-move'\nWarningsAsErrors: '*'\n"
MOVED = "#include <string>\n#include <utility>\nstd::string twice(std::string a) {%s\n  return a;\n}\n"

# lint: (good tree, [bad trees])
TREES = {
    "lines": ({"base/a.cpp": "\n" * 400}, [{"base/a.cpp": "\n" * 401}, {"tools/x": "#!/bin/sh\n" + "\n" * 400}]),
    "includes": ({"svc/a.cpp": '#include <vector>\n#include "base/b.hpp"\n', "tests/t.cpp": '#include "rc/a.hpp"\n'},
                 [{"base/a.cpp": '#include "svc/b.hpp"\n'}, {"svc/a.cpp": '#include "rc/b.hpp"\n'},
                  {"init/a.hpp": '  #  include "svc/b.hpp"\n'}, {"rc/a.hpp": '#include "b.hpp"\n'},
                  {"svc/a.hpp": "#include <base/b.hpp>\n"}]),
    "format": ({".clang-format": FORMAT, "base/a.cpp": "int a;\n"},
               [{".clang-format": FORMAT, "base/a.cpp": "int   a ;\n"}]),
    "shell": ({"run": "#!/bin/sh\nif :; then :; fi\n", "b.sh": "a=(1 2)\n"},
              [{"run": "#!/bin/sh\nif :; then\n"}, {"b.sh": "case x in\n"}, {"c": "#!/usr/bin/env bash\n((\n"}]),
    "words": ({"a.md": "plain words, a session of work, the identity of a farm\n"},
              [{"a.md": text} for text in ("at /wo" "rk/x\n", "Far" "m-7\n", "Cla" "ude\n", "the sessio" "n ID\n")]),
    "tidy": ({".clang-tidy": TIDY, "base/a.cpp": MOVED % "", "build/compile_commands.json": "[]"},
             [{".clang-tidy": TIDY, "base/a.cpp": MOVED % " std::string b = std::move(a);",
               "build/compile_commands.json": "[]"}]),
    "docs": ({"docs/hob.md": "", "build/meson-info/intro-installed.json": '{"/b/hob": "/usr/bin/hob"}'},
             [{"build/meson-info/intro-installed.json": '{"/b/hob": "/usr/bin/hob"}'}]),
}

# lint: (good hob-init, [bad ones])
PROGRAMS = {
    "tier0": ("int main() { return 0; }",
              ["#include <cstdlib>\nint main(int n, char**) { return std::malloc(n) == nullptr; }",
               "int main(int n, char**) { delete new int[n]; }",
               "struct S { virtual ~S() = default; }; int main() { S s; }",
               "int main(int n, char**) { if (n > 1) throw n; }",
               "#include <cstdlib>\nint main(int n, char**) { if (n > 1) std::abort(); }"]),
    "size": ("int main() { return 0; }", ["char big[30000] = {1}; int main(int n, char**) { return big[n]; }"]),
}


def write(root, files):
    for name, content in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(content)


def build_program(root, source):
    """A build directory with one program, hob-init, that counts as a static musl build."""
    program = os.path.join(root, "build/hob-init")
    stage2 = 'extern "C" { void libc_start_main_stage2() {} }\n'    # the mark of musl's static start-up
    write(root, {"a.cpp": stage2 + source, "build/hob-init.p/keep": "", "build/meson-info/intro-targets.json":
                 json.dumps([{"name": "hob-init", "type": "executable", "filename": [program]}])})
    subprocess.run(["c++", "-O0", "-c", "a.cpp", "-o", program + ".p/a.o"], cwd=root, check=True)
    subprocess.run(["c++", program + ".p/a.o", "-nostartfiles", "-Wl,-e,main", "-o", program], check=True)


def complaints(lint, prepare, sample):
    with tempfile.TemporaryDirectory(prefix="hob-lint.") as root:
        os.makedirs(os.path.join(root, "build"))
        prepare(root, sample)
        module = importlib.import_module(lint)
        return list(module.problems(Tree(root, os.path.join(root, "build"))))


def main(lint):
    good, bad = TREES.get(lint) or PROGRAMS[lint]
    prepare = write if lint in TREES else build_program
    wrong = [f"complains about a good sample: {text}" for text in complaints(lint, prepare, good)]
    wrong += [f"accepts: {sample}" for sample in bad if not complaints(lint, prepare, sample)]
    for text in wrong:
        print(f"{lint} {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except Skip as reason:
        print(f"skipped: {reason}")
        sys.exit(77)
