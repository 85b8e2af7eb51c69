// trace_json.c -- the events of a Chrome trace, as JSON, one a line.
//
// The format: the "Trace Event Format" document of Chromium, as ui.perfetto.dev reads it.

#include "csp_trace.h"

#include <inttypes.h>

void trace_ns(struct trace_out *out, const char *key, uint64_t ns)
{
    fprintf(out->f, ",\"%s\":%" PRIu64 ".%03u", key, ns / 1000, (unsigned)(ns % 1000));
}

void trace_begin(struct trace_out *out, const char *ph, int pid, uint64_t tid,
                 uint64_t ns)
{
    fprintf(out->f, "%s{\"ph\":\"%s\",\"pid\":%d,\"tid\":%" PRIu64,
            out->n_events++ > 0 ? ",\n" : "\n", ph, pid, tid);
    trace_ns(out, "ts", ns);
}

// The bytes of the character of UTF-8 that s begins with; 0: it is none.
static size_t character(const unsigned char *s)
{
    unsigned char c = s[0];
    size_t n = c < 0x80   ? 1
               : c < 0xc2 ? 0
               : c < 0xe0 ? 2
               : c < 0xf0 ? 3
               : c < 0xf5 ? 4
                          : 0;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    // Too long a form, a surrogate, and what lies beyond the last character.
    bool bad = (c == 0xe0 && s[1] < 0xa0) || (c == 0xed && s[1] > 0x9f) ||
               (c == 0xf0 && s[1] < 0x90) || (c == 0xf4 && s[1] > 0x8f);
    return bad ? 0 : n;
}

// Names are the program's: JSON must survive them.
void trace_string(struct trace_out *out, const char *s)
{
    fputc('"', out->f);
    for (size_t n; *s; s += n ? n : 1) {
        n = character((const unsigned char *)s);
        if (*s == '"' || *s == '\\')
            fprintf(out->f, "\\%c", *s);
        else if (n == 0 || (unsigned char)*s < 0x20)
            fputc('?', out->f);
        else
            fwrite(s, 1, n, out->f);
    }
    fputc('"', out->f);
}

void trace_process(struct trace_out *out, int pid, const char *name)
{
    trace_begin(out, "M", pid, 0, 0);
    fprintf(out->f, ",\"name\":\"process_name\",\"args\":{\"name\":\"%s\"}}", name);
}

void trace_arrow(struct trace_out *out, const char *name, struct trace_point from,
                 struct trace_point to)
{
    uint64_t id = ++out->n_arrows;
    // Clocks of two processors may differ by a tick.
    if (to.ns < from.ns)
        to.ns = from.ns;
    trace_begin(out, "s", from.pid, from.tid, from.ns);
    fprintf(out->f, ",\"id\":%" PRIu64 ",\"cat\":\"csp\",\"name\":\"%s\"}", id, name);
    trace_begin(out, "f", to.pid, to.tid, to.ns);
    fprintf(out->f, ",\"bp\":\"e\",\"id\":%" PRIu64 ",\"cat\":\"csp\",\"name\":\"%s\"}",
            id, name);
}
