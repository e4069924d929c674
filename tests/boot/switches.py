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
BEHIND = 5  # a flush behind its load: one jump, and R9 and R10 for CR4
BODY = {"invpcid_context": 1, "invpcid_by_cr3": 2, "invpcid_all_global": 1, "cr4_pge_toggle": 2}
LOADS_IN_BODY = {"invpcid_by_cr3": 2}
PAGES_EACH = 8
COUNTS = {8: 64, 64: 32, 512: 8}  # references of the profile smoke, by pages; a quarter before
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


class Lru:
    """The least recently used slot goes; a free one has nothing to lose."""

    def __init__(self, slots):
        self.slots, self.held = slots, OrderedDict()

    def give(self, process, changed):
        stale = changed if process in self.held else len(self.held) == self.slots
        if process not in self.held and stale:
            self.held.popitem(last=False)
        self.held[process] = True
        self.held.move_to_end(process)
        return stale


class InTurn:
    """One slot after the other goes; each is dropped when it is given."""

    def __init__(self, slots):
        self.owners, self.turn = [None] * slots, 0

    def give(self, process, changed):
        if process in self.owners:
            return changed
        self.owners[self.turn] = process
        self.turn = (self.turn + 1) % len(self.owners)
        return True


class Generations:
    """Fresh ones until there are none; then all are fresh again."""

    def __init__(self, slots):
        self.slots, self.given, self.current = slots, 0, set()

    def give(self, process, changed):
        if process in self.current and not changed:
            return False
        if self.given == self.slots:
            self.given = 0
            self.current.clear()
        self.given += 1
        self.current.add(process)
        return True


SLOTS = {"nopcid": 0, "perprocess": 4095, "gen": 4095, "rr6": 6}
GIVERS = {"rr6": InTurn, "gen": Generations}


def play(processes, order, name, words, seed):
    """Of the steps that are timed: steps, loads, flushes, accesses."""
    slots = SLOTS[name] if name in SLOTS else int(name.removeprefix("lru"))
    pages = next((int(w[1:]) for w in words if w[0] == "w"), PAGES_EACH)
    percent = next((int(w[5:]) for w in words if w.startswith("stale")), 0)
    giver, count = GIVERS.get(name, Lru)(slots), COUNTS[pages]
    changes, threads = numbers(~seed & MASK), numbers((~seed & MASK) ^ 1)
    running = None
    steps = loads = flushes = accesses = 0

    def run(process, changed):
        nonlocal running
        load, running = process != running, process
        if slots == 0:
            return load, load
        return load, giver.give(process, changed and load)

    before = references(processes, order, 2 * seed + 1)
    for _ in range(16 * min(processes, slots)):
        run(next(before), False)
    played = references(processes, order, 2 * seed)
    for part in (count // 4, count):
        running = None
        first = True
        steps = loads = flushes = accesses = 0
        for _ in range(part):
            if ("kthread" in words or "initmm" in words) and next(threads) % 2 == 0:
                steps, accesses = steps + 1, accesses + KERNEL_PAGES
                if "initmm" in words:
                    loads, flushes, running = loads + 1, flushes + (slots == 0), None
            changed = percent and next(changes) % 100 < percent
            load, stale = run(next(played), changed)
            times = 1
            if load and "pti" in words:
                # In, over, out; the first has nowhere to come from.  Without PCIDs all drop.
                steps, accesses = steps + 2, accesses + KERNEL_PAGES
                times = 2
                loads += not first
                flushes += not first and slots == 0
                first = False
            steps, accesses = steps + 1, accesses + pages
            loads, flushes = loads + times * load, flushes + times * stale
    return steps, loads, flushes, accesses


def expect_policy(row, ticks, seed):
    """The cost to be, and ticks of the arm that loads nothing."""
    order, name, *words = row["variant"].split("-")
    reading = words.pop() if words and words[-1] in ("access", "flushes", "loads") else ""
    steps, loads, flushes, accesses = play(int(row["value"]), order, name, words, seed)
    count = COUNTS[next((int(w[1:]) for w in words if w[0] == "w"), PAGES_EACH)]
    bodies = flushes if row["op"] in BODY else 0
    all_loads = loads + bodies * LOADS_IN_BODY.get(row["op"], 0)
    if reading == "flushes":
        return 1000 * flushes / count, 0
    if reading == "loads":
        return 1000 * all_loads / count, 0
    more = loads + bodies * BODY.get(row["op"], 0)
    divisor = count * PAGES_EACH if reading == "access" else count
    same = STEP * steps + ACCESS * accesses + LOAD * loads + FLUSH * bodies
    return more * ticks / divisor, (STAMPS + BEGIN + same) * ticks


def expect_switch(row, ticks):
    words, pages = row["variant"].split("-"), int(row["value"])
    pti = "pti" in words
    if "different" in words:
        steps, loads = (3, 3) if pti else (2, 1)
    else:
        steps, loads = 2, (2 if "shared" in words else 1) if pti else 0
        if "deferred" in words:  # and the kernel drops its own half between
            steps, loads = 3, 3
    flush = BODY.get(row["op"], 0)  # at the entry, of what is no load
    accesses = pages + (KERNEL_PAGES if pages else 0)
    same = SWITCHES * (STEP * steps + ACCESS * accesses + LOAD * loads
                       + (BEHIND if flush else 0))
    return (loads + flush) * ticks, (STAMPS + BEGIN + same) * ticks


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
