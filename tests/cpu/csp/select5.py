#!/usr/bin/env python3
"""select5.py -- writes every phrasing of one operation on a channel as C, for
test_csp_select5.c, which includes the result.

As Go's select5.go: plain and in selects, alone, or before or after other cases, which
are never ready (on a quiet channel and on none, sending and receiving). C has no order of
evaluation among the cases; what it has is that everything is evaluated once, so each
phrasing comes with its parts counted, too. Waiting for ever, for a while and not at all
are left to the test, as csp_select takes them as a number.

    select5.py >select5_cases.h
"""

import itertools

# What never is ready, beside the operation in question. BAD is an address that must not
# even be touched.
EXTRAS = [
    "CSP_CASE_SEND({dummy}, {number})",
    "CSP_CASE_RECV({dummy}, {bad})",
    "CSP_CASE_SEND({nil}, {number})",
    "CSP_CASE_RECV({nil}, {bad})",
]
NEVER = [
    "CSP_CASE_SEND(e->dummy, &e->n)",
    "CSP_CASE_SEND(nil, &e->n)",
    "CSP_CASE_RECV(e->dummy, NULL)",
    "CSP_CASE_RECV(e->dummy, &x)",
    "CSP_CASE_RECV(e->dummy, BAD)",
    "CSP_CASE_RECV(nil, NULL)",
    "CSP_CASE_RECV(nil, &x)",
    "CSP_CASE_RECV(nil, BAD)",
]
# (declaration, address given to the receive, how x gets it)
TARGETS = [
    ("", "&x", ""),
    ("int *to = &x;", "to", ""),
    ("int y = -2;", "&y", "x = y;"),
    ("int m[20] = {0};", "&m[13]", "x = m[13];"),
    ("struct { char c; int i; } s = {'c', -3};", "&s.i", "CHECK(s.c == 'c'); x = s.i;"),
]
# (declaration, address of what is sent)
SOURCES = [
    ("", "&e->n"),
    ("int y = e->n;", "&y"),
    ("int m[20] = {[13] = e->n};", "&m[13]"),
]
PLAIN_RECVS = [
    "e->got_ok = csp_recv(e->c, &x);",
    "e->got_ok = csp_chan_recv(e->c.ch, &x);",
    "e->got_ok = csp_try_recv(e->c, &x) == CSP_OK;",
    "e->got_ok = csp_chan_try_recv(e->c.ch, &x) == CSP_OK;",
]
PLAIN_SENDS = [
    "csp_send(e->c, e->n);",
    "csp_chan_send(e->c.ch, &e->n);",
    "CHECK(csp_try_send(e->c, e->n) == CSP_OK);",
    "CHECK(csp_chan_try_send(e->c.ch, &e->n) == CSP_OK);",
]

functions = {"recv": [], "send": [], "never": []}


def function(kind, body):
    name = f"{kind}_{len(functions[kind])}"
    functions[kind].append(name)
    print(f"static void {name}(struct env *e)\n{{")
    for line in body:
        if line:
            print("    " + line)
    print("}\n")


def chan(which, counted):
    return f"chan_of(e, {which})" if counted else which


def place(address, counted):
    return f"place(e, {address})" if counted else address


def arrangements():
    """The extra cases, how many of them come first, and whether all parts are counted."""
    for flags in itertools.product([False, True], repeat=len(EXTRAS)):
        extras = [case for case, there in zip(EXTRAS, flags) if there]
        for before in sorted({0, len(extras)}):
            for counted in (False, True):
                yield extras, before, counted


def select(live, extras, before, counted):
    words = {"dummy": chan("e->dummy", counted), "nil": chan("nil", counted),
             "number": place("&e->n", counted), "bad": place("BAD", counted)}
    others = [case.format(**words) for case in extras]
    cases = others[:before] + [live] + others[before:]
    return ["struct csp_case cases[] = {" + ", ".join(cases) + "};",
            f"CHECK(e->calls == {2 * len(cases) if counted else 0});",
            f"CHECK(csp_select(cases, {len(cases)}, e->timeout_ns) == {before});",
            f"CHECK(e->calls == {2 * len(cases) if counted else 0});",
            f"e->got_ok = cases[{before}].ok;"]


def main():
    print("// Written by select5.py.\n")
    for plain in PLAIN_RECVS:
        function("recv", ["int x = -1;", plain, "e->got = x;"])
    for declaration, address, fetch in TARGETS:
        for extras, before, counted in arrangements():
            live = f"CSP_CASE_RECV({chan('e->c', counted)}, {place(address, counted)})"
            function("recv", ["int x = -1;", declaration,
                              *select(live, extras, before, counted),
                              fetch, "e->got = x;"])
    for plain in PLAIN_SENDS:
        function("send", [plain, "e->got_ok = true;"])
    for declaration, address in SOURCES:
        for extras, before, counted in arrangements():
            live = f"CSP_CASE_SEND({chan('e->c', counted)}, {place(address, counted)})"
            function("send", [declaration, *select(live, extras, before, counted)])
    for flags in itertools.product([False, True], repeat=len(NEVER)):
        cases = [case for case, there in zip(NEVER, flags) if there]
        if cases:
            function("never", ["int x = e->n;",
                               "struct csp_case cases[] = {" + ", ".join(cases) + "};",
                               f"CHECK(csp_select(cases, {len(cases)}, e->timeout_ns) == "
                               "CSP_TIMEOUT);",
                               "CHECK(x == e->n);"])
    for kind, names in functions.items():
        print(f"static void (*const all_{kind}[])(struct env *) = {{")
        print("".join(f"    {name},\n" for name in names) + "};\n")


main()
