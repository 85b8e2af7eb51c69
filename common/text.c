// text.c -- see text.h.
//
// Figures are put together from integers, so that no locale can turn a point into a
// comma.
#include "text.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ESCAPED_BYTES = 16 };  // the longest escape: four bytes of \xNN each

static bool is_continuation(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

// The length of the UTF-8 sequence at s (RFC 3629: no surrogates, nothing overlong), or 0
// where there is none. The terminating NUL keeps it from reading on.
static size_t utf8_length(const unsigned char *s, uint32_t *point)
{
    if (s[0] < 0x80) {
        *point = s[0];
        return 1;
    }
    if (s[0] < 0xc2 || s[0] > 0xf4 || !is_continuation(s[1]))
        return 0;
    if (s[0] < 0xe0) {
        *point = (uint32_t)(s[0] & 0x1f) << 6 | (s[1] & 0x3f);
        return 2;
    }
    if (!is_continuation(s[2]))
        return 0;
    if (s[0] < 0xf0) {
        *point =
            (uint32_t)(s[0] & 0x0f) << 12 | (uint32_t)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
        return *point >= 0x800 && (*point < 0xd800 || *point > 0xdfff) ? 3 : 0;
    }
    if (!is_continuation(s[3]))
        return 0;
    *point = (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3f) << 12 |
             (uint32_t)(s[2] & 0x3f) << 6 | (s[3] & 0x3f);
    return *point >= 0x10000 && *point <= 0x10ffff ? 4 : 0;
}

// Code points that steer a terminal or hide what stands beside them.
static bool is_harmful(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},   {0x200b, 0x200f},
        {0x2028, 0x202e}, {0x2066, 0x2069}, {0xfeff, 0xfeff},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

static size_t put_hex(char *out, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    out[0] = '\\';
    out[1] = 'x';
    out[2] = digits[byte >> 4];
    out[3] = digits[byte & 15];
    return 4;
}

// Escapes one code point or one invalid byte at *from, moves *from behind it, and returns
// how many bytes it wrote.
static size_t escape_next(const char **from, char out[static ESCAPED_BYTES])
{
    const unsigned char *s = (const unsigned char *)*from;
    uint32_t point = 0;
    size_t length = utf8_length(s, &point);
    bool harmful = length == 0 || is_harmful(point);
    if (length == 0)
        length = 1;
    *from += length;
    size_t written = 0;
    if (point == '\\') {
        out[0] = out[1] = '\\';
        written = 2;
    } else if (harmful) {
        for (size_t i = 0; i < length; i++)
            written += put_hex(out + written, s[i]);
    } else {
        memcpy(out, s, length);
        written = length;
    }
    return written;
}

char *text_escape(const char *bytes)
{
    // No byte becomes more than four: \xNN.
    char *text = malloc(4 * strlen(bytes) + ESCAPED_BYTES);
    if (!text)
        return NULL;
    size_t used = 0;
    while (*bytes)
        used += escape_next(&bytes, text + used);
    text[used] = '\0';
    return text;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

// What text_escape never writes (\x00, \q, a lone backslash) stands for itself.
char *text_unescape(const char *escaped)
{
    char *bytes = malloc(strlen(escaped) + 1);
    if (!bytes)
        return NULL;
    size_t used = 0;
    const char *s = escaped;
    while (*s) {
        int high = -1, low = -1;
        if (s[0] == '\\' && s[1] == 'x') {
            high = hex_digit(s[2]);
            low = high < 0 ? -1 : hex_digit(s[3]);
        }
        if (low >= 0 && (high | low) != 0) {
            bytes[used++] = (char)(high << 4 | low);
            s += 4;
        } else if (s[0] == '\\' && s[1] == '\\') {
            bytes[used++] = '\\';
            s += 2;
        } else {
            bytes[used++] = *s++;
        }
    }
    bytes[used] = '\0';
    return bytes;
}

void text_print(FILE *out, const char *bytes)
{
    char unit[ESCAPED_BYTES];
    while (*bytes) {
        size_t n = escape_next(&bytes, unit);
        fwrite(unit, 1, n, out);
    }
}

char *text_cut(char buffer[static TEXT_CUT_BYTES], const char *bytes)
{
    static const char more[] = "...";
    size_t length = strlen(bytes);
    if (length < TEXT_CUT_BYTES) {
        memcpy(buffer, bytes, length + 1);
        return buffer;
    }
    size_t kept = TEXT_CUT_BYTES - sizeof more;
    for (int i = 0; i < 3 && is_continuation((unsigned char)bytes[kept]); i++)
        kept--;
    memcpy(buffer, bytes, kept);
    memcpy(buffer + kept, more, sizeof more);
    return buffer;
}

size_t text_columns(const char *escaped)
{
    size_t columns = 0;
    for (; *escaped; escaped++)
        columns += !is_continuation((unsigned char)*escaped);
    return columns;
}

struct scale {
    double base;  // of one prefix to the next
    const char *prefix[7];
    int lowest;  // index of the prefix that stands for 1
};

// Writes value / base^i with three digits that matter, and the prefix i that makes it at
// least 1. `whole`: no fraction where there is none.
static char *put_figure(char *buffer, double value, const struct scale *scale, bool whole,
                        const char *unit)
{
    if (!isfinite(value)) {
        snprintf(buffer, FIGURE_BYTES, "n/a");
        return buffer;
    }
    const char *sign = value < 0 ? "-" : "";
    double v = fabs(value);
    int at = v > 0 ? 0 : scale->lowest;
    for (int i = at; i < scale->lowest; i++)
        v *= scale->base;
    while (at < 6 && scale->prefix[at + 1] && v >= scale->base) {
        v /= scale->base;
        at++;
    }
    bool exact = whole && v == floor(v);
    unsigned digits = v >= 99.95 || exact ? 0 : v >= 9.995 ? 1 : v >= 0.9995 ? 2 : 3;
    static const unsigned powers[] = {1, 10, 100, 1000};
    double rounded = nearbyint(v * powers[digits]);
    if (rounded >= scale->base * powers[digits] && at < 6 && scale->prefix[at + 1]) {
        rounded = 100;  // 999.7 became 1000, which is 1.00 of the next
        digits = 2;
        at++;
    }
    // Beyond 2^63 no digit behind the point is left, and the figure is absurd anyway.
    unsigned long long shown =
        rounded < 0x1p63 ? (unsigned long long)rounded : 1ull << 63;
    char fraction[16] = "";
    if (digits > 0)
        snprintf(fraction, sizeof fraction, ".%0*u", (int)digits,
                 (unsigned)(shown % powers[digits]));
    snprintf(buffer, FIGURE_BYTES, "%s%llu%s %s%s", sign, shown / powers[digits],
             fraction, scale->prefix[at], unit);
    return buffer;
}

char *text_seconds(char buffer[static FIGURE_BYTES], double seconds)
{
    static const struct scale scale = {1000, {"n", "u", "m", ""}, 3};
    return put_figure(buffer, seconds, &scale, seconds == 0, "s");
}

char *text_rate(char buffer[static FIGURE_BYTES], double per_second, const char *unit)
{
    static const struct scale scale = {1000, {"", "k", "M", "G", "T", "P", "E"}, 0};
    char shown[16];
    if (strcmp(unit, "flop") == 0)
        unit = "FLOP";
    else if (strcmp(unit, "byte") == 0)
        unit = "B";
    snprintf(shown, sizeof shown, "%.12s/s", unit);
    return put_figure(buffer, per_second, &scale, per_second == 0, shown);
}

char *text_bytes(char buffer[static FIGURE_BYTES], double bytes)
{
    static const struct scale scale = {1024, {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"}, 0};
    return put_figure(buffer, bytes, &scale, true, "B");
}

const char *text_plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}
