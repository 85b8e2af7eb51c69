#!/bin/sh
# migration.sh -- a task is itself on whatever OS thread it goes on: migration.c, built
# together with the runtime by each compiler at each level of optimisation, and run.
#   migration.sh CSP_SOURCE_DIR
#
# And the fact behind it: no function of the runtime that could be on the stack of a switch
# has a thread-local variable or takes the address of errno.
set -u
csp=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
complain() { echo "migration: $*"; bad=1; }

machine=$(uname -m)
[ -f "$csp/switch_$machine.S" ] || { echo "migration: no switch for $machine"; exit 1; }
flags="-std=gnu17 -D_GNU_SOURCE -DCSP_IMPL -fno-omit-frame-pointer -fstack-clash-protection"

# cell NAME COMPILER FLAGS...: builds and runs, all output in NAME.log.
cell() {
    name=$1 compiler=$2
    shift 2
    # The flags are words by design.
    # shellcheck disable=SC2086
    "$compiler" $flags "$@" -I "$csp" "$csp"/*.c "$csp/switch_$machine.S" "$here/migration.c" \
        -pthread -ldl -o "$work/$name" >"$work/$name.log" 2>&1 &&
        timeout 60 "$work/$name" >>"$work/$name.log" 2>&1 && : >"$work/$name.ok"
}

# As cell, by way of objects, which stay to be looked at.
cell_pic() {
    name=$1-pic compiler=$1
    mkdir "$work/$compiler"
    # shellcheck disable=SC2086
    (cd "$work/$compiler" &&
        "$compiler" $flags -O2 -fPIC -fno-stack-protector -I "$csp" -c "$csp"/*.c "$csp/switch_$machine.S" &&
        "$compiler" $flags -O2 -fPIC -I "$csp" ./*.o "$here/migration.c" -pthread -ldl -o "../$name"
    ) >"$work/$name.log" 2>&1 &&
        timeout 60 "$work/$name" >>"$work/$name.log" 2>&1 && : >"$work/$name.ok"
}

# Two at a time: each takes a processor for a second or two.
cells=''
for compiler in gcc clang; do
    linker=''
    [ "$compiler" = gcc ] || linker='-fuse-ld=lld'
    cell "$compiler-O0" "$compiler" -O0 &
    cell "$compiler-O1" "$compiler" -O1 &
    wait
    cell "$compiler-O2" "$compiler" -O2 &
    cell "$compiler-O3" "$compiler" -O3 &
    wait
    # shellcheck disable=SC2086
    cell "$compiler-lto" "$compiler" -O2 -flto $linker &
    cell_pic "$compiler" &
    wait
    for level in O0 O1 O2 O3 lto pic; do
        cells="$cells $compiler-$level"
    done
done
for name in $cells; do
    [ -f "$work/$name.ok" ] || { complain "$name failed"; cat "$work/$name.log"; }
done

# Who may ask for errno: functions that make calls of the system's and no others, a handler
# of signals, and the end of a run, all of which no task waits in.
may='control_once poll_once read_once write_once open_descriptors on_quit trace_close'
for compiler in gcc clang; do
    for object in "$work/$compiler"/*.o; do
        objdump -dr --no-show-raw-insn "$object"
    done | awk '/^[0-9a-f]+ <.*>:$/ { fn = substr($2, 2, length($2) - 3) }
                /%fs:|tpidr|__tls_get_addr|R_[A-Z0-9_]*(TPOFF|TLS|TPREL)/ { print fn, "tls" }
                /__errno_location/ { print fn, "errno" }' | sort -u >"$work/found"
    grep -q errno "$work/found" || complain "$compiler: nobody reads errno: is objdump read right?"
    while read -r fn what; do
        case "$what: $may " in
        "errno:"*" $fn "*) ;;
        *) complain "$compiler: $fn has a thread's address at hand ($what)" ;;
        esac
    done <"$work/found"
done
exit $bad
