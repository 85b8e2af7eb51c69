#!/usr/bin/env python3
"""trace_check.py FILE... -- are these Chrome traces that viewers draw in full?

Prints a line for each: good, or bad if it breaks a rule of the format (which one goes to
stderr), then the rows with slices in process 1, the nanosecond its last slice ends, the
arrows called send and wake, and the tasks with a row. Times are read as exact
nanoseconds.
"""
import collections
import decimal
import json
import sys

broken = []


def complain(what, event):
    broken.append(f"{what}: {event}")


def nanoseconds(value):
    return int(decimal.Decimal(value) * 1000)


def check_fields(event):
    for key in ("pid", "tid"):
        if type(event.get(key)) is not int or not 0 <= event[key] < 2**32:
            complain(f"{key} is no number of a row", event)
    if not isinstance(event.get("name"), str) or not event["name"]:
        complain("no name", event)
    for key in ("ts", "dur") if event.get("ph") == "X" else ("ts",):
        value = event.get(key)
        if type(value) not in (int, decimal.Decimal) or value < 0:
            complain(f"{key} is no time", event)
            event[key] = 0
        event[key] = nanoseconds(event[key])
    if event.get("ph") not in ("X", "M", "C", "s", "f"):
        complain("unknown kind", event)


def row_of(event):
    return event.get("pid"), event.get("tid")


def check_slices(slices):
    """Slices of one row nest or do not overlap, and none is empty."""
    for row in slices.values():
        row.sort(key=lambda e: (e["ts"], -e["dur"]))
        open_ends = []
        for event in row:
            end = event["ts"] + event["dur"]
            while open_ends and open_ends[-1] <= event["ts"]:
                open_ends.pop()
            if open_ends and end > open_ends[-1]:
                complain("overlaps another slice of its row", event)
            if event["dur"] == 0:
                complain("empty slice", event)
            open_ends.append(end)


def enclosed(event, slices):
    return any(s["ts"] <= event["ts"] < s["ts"] + s["dur"] for s in slices[row_of(event)])


def check_arrows(arrows, slices):
    """One beginning and one end, not backwards, each in a slice."""
    for ends in arrows.values():
        kinds = sorted(e["ph"] for e in ends)
        if kinds != ["f", "s"]:
            complain("an arrow has not one beginning and one end", ends)
            continue
        begin, end = sorted(ends, key=lambda e: e["ph"], reverse=True)
        if begin["ts"] > end["ts"]:
            complain("an arrow leads backwards", ends)
        if end.get("bp") != "e":
            complain("an arrow is not bound to the slice around its end", end)
        for event in ends:
            if not enclosed(event, slices):
                complain("the end of an arrow lies in no slice", event)


def check_names(events, slices):
    rows = {row_of(e) for e in events if e["name"] == "thread_name"}
    processes = {e["pid"] for e in events if e["name"] == "process_name"}
    for event in events:
        if event["ph"] == "M" and not isinstance(event["args"]["name"], str):
            complain("no name", event)
    for row in slices:
        if row not in rows:
            complain("a row has no name", row)
        if row[0] not in processes:
            complain("a process has no name", row)


def read_events(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file, parse_float=decimal.Decimal)["traceEvents"]
    except ValueError as error:
        complain("no JSON", error)
        return []


def check_file(path):
    broken.clear()
    events = read_events(path)
    slices, arrows = collections.defaultdict(list), collections.defaultdict(list)
    for event in events:
        check_fields(event)
        if event["ph"] == "X":
            slices[row_of(event)].append(event)
        elif event["ph"] in ("s", "f"):
            arrows[event.get("cat"), event.get("id")].append(event)
        elif event["ph"] == "C":
            if not all(type(v) is int and v >= 0 for v in event["args"].values()):
                complain("counts no number", event)
    check_slices(slices)
    check_arrows(arrows, slices)
    check_names(events, slices)
    for line in broken[:20]:
        print("trace_check:", line, file=sys.stderr)
    workers = [s for row, s in slices.items() if row[0] == 1]
    end = max((s["ts"] + s["dur"] for row in workers for s in row), default=0)
    names = collections.Counter(a[0]["name"] for a in arrows.values())
    tasks = sum(1 for row in slices if row[0] == 2)
    print(f"{'bad' if broken else 'good'} busy {len(workers)} end {end}"
          f" sends {names['send']} wakes {names['wake']} tasks {tasks}")


for path in sys.argv[1:]:
    check_file(path)
