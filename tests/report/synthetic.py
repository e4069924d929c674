"""A machine whose truth is known, and the rows that tlbmark would write on it.

Its TLB has levels of sets of ways, filled round by round, least recently used first out, so that
which page misses can be counted and is not assumed: W pages in a cycle miss in every set that
holds more of them than it has ways.  It tags entries with PCIDs, as many as it has slots.  Costs
are in ticks.  Medians are drawn with the error that a row of 2047 samples has.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from rundir import cost

SAMPLES, NOISE = 2047, 0.04  # samples of a row; standard deviation of one, of its value
NORMAL_95, NORMAL_99 = 1.959964, 2.575829


@dataclass
class Level:
    """Entries of a level and what a miss in it costs more than a hit."""

    sets: int
    ways: int
    miss: float

    @property
    def entries(self) -> int:
        return self.sets * self.ways

    def missing(self, pages: int) -> float:
        """The share of the accesses of a cycle through neighbouring pages that miss."""
        full, more = divmod(pages, self.sets)
        lost = more * (full + 1) * (full + 1 > self.ways)
        lost += (self.sets - more) * full * (full > self.ways)
        return lost / pages


@dataclass
class Machine:
    """What is true of it."""

    page: float = 140.0  # each INVLPG
    first: float = 60.0  # what the first one drops besides: paging-structure caches
    pair: float = 390.0  # INVLPG and INVPCID of one address
    full: dict = field(default_factory=lambda: {
        "cr3_reload": 310.0, "cr3_pcid_flush": 330.0, "invpcid_context": 420.0,
        "invpcid_all_global": 520.0, "cr4_pge_toggle": 900.0})
    refill: float = 22.0  # ticks a page
    keep: float = 180.0  # MOV CR3 with bit 63 set
    slots: int = 4  # PCIDs that keep entries
    walk: float = 28.0  # a probe that misses
    dearer: float = 0.0  # walk beyond the last level, for each doubling of the pages
    levels: dict = field(default_factory=lambda: {
        "data-4k": (Level(16, 4, 8), Level(128, 12, 26)),
        "data-2m": (Level(8, 4, 8), Level(128, 12, 24)),
        "data-1g": (Level(1, 4, 9), Level(4, 4, 30)),
        "code-4k": (Level(16, 8, 10), Level(128, 12, 26)),
        "code-2m": (Level(2, 4, 10), Level(128, 12, 24))})

    @property
    def stlb(self) -> int:
        return self.levels["data-4k"][-1].entries

    def fetched(self, pages: int, w: int) -> float:
        """Refill of the part of a working set that was dropped; none of one that never fits."""
        return self.refill * min(pages, w) if w <= self.stlb else 0.0

    def by_page(self, pages: int, w: int, each: float) -> float:
        """N operations and the refill of what they dropped."""
        return self.first + each * pages + self.fetched(pages, w)

    def at_once(self, op: str, w: int) -> float:
        """One full flush and the refill of the working set."""
        return self.full[op] + self.fetched(w, w)

    def break_even(self, op: str, w: int, each: float) -> float:
        """N* by hand: below W every page dropped is fetched again, beyond it none is."""
        room = self.at_once(op, w) - self.first
        if w > self.stlb:
            return room / each
        below = room / (each + self.refill)
        return below if below <= w else (room - self.refill * w) / each

    def translation(self, kind: str, pages: int) -> float:
        """Ticks an access above the same lines through a large mapping."""
        levels = self.levels[kind]
        beyond = max(0.0, math.log2(pages / levels[-1].entries))
        return sum(level.miss * level.missing(pages) for level in levels) + self.dearer * beyond


class Rows:
    """Writes rows of the machine; exact ones have no noise and intervals of no width."""

    def __init__(self, seed: int, noise: float = NOISE, believed: str = "1"):
        self.random, self.noise, self.believed = np.random.default_rng(seed), noise, believed
        self.rows = []

    def add(self, bench: str, op: str, variant: str, true: float, swept=None, unit="ticks",
            spread=None) -> None:
        """A row whose median is the truth within its error; spread: where noise is not of the
        value's size."""
        error = self.noise * (abs(true) if spread is None else spread)
        error *= math.sqrt(math.pi / 2 / SAMPLES)
        median = true + error * self.random.standard_normal()
        param, value = swept or ("", "")
        row = cost(op, variant, median, bench=bench, param=param, value=str(value), unit=unit,
                   believed="" if op == "none" else self.believed)
        for name, times in (("95", NORMAL_95), ("99", NORMAL_99)):
            row[f"ci{name}_lo"] = f"{median - times * error:.3f}"
            row[f"ci{name}_hi"] = f"{median + times * error:.3f}"
        self.rows.append(row)


PAGES = (1, 2, 4, 8, 16, 24, 32, 33, 48, 64, 96, 128, 192, 256, 384, 512, 1024, 2048)
SETS = (0, 64, 512, 1536, 6144)


def range_rows(machine: Machine, to: Rows, pages=PAGES, sets=SETS) -> None:
    """Page by page, in pairs, and at once; without PCIDs and with them."""
    for w in sets:
        for n in pages:
            to.add("range", "invlpg", f"range-4k-w{w}", machine.by_page(n, w, machine.page),
                   ("pages", n))
            to.add("range", "invlpg", f"range-4k-pcide-w{w}",
                   machine.by_page(n, w, machine.page), ("pages", n))
            to.add("range", "invlpg", f"pti-4k-pcide-w{w}", machine.by_page(n, w, machine.pair),
                   ("pages", n))
        to.add("range", "cr3_reload", f"space-w{w}", machine.at_once("cr3_reload", w))
        to.add("range", "cr4_pge_toggle", f"all-w{w}", machine.at_once("cr4_pge_toggle", w))
        for op in ("cr3_pcid_flush", "invpcid_context"):
            to.add("range", op, f"space-pcide-w{w}", machine.at_once(op, w))
        to.add("range", "invpcid_all_global", f"all-pcide-w{w}",
               machine.at_once("invpcid_all_global", w))


