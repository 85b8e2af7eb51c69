"""versus_blas.py -- comparisons with peers as tables of ratios, in Markdown.

    versus_blas.py RESULT.json...

For every case and engine of ours: the time of the fastest peer over our time, paired round by
round, with its 95 % interval (above 1: ours is faster), where CPU libraries are what CPU engines
and ocl on a CPU stand beside. Then geometric means, and the targets.
"""

import json
import math
import sys

OURS = ("serial", "csp t1", "csp", "omp", "ocl")


def stands(cell):
    return cell["error"] is None and cell["median_s"] is not None


class Case:
    """The cells of one case by column, and their pairs."""

    def __init__(self, name):
        self.name = name
        self.cells = {}
        self.pairs = {}

    @property
    def type(self):
        return self.name.split()[-1]

    @property
    def sides(self):
        return [int(side) for side in self.name.split()[0].split("x")]

    def square(self):
        return self.sides[0] if len(set(self.sides)) == 1 else 0

    def ratio(self, a, b):
        """Time of a over time of b, with its interval, or None."""
        if (a, b) in self.pairs:
            p = self.pairs[a, b]
            return (p["ratio"], *(p["ci95"] or (math.nan, math.nan)))
        if (b, a) in self.pairs:
            p = self.pairs[b, a]
            low, high = p["ci95"] or (math.nan, math.nan)
            return 1 / p["ratio"], 1 / high, 1 / low
        return None

    def best(self, engine):
        """The fastest peer of an engine's, by median: its column, or None."""
        found = [c for c in self.cells.values() if c["engine"] == engine and c["peer"] and stands(c)]
        return min(found, key=lambda c: c["median_s"])["column"] if found else None

    def columns(self):
        return [c["column"] for c in self.cells.values() if not c["peer"] and stands(c)]


def read(paths):
    cases, results = {}, []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
        results.append(result)
        for cell in result["cells"]:
            case = cases.setdefault(cell["case"], Case(cell["case"]))
            case.cells[cell["column"]] = cell
        for pair in result["pairs"]:
            cases[pair["case"]].pairs[pair["a"], pair["b"]] = pair
    return results, list(cases.values())


def text(ratio):
    if ratio is None:
        return "-"
    middle, low, high = ratio
    if math.isnan(low):
        return f"{middle:.2f}"
    return f"{middle:.2f} ({low:.2f}..{high:.2f})"


def row(cells):
    print("| " + " | ".join(cells) + " |")


def table(cases, engine, columns):
    """Ratios to the fastest of one engine's peers; returns them by column."""
    row([f"{engine}: fastest / ours", "fastest peer", "GFLOP/s"] + [f"{c}" for c in columns])
    row(["---", "---", "--:"] + ["--:"] * len(columns))
    found = {column: [] for column in columns}
    for case in cases:
        peer = case.best(engine)
        if not peer:
            continue
        cell = case.cells[peer]
        cells = []
        for column in columns:
            ratio = case.ratio(peer, column)
            cells.append(text(ratio))
            if ratio:
                found[column].append((case, ratio))
        row([case.name, f"{cell['variant']}", f"{cell['rate'] / 1e9:.1f}"] + cells)
    print()
    return found


def mean(ratios):
    return math.exp(sum(math.log(r) for r in ratios) / len(ratios)) if ratios else math.nan


def means(found):
    row(["geometric mean of fastest / ours", "all", "f32", "f64", "square", "skinny", "least"])
    row(["---"] + ["--:"] * 6)
    for column, ratios in found.items():
        if not ratios:
            continue
        kinds = [lambda c: True, lambda c: c.type == "f32", lambda c: c.type == "f64",
                 lambda c: c.square(), lambda c: not c.square()]
        cells = []
        for kind in kinds:
            some = [r[0] for case, r in ratios if kind(case)]
            cells.append(f"{mean(some):.3f}" if some else "-")
        worst = min(ratios, key=lambda r: r[1][0])
        row([column] + cells + [f"{worst[1][0]:.2f} at {worst[0].name}"])
    print()


