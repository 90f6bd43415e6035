"""Every source is as clang-format leaves it."""
import shutil
import subprocess

from tree import Skip

TOOL = "clang-format-19"


def problems(tree):
    if not shutil.which(TOOL):
        raise Skip(f"no {TOOL}")
    sources = tree.sources()
    if not sources:
        return
    run = subprocess.run([TOOL, "--dry-run", "-Werror", "--ferror-limit=1", "--style=file", *sources],
                         cwd=tree.root, capture_output=True, text=True)
    for line in run.stderr.splitlines():
        if ": error: " in line:
            yield f"{line.split(': error: ')[0]}: not formatted ({TOOL} -i)"
    if run.returncode != 0 and ": error: " not in run.stderr:
        yield run.stderr.strip() or f"{TOOL} failed"
