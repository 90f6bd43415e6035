#!/bin/bash
# ./boot: from a clone of this repository to a machine that hob has started.
set -euo pipefail
from=$PWD
cd "$(dirname "$0")"
# What the caller names is relative to where the caller stands.
case ${HOB_BUILD:-/} in /*) ;; *) export HOB_BUILD=$from/$HOB_BUILD ;; esac
named() { case $1 in /*) echo "$1" ;; *) echo "$from/$1" ;; esac; }

usage() {
    cat <<'END'
usage: ./boot [OPTION…]
Set up what is missing (Debian packages, as root; the build), assemble a small Linux image with hob as its init, and boot
it in QEMU. On a terminal: a root shell on the machine's console; `poweroff` or Ctrl-A x leaves it. Otherwise: --test.

  --test           wait until everything is up, talk to its services, power off; exit 0 if all of it went well
  --repo DIR       the definitions to boot (default: examples/minimal); a second one is laid over the first
  --keep           boot the image of the last run as it is: no set-up, no build
  --kvm, --no-kvm  use /dev/kvm, or emulate (default: KVM where it works)
  --memory MIB     memory of the machine (default: 256)
  --append WORDS   more words for the kernel command line
  --help           this text

Everything is made in ./build (HOB_BUILD names another directory). Exit status: 0 done · 1 a step failed · 100 usage
END
}

complain() { printf 'boot: %s (try --help)\n' "$1" >&2; exit 100; }

mode=test keep= append= repos=() vm=()
[ -t 0 ] && [ -t 1 ] && mode=console
while [ $# -gt 0 ]; do
    case $1 in
    --repo | --memory | --append) [ $# -ge 2 ] || complain "$1 needs a value" ;;&
    -h | --help) usage; exit 0 ;;
    --test) mode=test ;;
    --keep) keep=1 ;;
    --kvm | --no-kvm) vm+=("$1") ;;
    --repo) [ -d "$(named "$2")" ] || complain "--repo: '$2' is no directory"; repos+=("$(named "$2")"); shift ;;
    --memory)
        [[ $2 =~ ^[0-9]{2,6}$ ]] && [ "$2" -ge 80 ] || complain "--memory: '$2' is no number of MiB from 80 up"
        vm+=("$1" "$2"); shift ;;
    --append) append=$2; shift ;;
    *) complain "unknown option '$1'" ;;
    esac
    shift
done
[ ${#repos[@]} -gt 0 ] || repos=(examples/minimal)

build=${HOB_BUILD:-build}
image=$build/image/$mode
# The test has a service of its own beside the default bundle: its hand inside the machine.
if [ "$mode" = test ]; then
    repos+=(tests/vm/repo)
    append="hob.up=test${append:+ $append}"
fi

if [ -z "$keep" ]; then
    tools/setup build image
    tools/image/build --build "$build" --out "$image" "${repos[@]}"
elif [ ! -f "$image/initrd.cpio" ]; then
    echo "boot: --keep: there is no image from an earlier run ($image)" >&2
    exit 1
fi
if [ "$mode" = console ]; then echo "  boot; leave with \`poweroff\` or Ctrl-A x"; fi
exec "$build/tools/vm/hob-vm" "$mode" --image "$image" ${append:+--append "$append"} ${vm[@]+"${vm[@]}"}
