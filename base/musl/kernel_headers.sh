#!/bin/sh
# kernel_headers.sh DIR TRIPLET: fill DIR with links to the kernel's headers (and to header-only libraries the
# small programs may use), and to nothing else of /usr/include, where glibc's headers live.
set -eu
dir=$1 triplet=$2
mkdir -p "$dir"
for name in linux asm asm-generic flatbuffers; do
    for parent in "/usr/include/$triplet" "/usr/$triplet/include" /usr/include; do
        [ -d "$parent/$name" ] || continue
        ln -sfn "$parent/$name" "$dir/$name"
        break
    done
done
[ -e "$dir/linux" ] && [ -e "$dir/asm" ] || { echo "no kernel headers for $triplet: install linux-libc-dev" >&2; exit 1; }
