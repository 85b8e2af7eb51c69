#!/bin/sh
# layers.sh -- a layer that includes what it must not see fails to compile: tried, with the
# compiler and the very flags of each layer's own files. Also the rules that make it so:
# unique file names, includes without a path, headers that compile alone, no forbidden
# sources of parallelism in a layer.
#   layers.sh SOURCE_DIR COMPILE_COMMANDS
set -u
cd "$1" || exit 2
commands=$2
bad=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
complain() { echo "layers: $*"; bad=1; }

# compiles FILE_OF_LAYER "includes": does a source with these includes compile with its flags?
compiles() {
    flags=$(jq -r --arg f "$1" \
        '[.[] | select(.file | endswith($f))][0].command // empty' "$commands" |
        sed 's/ -o [^ ]*//; s/ -c [^ ]*//')
    [ -n "$flags" ] || { complain "no compile command for $1"; return 2; }
    printf '%s\n' "$2" >"$work/try.c"
    # The flags are words by design.
    # shellcheck disable=SC2086
    (cd "$work" && $flags -Wno-error -fsyntax-only try.c) >"$work/log" 2>&1
}

forbid() {
    find common cpu gpu kernels -name "$2" | grep -q . || complain "there is no $2 to forbid"
    compiles "$1" "#include \"$2\"" && complain "$1's layer can include $2"
}
allow() {
    compiles "$1" "#include \"$2\"" || { complain "$1's layer cannot include $2"; cat "$work/log"; }
}

allow common/stats.c stats.h
forbid common/stats.c csp.h
forbid common/stats.c gemm.h
forbid common/stats.c ocl.h
forbid common/stats.c command.h
allow cpu/csp/chan.c csp.h
forbid cpu/csp/chan.c gemm.h
forbid cpu/csp/chan.c command.h
allow cpu/gemm.c matmul.h
allow cpu/gemm.c csp.h
forbid cpu/gemm.c ocl.h
forbid cpu/gemm.c command.h
allow gpu/ocl_errname.c engine.h
forbid gpu/ocl_errname.c gemm.h
forbid gpu/ocl_errname.c csp.h
forbid gpu/ocl_errname.c command.h
allow cpu/talk/narrator.c csp.h
allow cpu/talk/narrator.c design.h
forbid cpu/talk/narrator.c gemm.h
forbid cpu/talk/narrator.c ocl.h
forbid cpu/talk/narrator.c command.h
forbid cpu/gemm.c talk.h
allow common/cli/session.c csp.h
allow common/cli/session.c gemm.h

# csp_impl.h lies beside csp.h: it refuses everybody who is not the runtime.
forbid cpu/gemm.c csp_impl.h
forbid cpu/gemm.c csp_parts.h
forbid cpu/talk/narrator.c csp_impl.h
forbid common/cli/session.c csp_impl.h

# Includes carry no path; file names are unique.
sources=$(git ls-files -co --exclude-standard 'common/*.[ch]' 'cpu/*.[ch]' 'gpu/*.[ch]' \
    'kernels/*.[ch]' 'common/cli/*.[ch]' 'cpu/csp/*.[ch]' | sort -u)
for file in $sources; do
    grep -n '#include ".*/' "$file" /dev/null && complain "$file includes a path"
done
twice=$(for file in $sources; do basename "$file"; done | sort | uniq -d)
[ -z "$twice" ] || complain "two files are called $twice"

# Who may use what.
uses() { # PATTERN WHAT ALLOWED_PREFIXES...
    pattern=$1 what=$2
    shift 2
    for file in $sources; do
        for prefix in "$@"; do
            case $file in "$prefix"*) continue 2 ;; esac
        done
        grep -nE "$pattern" "$file" /dev/null && complain "$file uses $what"
    done
}
# os_threads.c is what the talk's tasks are compared with.
uses '#include <pthread.h>|#include <stdatomic.h>' 'threads or atomics' cpu/csp/ \
    cpu/threads_ cpu/talk/os_threads.c
uses '#include <omp.h>|#pragma omp' OpenMP cpu/omp_
uses '#include <CL/' OpenCL gpu/

# Every header compiles alone, with the flags of a neighbour.
alone() {
    for header in "$1"/*.h; do
        [ -e "$header" ] || continue
        name=$(basename "$header")
        case $name in csp_impl.h | *_body.h | sha256.h) continue ;; esac
        compiles "$2" "#include \"$name\"" || { complain "$header does not compile alone"; cat "$work/log"; }
    done
}
alone common common/stats.c
alone common/cli common/cli/session.c
alone cpu cpu/gemm.c
alone cpu/talk cpu/talk/narrator.c
alone gpu gpu/ocl_errname.c

# Sizes: a file over 400 lines says why in its head; main stays small.
for file in $sources; do
    lines=$(wc -l <"$file")
    [ "$lines" -le 400 ] || head -30 "$file" | grep -qi 'lines' ||
        complain "$file has $lines lines and no reason in its head"
done
[ "$(wc -l <common/cli/main.c)" -le 80 ] || complain "main.c has over 80 lines"

exit $bad
