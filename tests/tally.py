#!/usr/bin/env python3
"""tally.py LOG…: list the failed tests of meson's logs with the end of their output, then print
`N passed, N failed[, N skipped]`.  Exit 1 if any failed.  A LOG is `TIER=testlog.json`, or `failed:STEP:FILE` for a
step of its own (a build, say) that failed and whose output is FILE."""
import json
import sys

TAIL = 30
PASSED = {"OK", "EXPECTEDFAIL"}


def tail(text):
    return "".join(f"    {line}\n" for line in text.rstrip().splitlines()[-TAIL:])


def outcomes(log):
    """(name, verdict, output) of each test in one log."""
    if log.startswith("failed:"):
        _, step, file = log.split(":", 2)
        with open(file, errors="replace") as output:
            return [(step, "FAIL", output.read())]
    tier, file = log.split("=", 1)
    with open(file, errors="replace") as lines:
        return [(f'{tier}: {test["name"].split(" / ")[-1]}', test["result"], test.get("stdout", "") + test.get("stderr", ""))
                for test in map(json.loads, lines)]


def main(logs):
    every = [outcome for log in logs for outcome in outcomes(log)]
    passed = sum(verdict in PASSED for _, verdict, _ in every)
    skipped = sum(verdict in ("SKIP", "IGNORED") for _, verdict, _ in every)
    failed = len(every) - passed - skipped
    for name, verdict, output in every:
        if verdict not in PASSED and verdict not in ("SKIP", "IGNORED"):
            print(f"\n{verdict}: {name}\n{tail(output)}")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
