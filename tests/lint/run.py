#!/usr/bin/env python3
"""run.py LINT ROOT BUILD: run one lint (a module of this folder with problems(tree)) over the tree.
Exit 0 clean, 1 with a line for each problem, 77 when there is nothing to look at yet."""
import importlib
import sys

from tree import Skip, Tree


def main(lint, root, build):
    try:
        found = list(importlib.import_module(lint).problems(Tree(root, build)))
    except Skip as reason:
        print(f"{lint}: skipped: {reason}")
        return 77
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
