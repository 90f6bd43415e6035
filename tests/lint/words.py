"""No private words: names and paths of somebody's own machine, which mean nothing to a reader of this tree.

The list is kept as hashes, so that the tree does not say what it may not say.  To add an entry, run
`python3 tests/lint/words.py WORD`.  Looked up are words, pairs of words, `/word/` and `word-`, in lower case.
"""
import hashlib
import re
import sys

FORBIDDEN = set("""
216d3696f4fb c65d5aa5a1a5 c857d09db23e 1cc1c70c03d3 1292245c99d3 c70eca6b0f88 60965168ce76 7d3194f79e64
94a168d2da57 d298391b0743 ee662f0a4316 e748f8750672 5eff592cc497 487b91042c7c de2187af3fb0
""".split())
WORD = re.compile(r"[a-z0-9]+")
PATH = re.compile(r"(?=(/[a-z0-9]+/))")
PREFIX = re.compile(r"[a-z0-9]+-")


def digest(term):
    return hashlib.sha256(term.encode()).hexdigest()[:12]


def terms(line):
    words = WORD.findall(line)
    return [*words, *map(" ".join, zip(words, words[1:])), *PATH.findall(line), *PREFIX.findall(line)]


def problems(tree):
    known = {}
    for name in tree.files():
        content = tree.read(name)
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode(errors="replace").lower().splitlines(), 1):
            for term in terms(line):
                if term not in known:
                    known[term] = digest(term) in FORBIDDEN
                if known[term]:
                    yield f"{name}:{number}: private word: {term}"


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(digest(argument.lower()))
