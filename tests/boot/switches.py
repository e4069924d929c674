"""What switch and policy must have done, worked out from their definition alone, against
results.csv of a machine on which an instruction is a fixed number of ticks.

usage: switches.py RESULTS TICKS SEED
"""
import bisect
import csv
import sys
from collections import OrderedDict

# Instructions of a window around the script, and of the script (bench/harness/window/script.c).
STAMPS, BEGIN, STEP, LOAD, FLUSH, ACCESS = 5, 3, 14, 3, 2, 3
BODY = {"invpcid_context": 1, "invpcid_by_cr3": 2}
LOADS_IN_BODY = {"invpcid_by_cr3": 2}
PAGES_EACH, WARM, COUNT = 8, 16, 64  # of the profile smoke
SWITCHES, KERNEL_PAGES = 16, 8
MASK = (1 << 64) - 1


def numbers(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        yield z ^ z >> 31


def references(processes, order, seed):
    sums, total = [], 0
    for i in range(processes):
        total += (1 << 40) // (i + 1)
        sums.append(total)
    for number in numbers(seed ^ (processes << 32 | (order == "zipf"))):
        if order == "zipf":
            yield bisect.bisect_right(sums, number % total)
        else:
            yield number % processes


def policy(processes, order, slots, seed):
    """Loads and flushes of the steps that are timed."""
    held, running = OrderedDict(), None

    def run(process):
        """Whether it must be loaded, and whether its PCID has to be cleared."""
        nonlocal running
        load, running = process != running, process
        if slots == 0:
            return load, load
        stale = process not in held and len(held) == slots
        if stale:
            held.popitem(last=False)
        held[process] = True
        held.move_to_end(process)
        return load, stale

    before = references(processes, order, 2 * seed + 1)
    for _ in range(16 * min(processes, slots)):
        run(next(before))
    played = references(processes, order, 2 * seed)
    running = None
    for _ in range(WARM):
        run(next(played))
    running = None
    done = [run(next(played)) for _ in range(COUNT)]
    return sum(load for load, _ in done), sum(stale for _, stale in done)


def expect_policy(row, ticks, seed):
    """The cost to be, and ticks of the arm that loads nothing."""
    order, name, *reading = row["variant"].split("-")
    slots = {"nopcid": 0, "perprocess": 4095}.get(name)
    slots = int(name.removeprefix("lru")) if slots is None else slots
    loads, flushes = policy(int(row["value"]), order, slots, seed)
    bodies = flushes if row["op"] in BODY else 0
    all_loads = loads + bodies * LOADS_IN_BODY.get(row["op"], 0)
    if reading == ["flushes"]:
        return 1000 * flushes / COUNT, 0
    if reading == ["loads"]:
        return 1000 * all_loads / COUNT, 0
    more = loads + bodies * BODY.get(row["op"], 0)
    divisor = COUNT * PAGES_EACH if reading == ["access"] else COUNT
    same = COUNT * (STEP + ACCESS * PAGES_EACH) + LOAD * loads + FLUSH * bodies
    return more * ticks / divisor, (STAMPS + BEGIN + same) * ticks


def expect_switch(row, ticks):
    words, pages = row["variant"].split("-"), int(row["value"])
    pti = "pti" in words
    if "different" in words:
        steps, loads = (3, 3) if pti else (2, 1)
    else:
        steps, loads = 2, (2 if "shared" in words else 1) if pti else 0
    accesses = pages + (KERNEL_PAGES if pages else 0)
    same = SWITCHES * (STEP * steps + ACCESS * accesses + LOAD * loads)
    return loads * ticks, (STAMPS + BEGIN + same) * ticks


def main(path, ticks, seed):
    wrong = seen = 0
    for row in csv.DictReader(open(path, encoding="utf-8", newline="")):
        if row["bench"] not in ("switch", "policy") or row["status"] != "ok":
            continue
        seen += 1
        if row["bench"] == "policy":
            cost, same = expect_policy(row, ticks, seed)
        else:
            cost, same = expect_switch(row, ticks)
        values = [float(row[name]) for name in ("min", "p50", "max", "mean")]
        if any(abs(value - cost) > 0.0006 for value in values) or int(row["a_p50"]) != same:
            wrong += 1
            print(f"{row['op']} {row['variant']} {row['value']}: {values}, A {row['a_p50']};"
                  f" not {cost:.3f}, A {same}")
    print(f"{seen} rows, {wrong} wrong")
    return 0 if seen and not wrong else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
