#!/bin/sh
# refusals.sh -- what the typed face of csp.h must not compile (as Go's test/chan/perm.go),
# tried with both compilers; and beside each refusal its neighbour that does.
#   refusals.sh CSP_SOURCE_DIR
#
# "error" lines are refused by any compiler's defaults. "warning" lines are what C calls a
# constraint and compilers of today may only warn of: refused where warnings are errors, as
# in this project.
set -u
csp=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
complain() { echo "refusals: $*"; bad=1; }

cat >"$work/prelude.h" <<'PRELUDE'
#include "csp.h"
struct cart { int load; };
struct gopher { int id; };
typedef CSP_CHAN(struct cart *) cart_chan;
typedef CSP_SEND_CHAN(struct cart *) cart_out;
typedef CSP_RECV_CHAN(struct cart *) cart_in;
typedef CSP_CHAN(struct gopher *) gopher_chan;
typedef CSP_SEND_CHAN(struct gopher *) gopher_out;
typedef CSP_RECV_CHAN(struct gopher *) gopher_in;
typedef CSP_CHAN(struct cart) value_chan;
typedef CSP_CHAN(int) int_chan;
typedef CSP_SEND_CHAN(int) int_out;
typedef CSP_RECV_CHAN(int) int_in;
typedef CSP_CHAN(uint64_t) time_chan;
typedef CSP_RECV_CHAN(uint64_t) time_in;
struct all {
    cart_chan carts; cart_out out; cart_in in;
    gopher_chan gophers; value_chan values;
    int_chan ints; int_out ints_out; int_in ints_in;
    time_chan times;
    struct cart *cart, value; struct gopher *gopher; const struct cart *fixed;
    int n; long l; uint64_t t; double d; struct csp_case c;
};
void try(struct all *a, void *any);
PRELUDE

