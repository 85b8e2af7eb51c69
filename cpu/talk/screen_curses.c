// screen_curses.c -- see screen.h. The screen, with ncursesw.
#include "screen.h"

#include "film.h"
#include "screen_restore.h"
#include "screen_terminfo.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    SCREEN *screen;
    bool utf8, color;
    struct sigaction old_stop, old_continue;
} it;

static volatile sig_atomic_t stop_asked, continued;

static void on_stop(int sig)
{
    (void)sig;
    stop_asked = 1;
}

static void on_continue(int sig)
{
    (void)sig;
    continued = 1;
}

static void handle(int sig, void (*handler)(int))
{
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    sigemptyset(&sa.sa_mask);
    sigaction(sig, &sa, NULL);
}

static void handle_stops(void)
{
    sigaction(SIGTSTP, NULL, &it.old_stop);
    sigaction(SIGCONT, NULL, &it.old_continue);
    // Whoever started us so wants no stops.
    if (it.old_stop.sa_handler != SIG_IGN)
        handle(SIGTSTP, on_stop);
    handle(SIGCONT, on_continue);
}

static void restore_stops(void)
{
    sigaction(SIGTSTP, &it.old_stop, NULL);
    sigaction(SIGCONT, &it.old_continue, NULL);
}

// Curses would do this in a signal handler, where none of its functions may be called.
static void stop(void)
{
    stop_asked = 0;
    def_prog_mode();
    endwin();
    sigaction(SIGTSTP, &it.old_stop, NULL);
    raise(SIGTSTP);
    handle(SIGTSTP, on_stop);
    continued = 1;
}

// Meanwhile the terminal was somebody else's.
static void go_on(void)
{
    continued = 0;
    reset_prog_mode();
    clearok(stdscr, true);
    refresh();
}

static void start_colors(bool wanted)
{
    static const short colors[TINTS] = {
        -1, COLOR_RED, COLOR_GREEN, COLOR_YELLOW, COLOR_BLUE, COLOR_MAGENTA, COLOR_CYAN};
    it.color = wanted && has_colors() && start_color() == OK;
    if (!it.color)
        return;
    short background = use_default_colors() == OK ? -1 : COLOR_BLACK;
    for (short tint = 1; tint < TINTS; tint++)
        init_pair(tint, colors[tint], background);
}

int screen_open(const struct screen_opts *opts, struct fail *why)
{
    const char *type = getenv("TERM");
    char leave[256];
    setlocale(LC_CTYPE, "");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return fail(why, EXIT_ABSENT,
                    "gophers --watch needs a terminal for its input and output; --frames "
                    "and --record work without");
    int length = terminfo_leave(leave, sizeof leave);
    if (length < 0)
        return fail(why, EXIT_ABSENT,
                    "gophers --watch: a terminal of the type '%.60s' cannot draw "
                    "pictures; --frames and --record work without",
                    type ? type : "");
    // Before curses: it changes the settings that are noted, and handles no signal that
    // somebody handles.
    screen_restore_arm(leave, (size_t)length);
    handle_stops();
    // An Escape is a key of its own, and comes at once.
    set_escdelay(25);
    it.screen = newterm(NULL, stdout, stdin);
    if (!it.screen) {
        restore_stops();
        screen_restore_disarm();
        return fail(why, EXIT_ABSENT, "gophers --watch: the terminal cannot be opened");
    }
    it.utf8 =
        opts->charset == CHARSET_UTF8 ||
        (opts->charset == CHARSET_AUTO && strcmp(nl_langinfo(CODESET), "UTF-8") == 0);
    cbreak();
    noecho();
    keypad(stdscr, true);
    curs_set(0);
    start_colors(opts->color);
    return 0;
}

void screen_close(void)
{
    if (!it.screen)
        return;
    erase();
    refresh();
    endwin();
    delscreen(it.screen);
    it.screen = NULL;
    restore_stops();
    screen_restore_disarm();
}

struct screen_face screen_face(void)
{
    return (struct screen_face){COLS, LINES, it.utf8};
}

static attr_t attributes(struct look look)
{
    attr_t attributes = A_NORMAL;
    if (look.style & STYLE_BOLD)
        attributes |= A_BOLD;
    if (look.style & STYLE_DIM)
        attributes |= A_DIM;
    if (look.style & STYLE_REVERSE)
        attributes |= A_REVERSE;
    return attributes;
}

void screen_show(const struct canvas *canvas)
{
    for (int y = 0; y < canvas->rows; y++) {
        for (int x = 0; x < canvas->columns; x++) {
            const struct glyph *glyph = canvas_at(canvas, x, y);
            const wchar_t text[2] = {(wchar_t)glyph->point, L'\0'};
            cchar_t shown;
            setcchar(&shown, text, attributes(glyph->look),
                     it.color ? (short)glyph->look.tint : 0, NULL);
            mvadd_wch(y, x, &shown);
        }
    }
    refresh();
}

int screen_key(int timeout_ms)
{
    timeout(timeout_ms);
    int key = getch();
    if (stop_asked)
        stop();
    if (continued)
        go_on();
    switch (key) {
    case KEY_RIGHT:
        return STROKE_RIGHT;
    case KEY_LEFT:
        return STROKE_LEFT;
    case KEY_HOME:
        return STROKE_HOME;
    case KEY_END:
        return STROKE_END;
    case KEY_RESIZE:
        erase();
        return STROKE_NONE;
    default:
        return key >= 0 && key < 128 ? key : STROKE_NONE;
    }
}
