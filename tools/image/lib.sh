# Shared by the image scripts: sourced, never run. Needs bash.
#
# A step prints one line: its name while it works, its time when it is done. On a terminal the line is
# rewritten in place; elsewhere a step that takes long says so every ten seconds. A step that fails prints what its
# command wrote, and ends the script.

image_src=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$image_src/../.." && pwd)
export LC_ALL=C SOURCE_DATE_EPOCH=0
umask 022

die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
usage_error() { printf '%s: %s (try --help)\n' "${0##*/}" "$*" >&2; exit 100; }

now_ms() { local t=${EPOCHREALTIME/[.,]/}; echo $((t / 1000)); }
seconds() { printf '%d.%d s' $(($1 / 1000)) $(($1 % 1000 / 100)); }

# progress: a function that prints a few words about how far the current step is; steps may set it
progress_words() { :; }

step() {
    local text=$1 start log worker ticks=0
    shift
    start=$(now_ms)
    log=$(mktemp)
    [ -t 1 ] && printf '  %s …' "$text"
    "$@" >"$log" 2>&1 9>&- &    # 9: the lock of tools/image/build
    worker=$!
    trap 'kill "$worker" 2>/dev/null; rm -f "$log"; exit 130' INT TERM
    while kill -0 "$worker" 2>/dev/null; do
        sleep 0.1
        ticks=$((ticks + 1))
        if [ -t 1 ] && [ $((ticks % 5)) = 0 ]; then
            printf '\r\033[K  %s … %s %s' "$text" "$(seconds $(($(now_ms) - start)))" "$(progress_words)"
        elif [ ! -t 1 ] && [ $((ticks % 100)) = 0 ]; then
            printf '  %s … %s %s\n' "$text" "$(seconds $(($(now_ms) - start)))" "$(progress_words)"
        fi
    done
    if ! wait "$worker"; then
        [ -t 1 ] && printf '\r\033[K'
        printf '  %s: FAILED after %s\n' "$text" "$(seconds $(($(now_ms) - start)))" >&2
        tail -n 25 "$log" >&2
        rm -f "$log"
        exit 1
    fi
    rm -f "$log"
    trap - INT TERM
    [ -t 1 ] && printf '\r\033[K'
    printf '  %s (%s)\n' "$text" "$(seconds $(($(now_ms) - start)))"
}

# hash_of PATH...: one word for the bytes, names and modes of files and directories
hash_of() {
    find "$@" -type f -printf '%m ' -exec sha256sum {} \; -o -type l -printf 'link %p %l\n' |
        sort -k3 | sha256sum | cut -c1-32
}

fresh() { [ -e "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# newc MODE UID GID MAJOR MINOR NAME: a cpio entry without content, written by hand, so that devices and
# directories of other owners need no privilege. MODE is octal and has the type bits.
newc() {
    local name=$6 pad
    printf '070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\0' \
        0 $(($1)) "$2" "$3" 1 0 0 0 0 "$4" "$5" $((${#name} + 1)) 0 "$name"
    pad=$(((4 - (110 + ${#name} + 1) % 4) % 4))
    head -c "$pad" /dev/zero
}

# pack TREE: the tree as a newc archive on standard output, the same bytes for the same tree
pack() {
    (
        cd "$1"
        find . -exec touch -hd @0 {} +
        find . -mindepth 1 -printf '%P\0' | sort -z |
            cpio --quiet -0 -o -H newc --reproducible -R 0:0
    )
}