def grid(entries: list) -> list:
    """W by the square root of two to four times the largest, finer around each."""
    most = 4 * max(entries)
    found = {round(2 ** (n / 2)) for n in range(2 * most.bit_length())}
    for number in entries:
        found |= {round(number * (1 + n / 64)) for n in range(-12, 25, 2)}
    return sorted(n for n in found if 1 <= n <= most)


def size_rows(machine: Machine, to: Rows) -> None:
    """The knees of every kind."""
    for kind, levels in machine.levels.items():
        for pages in grid([level.entries for level in levels]):
            to.add("tlb_size", "none", kind, machine.translation(kind, pages), ("pages", pages),
                   spread=5 + machine.translation(kind, pages))


def capacity_rows(machine: Machine, to: Rows) -> None:
    """A probe after k others."""
    for loads in ("noflush", "flush"):
        for touched in (0, 8):
            for k in (*range(1, 17), 24, 32, 64, 128):
                true = machine.walk if k + 1 > machine.slots else 0.0
                to.add("pcid_capacity", "cr3_pcid_noflush", f"{loads}-s{touched}", true,
                       ("pcids", k), spread=40)


def refill_rows(machine: Machine, to: Rows) -> None:
    """Misses after an operation, by W, order, warmth and depth."""
    deeper = {"dense": 1, "by2m": 1.4, "by1g": 2.1, "by512g": 3.0}
    for order, more in (("random", 1), ("sequential", 0.8)):
        for warmth, times in (("warm", 1), ("cold", 9)):
            for depth, factor in deeper.items():
                for w in (16, 64, 256, 512, 1024, 1536, 3072, 6144):
                    each = machine.refill * more * times * factor
                    true = each if w <= machine.stlb else each * 0.04
                    for number, op in enumerate(("cr3_reload", "invlpg", "cr4_pge_toggle")):
                        to.add("refill", op, f"4k-{order}-{warmth}-{depth}",
                               true / w if op == "invlpg" else true * (1 + 0.15 * number),
                               ("pages", w))
                    to.add("refill", "none", f"4k-{order}-{warmth}-{depth}-large",
                           machine.translation("data-4k", w) * factor, ("pages", w), spread=9)


def switch_rows(machine: Machine, to: Rows) -> None:
    """Ping-pong, by what is loaded and what is kept."""
    for w in (0, 8, 64, 512):
        for pcide in ("", "pcide-"):
            for glob in ("", "-global"):
                for pti in ("", "-pti"):
                    load = 2 * machine.keep * bool(pti)
                    tail = f"{glob}{pti}"
                    for kind in ("shared", "kernelthread"):
                        to.add("switch", "none", f"{pcide}{kind}{tail}",
                               40 + load + 3 * w + 10 * (kind == "shared"), ("pages", w))
                    again = machine.refill * (w + 24 * (not glob))
                    ops = {"cr3_pcid_flush": 330 + again, "cr3_pcid_noflush": machine.keep}
                    for op, true in (ops.items() if pcide else [("cr3_reload", 310 + again)]):
                        to.add("switch", op, f"{pcide}different{tail}", true + load + 3 * w,
                               ("pages", w))


def policy_rows(machine: Machine, to: Rows) -> None:
    """P processes in random and in Zipf order, by closed forms of the shares that miss."""
    for order, locality in (("random", 1.0), ("zipf", 0.45)):
        for processes in (2, 4, 6, 8, 16, 64, 1024, 5000):
            def emit(op, policy, slots):
                kept = min(1, min(slots, machine.slots) / processes) if slots else 0
                lost = locality * (1 - kept) if slots else 1
                recycled = locality * max(0, 1 - slots / processes) if slots else 1
                flush = machine.full.get(op, 330.0) * recycled
                each = machine.keep + flush + 64 * (4 + machine.refill * lost)
                for what, true, unit in (("", each, "ticks"), ("-access", each / 64, "ticks"),
                                         ("-flushes", 1000 * recycled, "count"),
                                         ("-loads", 1000, "count")):
                    to.add("policy", op, f"{order}-{policy}{what}", true,
                           ("processes", processes), unit)
            emit("cr3_reload", "nopcid", 0)
            for op in ("cr3_pcid_flush", "invpcid_context"):
                emit(op, "perprocess", 4095)
                for slots in (4, 6, 8, 16, 64):
                    emit(op, f"lru{slots}", slots)


def machine_facts(machine: Machine) -> dict:
    """What CPUID says, for machine.csv: the second level is of data and of code."""
    sides = {1: "", 2: "unified"}
    return {f"tlb_l{number}_{sides[number] or kind[:-3]}_{kind[-2:]}_entries": str(level.entries)
            for kind, levels in machine.levels.items() for number, level in enumerate(levels, 1)}


def everything(machine: Machine, seed: int) -> list:
    """Rows of all benchmarks."""
    to = Rows(seed)
    for make in (range_rows, size_rows, capacity_rows, refill_rows, switch_rows, policy_rows):
        make(machine, to)
    return to.rows
