#!/bin/sh
# csp_perm.sh -- what typed channels must let pass and must not: each snippet is compiled,
# with the flags of the tests, as the body of a function. Go's perm.go and makechan.go, as
# far as csp.h has types (it has no channels of one direction).
#   csp_perm.sh COMPILER INCLUDE_DIR
set -u
compiler=$1 include=$2
bad=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# compiles SNIPPET
compiles() {
    cat >"$work/try.c" <<END
#include "csp.h"
#include <stddef.h>
struct cart { int load; };
struct other { int load; };
typedef CSP_CHAN(int) int_chan;
typedef CSP_CHAN(int) int_chan2;
typedef CSP_CHAN(long) long_chan;
typedef CSP_CHAN(struct cart) cart_chan;
typedef CSP_CHAN(struct cart *) cart_ptr_chan;
typedef CSP_CHAN(int_chan) chan_chan;
void f(int_chan c, long_chan l, cart_chan carts, cart_ptr_chan ptrs, chan_chan chans, int n);
void f(int_chan c, long_chan l, cart_chan carts, cart_ptr_chan ptrs, chan_chan chans, int n)
{
    (void)c; (void)l; (void)carts; (void)ptrs; (void)chans; (void)n;
    $1
}
END
    "$compiler" -std=gnu17 -Wall -Wextra -Wpedantic -Wconversion -Werror -I"$include" \
        -fsyntax-only "$work/try.c" >"$work/log" 2>&1
}
pass() {
    compiles "$1" || { echo "must compile: $1"; head -5 "$work/log"; bad=1; }
}
fail() {
    compiles "$1" && { echo "must not compile: $1"; bad=1; }
}

# The right types, in every operation.
# Go: perm.go
pass 'csp_send(c, 0);'
pass 'csp_send(l, n);'
pass 'int x; (void)csp_recv(c, &x);'
pass '(void)csp_recv(c, NULL);'
pass 'csp_send(carts, ((struct cart){1})); struct cart x; (void)csp_recv(carts, &x);'
pass 'struct cart x; csp_send(ptrs, &x); struct cart *p; (void)csp_recv(ptrs, &p);'
pass 'csp_send(ptrs, NULL);'
pass 'csp_send(chans, c); int_chan d; (void)csp_recv(chans, &d);'
pass 'int x = 0; (void)csp_try_send(c, x); (void)csp_try_recv(c, &x); (void)csp_try_recv(c, NULL);'
pass 'int x = 0; struct csp_case k[] = {CSP_CASE_SEND(c, &x), CSP_CASE_RECV(c, &x), CSP_CASE_RECV(c, NULL)}; (void)csp_select(k, 3, 0);'
pass 'csp_close(c); csp_free(c); (void)(csp_len(c) + csp_cap(c));'
pass 'c = (int_chan){NULL}; c = (int_chan){l.ch};'
pass 'if (n) csp_send(c, 1); else csp_send(c, 2);'

# Elements of another type.
fail 'long x; (void)csp_recv(c, &x);'
fail 'unsigned x; (void)csp_recv(c, &x);'
fail 'const int x = 0; (void)csp_recv(c, &x);'
fail 'int x; (void)csp_recv(c, x);'
fail 'struct other x; (void)csp_recv(carts, &x);'
fail 'struct cart x; (void)csp_recv(ptrs, &x);'
fail 'struct other x = {0}; csp_send(carts, x);'
fail 'struct other x; csp_send(ptrs, &x);'
fail 'struct cart x = {0}; csp_send(c, x);'
fail 'csp_send(c, "text");'
fail 'long x; (void)csp_try_recv(c, &x);'
fail 'struct other x = {0}; (void)csp_try_send(carts, x);'
fail 'long x = 0; struct csp_case k = CSP_CASE_SEND(c, &x); (void)k;'
fail 'long x; struct csp_case k = CSP_CASE_RECV(c, &x); (void)k;'
fail 'csp_send(chans, l);'

# Channels of another type, and what is no channel.
fail 'c = l;'
fail 'l = c;'
fail 'c = chans;'
fail 'csp_send(n, 1);'
fail '(void)csp_recv(n, NULL);'
fail 'csp_close(n);'
fail 'csp_free(n);'
fail 'struct csp_case k = CSP_CASE_RECV(n, NULL); (void)k;'

# Capacities.
# Go: makechan.go
pass 'c = CSP_MAKE(int_chan, 0); c = CSP_MAKE(int_chan, 1); c = CSP_MAKE(int_chan, (size_t)n);'
fail 'c = CSP_MAKE(int_chan, -1);'
fail 'c = CSP_MAKE(int_chan, n);'
fail 'c = CSP_MAKE(int_chan, 0.5);'
fail 'c = CSP_MAKE(int_chan, "1");'
fail 'c = CSP_MAKE(long_chan, 1);'
exit $bad
