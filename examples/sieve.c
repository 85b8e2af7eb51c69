// sieve.c -- the primes below 100: a chain of tasks, each of which strikes out the
// multiples of one prime (M. D. McIlroy).
//
//     cc sieve.c $(pkg-config --cflags --libs csp)

#include <csp.h>
#include <stdio.h>

typedef CSP_CHAN(int) int_chan;

struct filter {
    int prime;
    int_chan in, out;
};

static void numbers(void *arg)
{
    int_chan *out = arg;
    for (int n = 2; n < 100; n++)
        csp_send(*out, n);
    csp_close(*out);
}

static void strike_out(void *arg)
{
    struct filter *f = arg;
    int n;
    while (csp_recv(f->in, &n)) {
        if (n % f->prime != 0)
            csp_send(f->out, n);
    }
    csp_free(f->in);
    csp_close(f->out);
}

static void sieve(void *arg)
{
    (void)arg;
    struct filter f = {.out = CSP_MAKE(int_chan, 0)};
    csp_go_copy(numbers, &f.out, sizeof f.out);
    while (csp_recv(f.out, &f.prime)) {
        printf("%d\n", f.prime);
        f.in = f.out;
        f.out = CSP_MAKE(int_chan, 0);
        csp_go_copy(strike_out, &f, sizeof f);
    }
    csp_free(f.out);
}

int main(void)
{
    return csp_run(sieve, NULL, NULL, NULL);
}
