"""The files a lint looks at, and what a build directory says about its targets."""
import json
import os
import subprocess


class Skip(Exception):
    """The lint has nothing to look at yet."""


class Tree:
    def __init__(self, root, build=None):
        self.root = root
        self.build = build

    def path(self, name):
        return os.path.join(self.root, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def text(self, name):
        return self.read(name).decode(errors="replace")

    def files(self):
        """Every file of the tree, tracked or new, but none that git ignores; sorted, relative to the root."""
        found = self._git_files()
        if found is None:
            found = self._walk()
        return sorted(name for name in found
                      if os.path.isfile(self.path(name)) and not os.path.islink(self.path(name)))

    def _git_files(self):
        if not os.path.exists(self.path(".git")):
            return None
        listing = subprocess.run(["git", "-C", self.root, "ls-files", "-coz", "--exclude-standard"],
                                 capture_output=True, text=True)
        return listing.stdout.split("\0")[:-1] if listing.returncode == 0 else None

    def _walk(self):
        for folder, names, files in os.walk(self.root):
            names[:] = [name for name in names if name not in (".git", "__pycache__")
                        and not os.path.exists(os.path.join(folder, name, "meson-info"))]
            for name in files:
                yield os.path.relpath(os.path.join(folder, name), self.root)

    def sources(self):
        return [name for name in self.files() if name.endswith((".cpp", ".hpp"))]

    def interpreter(self, name):
        """The word after #! of a script: "/bin/bash", "/usr/bin/env python3"; "" for anything else."""
        with open(self.path(name), "rb") as file:
            first = file.readline(200)
        return first[2:].decode(errors="replace").strip() if first.startswith(b"#!") else ""

    def shell_scripts(self):
        """{name: shell} of all shell scripts."""
        scripts = {}
        for name in self.files():
            words = self.interpreter(name).split()
            if words and words[-1].split("/")[-1] in ("sh", "bash") and len(words) <= 2:
                scripts[name] = words[-1].split("/")[-1]
            elif name.endswith(".sh"):
                scripts[name] = "bash"
        return scripts

    def introspect(self, what):
        """meson's own record of the build directory: "targets", "installed", …"""
        file = os.path.join(self.build or "", "meson-info", f"intro-{what}.json")
        if not os.path.exists(file):
            raise Skip("no build directory")
        with open(file) as record:
            return json.load(record)

    def programs(self, names):
        """{name: path of the executable} of those targets that exist and are built."""
        return {target["name"]: target["filename"][0] for target in self.introspect("targets")
                if target["name"] in names and target["type"] == "executable"
                and os.path.exists(target["filename"][0])}

    def compile_commands(self):
        file = os.path.join(self.build or "", "compile_commands.json")
        if not os.path.exists(file):
            raise Skip("no compile_commands.json")
        with open(file) as record:
            entries = json.load(record)
        for entry in entries:
            entry["name"] = os.path.relpath(os.path.join(entry["directory"], entry["file"]), self.root)
            entry["output"] = os.path.join(entry["directory"], entry["output"])
        return entries
