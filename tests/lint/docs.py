"""Each installed program has its page, docs/PROGRAM.md."""
import os


def problems(tree):
    for destination in tree.introspect("installed").values():
        folder, program = os.path.split(destination)
        if os.path.basename(folder) in ("bin", "sbin") and not os.path.exists(tree.path(f"docs/{program}.md")):
            yield f"{program}: installed, but there is no docs/{program}.md"
