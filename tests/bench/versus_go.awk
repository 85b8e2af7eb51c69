# versus_go.awk -- the table of versus_go.sh, from Go's lines and then ours, each with its round
# in front. Fails when one side has a figure that the other lacks.

function median(list, n,    i, j, t) {
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && list[j] < list[j - 1]; j--) {
            t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
        }
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

function figure(x) {
    return x >= 999.5 ? sprintf("%.0f", x) : sprintf("%.3g", x)
}

# Adds what the names match to the means.
function mean(what, pattern, procs,    i, sum, n, least) {
    for (i = 1; i <= n_keys; i++) {
        if (procs_of[keys[i]] != procs || name_of[keys[i]] !~ pattern || !(keys[i] in ratio))
            continue
        sum += log(ratio[keys[i]])
        n++
    }
    if (n)
        printf "| %s | %d | %d | %.2f |\n", what, procs, n, exp(sum / n)
}

FNR == 1 { side++ }

$2 ~ /^Benchmark/ && $5 ~ /^[0-9.]/ || $2 ~ /^Benchmark/ && $3 ~ /^[0-9]+$/ {
    name = substr($2, 10)
    procs = 1
    if (match(name, /-[0-9]+$/)) {
        procs = substr(name, RSTART + 1) + 0
        name = substr(name, 1, RSTART - 1)
    }
    for (f = 4; f < NF; f += 2) {
        unit = $(f + 1)
        if (unit == "B/op" || unit == "allocs/op" || unit == "B/task")
            continue
        key = name (unit == "ns/op" ? "" : " " unit) "\t" procs
        if (!(key in name_of)) {
            name_of[key] = name (unit == "ns/op" ? "" : " (" unit ")")
            procs_of[key] = procs
            keys[++n_keys] = key
        }
        value[side, key, $1] = $f
        if (!((side, key) in best) || $f < best[side, key])
            best[side, key] = $f + 0
    }
}

END {
    print "\n| benchmark | procs | Go, ns/op | ours, ns/op | Go / ours | of the fastest | |"
    print "|---|--:|--:|--:|--:|--:|---|"
    for (i = 1; i <= n_keys; i++) {
        key = keys[i]
        n = 0
        for (round = 1; round <= rounds; round++) {
            if (!((1, key, round) in value) || !((2, key, round) in value))
                continue
            n++
            go[n] = value[1, key, round]
            csp[n] = value[2, key, round]
            ratios[n] = go[n] / csp[n]
        }
        if (n < rounds) {
            print "versus_go.sh: " key ": " rounds - n " rounds lack a figure" >"/dev/stderr"
            bad = 1
        }
        if (n == 0)
            continue
        ratio[key] = median(ratios, n)
        fastest = best[1, key] / best[2, key]
        slower = ratio[key] < 1 || fastest < 1 ? "slower" : ""
        if (ratio[key] < 1 && fastest < 1)
            slower = "**slower**"
        printf "| %s | %d | %s | %s | %.2f (%.2f..%.2f) | %.2f | %s |\n", name_of[key],
            procs_of[key], figure(median(go, n)), figure(median(csp, n)), ratio[key],
            ratios[1], ratios[n], fastest, slower
    }
    # Those that wait for a clock, or compute, measure something else, and memory is no time.
    time = "^[A-Za-z0-9/]+$"
    structure = "^(Chan(Sync|ProdCons0|ProdCons10|ProdCons100|Uncontended|Contended|Sem|Popular|" \
        "Creation|Closed|Nonblocking)|Select.*|CreateGoroutines(Parallel|Single)?|PingPongHog)$"
    print "\n| geometric mean of Go / ours | procs | benchmarks | |"
    print "|---|--:|--:|--:|"
    for (procs = 1; procs <= 2; procs++) {
        mean("all times of an op", "^[^ (]*$", procs)
        mean("without WakeupParallel, ..Work.. and Matmult", "^(MakeChan.*|Receive.*|Million|" \
            "DaisyChain|Sieve|PingPong|CreateGoroutinesCapture|" substr(structure, 3, length(structure) - 4) ")$", procs)
        mean("those of the targets", structure, procs)
    }
    for (procs = 1; procs <= 2; procs++) {
        key = "Million MB\t" procs
        if (key in ratio)
            printf "\nMillion's memory at %d: %.2f times Go's.\n", procs, 1 / ratio[key]
    }
    exit bad
}