# WHAT ## refused ## compiles
cat >"$work/table" <<'TABLE'
error ## csp_send(a->values, a->cart) ## csp_send(a->values, *a->cart)
error ## csp_send(a->values, 1) ## csp_send(a->values, a->value)
error ## csp_send(a->ints, a->value) ## csp_send(a->ints, a->value.load)
error ## csp_send(a->carts, a->value) ## csp_send(a->carts, &a->value)
error ## csp_send(a->carts, 1.5) ## csp_send(a->carts, NULL)
warning ## csp_send(a->carts, a->gopher) ## csp_send(a->carts, a->cart)
warning ## csp_send(a->ints, a->cart) ## csp_send(a->ints, a->cart->load)
warning ## csp_send(a->carts, a->fixed) ## csp_send(a->carts, (struct cart *)NULL)
warning ## csp_try_send(a->carts, a->gopher) ## csp_try_send(a->carts, a->cart)
error ## csp_try_send(a->values, a->cart) ## csp_try_send(a->values, a->value)
error ## csp_recv(a->carts, &a->gopher) ## csp_recv(a->carts, &a->cart)
error ## csp_recv(a->carts, a->cart) ## csp_recv(a->carts, NULL)
error ## csp_recv(a->carts, &a->value) ## csp_recv(a->values, &a->value)
error ## csp_recv(a->carts, &a->fixed) ## csp_recv(a->carts, (struct cart **)any)
error ## csp_recv(a->ints, a->n) ## csp_recv(a->ints, &a->n)
error ## csp_recv(a->ints, &a->l) ## csp_recv(a->ints, &a->value.load)
error ## csp_recv(a->ints, (unsigned *)any) ## csp_recv(a->ints, (int *)any)
error ## csp_recv(a->ints, (const int *)any) ## csp_recv(a->ints, &a->cart->load)
error ## csp_recv(a->times, &a->n) ## csp_recv(a->times, &a->t)
error ## csp_recv(a->values, &a->cart) ## csp_recv(a->values, a->cart)
error ## csp_try_recv(a->carts, &a->gopher) ## csp_try_recv(a->carts, &a->cart)
error ## csp_try_recv(a->ints, a->n) ## csp_try_recv(a->ints, &a->n)
error ## csp_try_recv(a->ints, &a->d) ## csp_try_recv(a->ints, NULL)
error ## a->c = CSP_CASE_SEND(a->carts, a->cart) ## a->c = CSP_CASE_SEND(a->carts, &a->cart)
error ## a->c = CSP_CASE_SEND(a->carts, &a->gopher) ## a->c = CSP_CASE_SEND(a->gophers, &a->gopher)
error ## a->c = CSP_CASE_SEND(a->ints, &a->l) ## a->c = CSP_CASE_SEND(a->ints, &a->n)
error ## a->c = CSP_CASE_RECV(a->carts, a->cart) ## a->c = CSP_CASE_RECV(a->carts, &a->cart)
error ## a->c = CSP_CASE_RECV(a->times, &a->cart) ## a->c = CSP_CASE_RECV(a->times, &a->t)
error ## a->c = CSP_CASE_RECV(a->ints, &a->d) ## a->c = CSP_CASE_RECV(a->ints, NULL)
error ## csp_recv(a->out, &a->cart) ## csp_recv(a->in, &a->cart)
error ## csp_recv(a->out, NULL) ## csp_recv(a->in, NULL)
error ## csp_try_recv(a->out, &a->cart) ## csp_try_recv(a->in, &a->cart)
error ## a->c = CSP_CASE_RECV(a->out, &a->cart) ## a->c = CSP_CASE_RECV(a->in, &a->cart)
error ## csp_send(a->in, a->cart) ## csp_send(a->out, a->cart)
error ## csp_try_send(a->in, a->cart) ## csp_try_send(a->out, a->cart)
error ## a->c = CSP_CASE_SEND(a->in, &a->cart) ## a->c = CSP_CASE_SEND(a->out, &a->cart)
error ## csp_close(a->in) ## csp_close(a->out)
error ## csp_free(a->in) ## csp_free(a->carts)
error ## csp_free(a->out) ## csp_len(a->out)
error ## csp_recv(a->in, &a->gopher) ## csp_recv(a->in, NULL)
warning ## csp_send(a->out, a->gopher) ## csp_send(a->out, NULL)
error ## csp_len(a->cart) ## csp_cap(a->in)
error ## a->out = CSP_SEND_ONLY(cart_out, a->in) ## a->out = CSP_SEND_ONLY(cart_out, a->carts)
error ## a->in = CSP_RECV_ONLY(cart_in, a->out) ## a->in = CSP_RECV_ONLY(cart_in, a->carts)
error ## a->out = CSP_SEND_ONLY(cart_out, a->gophers) ## a->out = CSP_SEND_ONLY(cart_out, a->out)
error ## a->in = CSP_RECV_ONLY(cart_in, a->gophers) ## a->in = CSP_RECV_ONLY(cart_in, a->in)
error ## a->ints_out = CSP_SEND_ONLY(int_out, a->times) ## a->ints_out = CSP_SEND_ONLY(int_out, a->ints)
error ## a->ints_in = CSP_RECV_ONLY(int_in, a->times) ## a->ints_in = CSP_RECV_ONLY(int_in, a->ints)
error ## a->carts = CSP_SEND_ONLY(cart_chan, a->out) ## a->carts = a->carts
error ## a->carts = CSP_RECV_ONLY(cart_chan, a->in) ## a->in = a->in
error ## a->carts = CSP_RECV_ONLY(cart_chan, a->carts) ## a->carts = CSP_MAKE(cart_chan, 4)
error ## a->out = CSP_RECV_ONLY(cart_in, a->carts) ## cart_in in = CSP_RECV_ONLY(cart_in, a->carts); csp_recv(in, NULL)
error ## a->carts = a->out ## a->out = CSP_SEND_ONLY(cart_out, a->carts)
error ## a->in = a->carts ## a->in = CSP_RECV_ONLY(cart_in, a->carts)
error ## a->carts = a->gophers ## cart_chan same = a->carts; csp_close(same)
error ## a->carts = CSP_MAKE(gopher_chan, 4) ## a->gophers = CSP_MAKE(gopher_chan, 4)
error ## a->out = CSP_MAKE(cart_out, 4) ## a->values = CSP_MAKE(value_chan, 0)
error ## a->in = CSP_MAKE(cart_in, 4) ## a->times = CSP_MAKE(time_chan, 1)
error ## a->carts = csp_chan_make(8, 1) ## cart_chan raw = {csp_chan_make(sizeof(struct cart *), 1)}; csp_free(raw)
error ## a->carts = CSP_MAKE(cart_chan) ## a->ints = CSP_MAKE(int_chan, (size_t)a->n)
error ## a->carts = CSP_MAKE(cart_chan, a->value) ## a->carts = CSP_MAKE(cart_chan, 2 * 2)
error ## a->times = CSP_MAKE(int_chan, 1) ## time_chan noon = {csp_after(1)}; csp_recv(noon, &a->t)
error ## time_in tick = {csp_tick(1)}; csp_send(tick, 1) ## time_in tick = {csp_tick(1)}; csp_recv(tick, &a->t)
error ## CSP_CHAN(struct unknown) c = {0}; csp_recv(c, NULL); c = CSP_MAKE(__typeof__(c), 1) ## CSP_CHAN(struct unknown *) c = {0}; csp_recv(c, NULL)
error ## csp_chan_send(a->carts, &a->cart) ## csp_chan_send(a->carts.ch, &a->cart)
error ## csp_close(any) ## csp_chan_close(any)
TABLE

# As a function's body, so that each stands alone.
n=0
while IFS= read -r line; do
    n=$((n + 1))
    kind=${line%% \#\# *}
    rest=${line#* \#\# }
    printf '%s\n' "$kind" >"$work/$n.kind"
    for which in refused fine; do
        [ "$which" = refused ] && text=${rest%% \#\# *} || text=${rest#* \#\# }
        printf '#include "prelude.h"\nvoid try(struct all *a, void *any)\n{\n    (void)a, (void)any;\n    %s;\n}\n' \
            "$text" >"$work/$n.$which.c"
    done
done <"$work/table"

compile() { # COMPILER FLAG FILE
    "$1" -std=gnu17 -Wall -Wextra -Wpedantic "$2" -I "$csp" -I "$work" -fsyntax-only "$3" >"$work/log" 2>&1
}
for compiler in gcc clang; do
    i=0
    while [ $i -lt $n ]; do
        i=$((i + 1))
        said=$(sed -n 5p "$work/$i.refused.c")
        strict=-Wno-error
        [ "$(cat "$work/$i.kind")" = error ] || strict=-Werror
        compile "$compiler" $strict "$work/$i.refused.c" && complain "$compiler compiles$said"
        grep -q 'error:' "$work/log" || complain "$compiler says nothing about$said"
        compile "$compiler" -Werror "$work/$i.fine.c" ||
            { complain "$compiler does not compile$(sed -n 5p "$work/$i.fine.c")"; cat "$work/log"; }
    done
done
exit $bad