def target(what, figures, reached):
    """A target's line: figures is None when it could not be measured."""
    said = "not measured" if figures is None else ("reached" if reached else "MISSED")
    row([what, figures or "", said])


def least(pairs):
    """The pair of (name, figure) with the least figure."""
    return min(pairs, key=lambda p: p[1]) if pairs else None


def judge_cpu(cases, blas):
    ratios = blas.get("omp", [])
    worst = least([(case.name, ratio[0]) for case, ratio in ratios])
    target("omp at least as fast as the fastest CPU library, every size",
           worst and f"least {worst[1]:.2f} at {worst[0]}", worst and worst[1] >= 1)
    some = [ratio[0] for _, ratio in ratios]
    target("... and 1.15 times in geometric mean", f"{mean(some):.3f}" if some else None,
           some and mean(some) >= 1.15)
    limits = [(c.name, c.cells["omp"]["limit_fraction"]) for c in cases
              if c.square() == 2048 and "omp" in c.cells and c.cells["omp"]["limit_fraction"]]
    worst = least(limits)
    target("omp at 0.88 of the measured limit, n = 2048",
           worst and f"least {worst[1]:.2f} at {worst[0]}", worst and worst[1] >= 0.88)
    for what, sizes, wanted in (("csp within 2 % of omp, n >= 512", lambda n: n >= 512, 1.02),
                                ("csp within 15 % of omp, n = 128", lambda n: n == 128, 1.15)):
        costs = [(c.name, c.ratio("csp", "omp")[0]) for c in cases
                 if sizes(c.square()) and c.ratio("csp", "omp")]
        worst = max(costs, key=lambda p: p[1]) if costs else None
        target(what, worst and f"most {worst[1]:.3f} times its time at {worst[0]}",
               worst and worst[1] <= wanted)


def judge_ocl(cases, clblast):
    speeds = [(c.name, c.ratio("omp", "ocl")[0]) for c in cases
              if c.square() >= 1024 and c.ratio("omp", "ocl")]
    worst = least(speeds)
    target("ocl on PoCL at 0.85 of omp's speed, end to end, n >= 1024",
           worst and f"least {worst[1]:.2f} at {worst[0]}", worst and worst[1] >= 0.85)
    worst = least([(case.name, ratio[0]) for case, ratio in clblast.get("ocl", [])
                   if case.square() >= 1024])
    target("... and 15 times as fast as CLBlast there",
           worst and f"least {worst[1]:.1f} at {worst[0]}", worst and worst[1] >= 15)


def failures(cases):
    for case in cases:
        for cell in case.cells.values():
            if not stands(cell):
                print(f"- {cell['column']}, {case.name}: {cell['error']}")


def main(paths):
    results, cases = read(paths)
    host, limits, tool = (results[0][k] for k in ("host", "limits", "tool"))
    print(f"- {host['cpu']}, {host['usable_cpus']} usable CPUs, {host['kernel']}")
    print(f"- measured limits: f32 {limits['fma_f32_flops'] / 1e9:.0f} GFLOP/s, "
          f"f64 {limits['fma_f64_flops'] / 1e9:.0f} GFLOP/s")
    print(f"- gopherbench {tool['version']}, revision {tool['revision']}"
          f"{' (modified)' if tool['dirty'] else ''}, {tool['compiler']} {tool['flags']}")
    for result in results:
        print(f"- {result['started']}: `{result['command']}`")
    print()
    columns = [c for c in OURS if any(c in case.columns() for case in cases)]
    columns += sorted({c for case in cases for c in case.columns()} - set(columns))
    found = {}
    for engine, beside in (("blas", columns), ("clblast", [c for c in columns if "ocl" in c]),
                           ("cublas", [c for c in columns if "ocl" in c])):
        if beside and any(case.best(engine) for case in cases):
            found[engine] = table(cases, engine, beside)
            means(found[engine])
    row(["target", "measured", ""])
    row(["---", "---", "---"])
    judge_cpu(cases, found.get("blas", {}))
    judge_ocl(cases, found.get("clblast", {}))
    print()
    failures(cases)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
