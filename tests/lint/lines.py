"""No source file above 400 lines: a file is what a reader holds in the head."""
LIMIT = 400
SUFFIXES = (".cpp", ".hpp", ".py", ".sh")


def problems(tree):
    scripts = tree.shell_scripts()
    for name in tree.files():
        if name.endswith(SUFFIXES) or name in scripts or "python" in tree.interpreter(name):
            lines = tree.read(name).count(b"\n")
            if lines > LIMIT:
                yield f"{name}: {lines} lines, above {LIMIT}"
