#!/bin/sh
# install.sh -- the library as a stranger finds it: what is installed, what can be seen of it,
# and programs built against the copy by pkg-config and by CMake.
#   install.sh SOURCE_DIR BUILD_DIR CC
set -u
source=$1 build=$2 cc=$3
bad=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
complain() { echo "install: $*"; bad=1; }
same() { # WHAT EXPECTED_FILE FOUND_FILE
    diff -u "$2" "$3" >"$work/diff" || { complain "$1:"; cat "$work/diff"; }
}
# Runs a command; its output is shown if it fails.
try() { "$@" >"$work/log" 2>&1 || { complain "failed: $*"; cat "$work/log"; return 1; }; }

sanitize=
[ -z "${SANITIZED:-}" ] || sanitize=-fsanitize=$SANITIZED

# The library alone, and then with the program.
try cmake --install "$build" --component csp --prefix "$work/first" || exit 1
try cmake --install "$build" --prefix "$work/all" || exit 1
files() { (cd "$1" && find . -type f | sed 's|.*/||' | grep -v '^cspTargets-' | sort); }
printf '%s\n' csp-gdb.py csp.3 csp.h csp.pc cspConfig.cmake cspConfigVersion.cmake cspTargets.cmake \
    libcsp.a | sort >"$work/library"
files "$work/first" >"$work/found"
same 'the component csp' "$work/library" "$work/found"
printf '%s\n' gopherbench gopherbench.1 | sort - "$work/library" >"$work/everything"
files "$work/all" >"$work/found"
same 'the whole installation' "$work/everything" "$work/found"
"$work/all/bin/gopherbench" --version >/dev/null || complain 'the program does not start'

# It may be moved.
mv "$work/first" "$work/prefix"
archive=$(find "$work/prefix" -name libcsp.a)
header=$work/prefix/include/csp.h
page=$work/prefix/share/man/man3/csp.3
PKG_CONFIG_PATH=$(dirname "$archive")/pkgconfig
export PKG_CONFIG_PATH

# The archive's global names are the header's functions, and the manual has all of them.
"$cc" -E -P "$header" | grep -oE '\<csp_[a-z_]+ ?\(' | tr -d ' (' | sort >"$work/functions"
[ "$(wc -l <"$work/functions")" -gt 20 ] || complain 'csp.h declares next to nothing'
nm -g --defined-only "$archive" | awk 'NF == 3 { print $3 }' | sort >"$work/globals"
same 'the global names of libcsp.a' "$work/functions" "$work/globals"
grep -oE '^#define (csp|CSP)_[A-Za-z_]+\(' "$header" | sed 's/#define //; s/(//' |
    grep -vE '^CSP_(ELEM|SAME|TEMP)$' | sort - "$work/functions" >"$work/names"
sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/s/^\.Fn \([A-Za-z_]*\).*/\1/p' "$page" |
    sort >"$work/documented"
same "the manual's synopsis" "$work/names" "$work/documented"

# The example in the manual is the one that is built below.
awk '/^\.Bd/ { n++; next } /^\.Ed/ { inside = 0 } /^#include <csp/ { inside = 1 } inside' \
    "$page" | sed 's/\\e/\\/g' >"$work/shown"
sed '1,/^$/d' "$source/examples/sieve.c" >"$work/example"
same "the manual's example" "$work/example" "$work/shown"
mandoc -T lint -W warning "$page" >"$work/log" 2>&1 || { complain 'mandoc:'; cat "$work/log"; }

# The header alone is enough for every standard that it names, and for C++.
for standard in c11 c17; do
    for compiler in gcc clang; do
        try "$compiler" -std=$standard -Wall -Wextra -pedantic -Werror -fsyntax-only \
            -x c "$header"
        try "$compiler" -std=$standard -Wall -Wextra -pedantic -Werror -fsyntax-only \
            -I"$work/prefix/include" "$source/examples/sieve.c"
    done
done
cat >"$work/plain.cc" <<'C++'
#include <csp.h>
#ifdef CSP_CHAN
#error "the typed channels are C's"
#endif
static void send(void *arg)
{
    int n = 42;
    csp_chan_send(static_cast<csp_chan *>(arg), &n);
    csp_exit();
}
static void first(void *arg)
{
    csp_chan *ch = csp_chan_make(sizeof(int), 0);
    csp_go(send, ch);
    csp_chan_recv(ch, arg);
    csp_chan_free(ch);
}
int main()
{
    int n = 0;
    return csp_run(first, &n, nullptr, nullptr) == CSP_OK && n == 42 ? 0 : 1;
}
C++
# The flags are words by design, here and below.
# shellcheck disable=SC2046,SC2086
for compiler in g++ clang++; do
    try "$compiler" -std=c++11 -Wall -Wextra -pedantic -Werror -c "$work/plain.cc" \
        -o "$work/plain.o" $(pkg-config --cflags csp) &&
        try "$cc" $sanitize "$work/plain.o" -o "$work/plain" $(pkg-config --libs csp) &&
        try "$work/plain"
done

# The example, by pkg-config and by CMake. Primes are what has no other divisor.
seq 2 99 | while read -r n; do
    [ "$(factor "$n" | wc -w)" -ne 2 ] || echo "$n"
done >"$work/primes"
sieve() { # HOW PROGRAM
    "$2" >"$work/found" 2>"$work/log" || { complain "$1: the sieve failed"; cat "$work/log"; }
    same "$1: the sieve's primes" "$work/primes" "$work/found"
}
for how in '' --static; do
    # shellcheck disable=SC2046,SC2086
    try "$cc" $sanitize "$source/examples/sieve.c" -o "$work/sieve" \
        $(pkg-config $how --cflags --libs csp) && sieve "pkg-config $how" "$work/sieve"
done
[ "$(pkg-config --modversion csp)" = "$("$work/all/bin/gopherbench" --version |
    grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1)" ] || complain 'csp.pc has another version'
try cmake -G Ninja -S "$source/examples" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$work/prefix" \
    -DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS="$sanitize" &&
    try cmake --build "$work/cmake" && sieve find_package "$work/cmake/sieve"

exit $bad
