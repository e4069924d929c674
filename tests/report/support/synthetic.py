"""A machine whose truth is known, and the rows that tlbmark would write on it.

Which rows there are, and at which places, is the program's own plan (build/host/plan).  The
machine's TLB has levels of sets of ways, least recently used first out; what misses in them says
the TLB model of tests/silicon.  It tags entries with PCIDs, as many as it has slots.  Costs are in
ticks.  Medians are drawn with the error that a row of 2047 samples has.
"""

import csv
import functools
import io
import math
import os
import random
import re
import subprocess
from dataclasses import dataclass, field, replace

import modelled
import numpy as np
from rundir import TREE, cost

from tlbreport.read import variant

SAMPLES, NOISE = 2047, 0.04  # samples of a row; standard deviation of one, of its value
NORMAL_95, NORMAL_99 = 1.959964, 2.575829
PLAN = os.path.join(TREE, "build", "host", "plan")
NOT_JUDGED = ("none", "cr3_pcid_noflush")  # operations without a must cell
BENCHES = ("range", "tlb_size", "pcid_capacity", "refill", "switch", "policy")


@dataclass(frozen=True)
class Level:
    """Entries of a level and what a miss in it costs more than a hit."""

    sets: int
    ways: int
    miss: float

    @property
    def entries(self) -> int:
        return self.sets * self.ways


class RandomLevel(Level):
    """A level in which a random way of the set is replaced, which the model does not do."""

    def missing(self, pages: int) -> float:
        """The share of the accesses of a cycle through neighbouring pages that miss."""
        full, more = divmod(pages, self.sets)
        return (more * (full + 1) * random_rate(full + 1, self.ways)
                + (self.sets - more) * full * random_rate(full, self.ways)) / pages


@functools.lru_cache(maxsize=None)
def random_rate(pages: int, ways: int) -> float:
    """The share of misses of a cycle through the pages of a set, counted."""
    if pages <= ways:
        return 0.0
    draw, held = random.Random(1000 * pages + ways), list(range(ways))
    inside, missed, rounds = set(held), [], max(3, 12000 // pages)
    for _ in range(rounds):
        for page in range(pages):
            missed.append(page not in inside)
            if missed[-1]:
                way = draw.randrange(ways)
                inside.symmetric_difference_update((held[way], page))
                held[way] = page
    settled = missed[len(missed) // 3:]
    return sum(settled) / len(settled)


@dataclass
class Machine:
    """What is true of it."""

    page: float = 140.0  # each INVLPG
    first: float = 60.0  # what the first one drops besides: paging-structure caches
    pair: float = 390.0  # INVLPG and INVPCID of one address
    full: dict = field(default_factory=lambda: {
        "cr3_reload": 310.0, "cr3_pcid_flush": 330.0, "invpcid_context": 420.0,
        "invpcid_by_cr3": 470.0, "invpcid_all_global": 520.0, "invpcid_all_non_global": 500.0,
        "cr3_pti_deferred": 700.0, "invlpgb_context": 610.0, "invlpgb_all_global": 640.0,
        "invlpgb_all_non_global": 630.0, "cr4_pge_toggle": 900.0, "cr4_smep_set": 880.0, "cr0_pg_toggle": 1900.0})
    refill: float = 22.0  # ticks a page, if each waits for the one before
    walkers: float = 2.5  # refills at once, where accesses are in chains
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

    def seen_by(self, variant: str):
        """The machine as a row with that variant sees it."""
        overlap = self.walkers if "chains8" in variant.split("-") else 1
        return replace(self, refill=self.refill / overlap)

    def each(self, op: str, scope: str) -> float:
        """A page by this operation, or by the two of page-table isolation."""
        alone = {"invlpg": self.page, "invlpgb_tlbsync": 2.5 * self.page}
        return self.pair if scope == "pti" else alone.get(op, self.pair - self.page)

    def fetched(self, pages: int, w: int) -> float:
        """Refill of the part of a working set that was dropped; none of one that never fits."""
        return self.refill * min(pages, w) if w <= self.stlb else 0.0

    def by_page(self, pages: int, w: int, each: float) -> float:
        """N operations and the refill of what they dropped."""
        return self.first + each * pages + self.fetched(pages, w)

    def at_once(self, op: str, w: int) -> float:
        """One full flush and the refill of the working set."""
        return self.full[op] + self.fetched(w, w)

    def break_even(self, op: str, w: int, each: float, flushes: int = 1) -> float:
        """N* by hand: below W every page dropped is fetched again, beyond it none is."""
        room = self.at_once(op, w) + (flushes - 1) * self.full[op] - self.first
        if w > self.stlb:
            return room / each
        below = room / (each + self.refill)
        return below if below <= w else (room - self.refill * w) / each

    def translations(self, kind: str, counts) -> list:
        """Ticks an access above the same lines through a large mapping, for each count of pages."""
        levels = tuple(self.levels[kind])
        if any(isinstance(level, RandomLevel) for level in levels):
            misses = {pages: sum(level.miss * level.missing(pages) for level in levels)
                      for pages in counts}
        else:
            misses = modelled.added(kind, levels, counts)
        return [misses[pages] + self.dearer * max(0.0, math.log2(pages / levels[-1].entries))
                for pages in counts]

    def translation(self, kind: str, pages: int) -> float:
        return self.translations(kind, (pages,))[0]


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
                   believed="" if op in NOT_JUDGED else self.believed)
        for name, times in (("95", NORMAL_95), ("99", NORMAL_99)):
            row[f"ci{name}_lo"] = f"{median - times * error:.3f}"
            row[f"ci{name}_hi"] = f"{median + times * error:.3f}"
        self.rows.append(row)


@functools.lru_cache(maxsize=None)
def planned(profile: str, *facts: str) -> tuple:
    """The rows that the program plans; facts are lines KEY=NUMBER of machine.csv."""
    if not os.path.exists(PLAN):
        raise FileNotFoundError(f"{PLAN}: make programs")
    made = subprocess.run([PLAN, profile, *facts], check=True, capture_output=True, text=True)
    return tuple(csv.DictReader(io.StringIO(made.stdout)))


def machine_facts(machine: Machine) -> dict:
    """What CPUID says, for machine.csv: the second level is of data and of code."""
    sides = {1: "", 2: "unified"}
    return {f"tlb_l{number}_{sides[number] or kind[:-3]}_{kind[-2:]}_entries": str(level.entries)
            for kind, levels in machine.levels.items() for number, level in enumerate(levels, 1)}


def follow(machine: Machine, to: Rows, *benches: str, profile: str = "default",
           said: Machine | None = None, only=lambda row: True) -> None:
    """Writes the rows that the program plans for these benchmarks; said: what CPUID says, if it
    is not the truth."""
    facts = (f"{key}={value}" for key, value in machine_facts(said or machine).items())
    rows = [row for row in planned(profile, *facts) if row["bench"] in benches and only(row)]
    sizes = [row for row in rows if row["bench"] == "tlb_size"]
    for kind in {row["variant"].removesuffix("-contiguous") for row in sizes}:
        machine.translations(kind, [int(row["value"]) for row in sizes])  # asked at once
    # Behind all others, whose noise is the same then with these rows and without.
    later = {"contiguous", "entryflush"}
    for row in sorted(rows, key=lambda row: not later.isdisjoint(row["variant"].split("-"))):
        true, spread = TRUTHS[row["bench"]](machine, row)
        swept = (row["param"], int(row["value"])) if row["param"] else None
        to.add(row["bench"], row["op"], row["variant"], true, swept, row["unit"] or "ticks", spread)


def of_range(machine: Machine, row: dict) -> tuple:
    """Page by page, in pairs, and at once; both PCIDs are flushed where the plan has that."""
    scope, *rest = row["variant"].split("-")
    machine = machine.seen_by(row["variant"])
    w = int(re.search(r"-w(\d+)$", row["variant"])[1])
    if scope in ("space", "all") or {"space", "all", "deferred"} & set(rest):
        twice = scope == "pti" and "space" in rest
        return machine.at_once(row["op"], w) + (machine.full[row["op"]] if twice else 0), None
    return machine.by_page(int(row["value"] or 1), w, machine.each(row["op"], scope)), None


def of_size(machine: Machine, row: dict) -> tuple:
    true = machine.translation(row["variant"].removesuffix("-contiguous"), int(row["value"]))
    return true, 5 + true


def of_capacity(machine: Machine, row: dict) -> tuple:
    return machine.walk if int(row["value"]) + 1 > machine.slots else 0.0, 40


def of_refill(machine: Machine, row: dict) -> tuple:
    """Misses after an operation, by W, order, warmth and depth."""
    parts, w = row["variant"].split("-"), int(row["value"])
    machine = machine.seen_by(row["variant"])
    # Each page is an entry of its own, wherever its frame is.
    factors = {"dense": 1, "contiguous": 1, "by2m": 1.4, "by1g": 2.1, "by512g": 3.0}
    factor = next(factors[part] for part in parts if part in factors)
    if "large" in parts:
        return machine.translation(f"data-{parts[0]}", w) * factor, 9
    each = machine.refill * (0.8 if "sequential" in parts else 1) * (9 if "cold" in parts else 1)
    true = each * factor if w <= machine.stlb else each * factor * 0.04
    keeps = {"cr3_pcid_noflush"}  # the current PCID's, all of them
    if "otherpcid" in parts:
        keeps |= {"invpcid_address", "invpcid_context", "invpcid_by_cr3", "invlpgb_tlbsync",
                  "invlpgb_context"}
    if row["op"] in keeps:
        return 0.0, 0.04 * each
    return (true / w if row["op"] == "invlpg" else true), None


def of_switch(machine: Machine, row: dict) -> tuple:
    """Ping-pong, by what is loaded and what is kept."""
    parts, w = row["variant"].split("-"), int(row["value"])
    base = 3 * w + (2 * machine.keep if "pti" in parts else 0)
    if "different" not in parts:
        return 40 + base + 10 * ("shared" in parts), None
    again = machine.refill * (w + 24 * ("global" not in parts))
    load = machine.keep if row["op"] == "cr3_pcid_noflush" else machine.full[row["op"]] + again
    return load + base, None


def of_policy(machine: Machine, row: dict) -> tuple:
    """P processes in random and in Zipf order, by closed forms of the shares that miss."""
    said = variant.parse("policy", row["variant"])
    processes, pages = int(row["value"]), 8
    slots = said.slots or (0 if said.policy == "nopcid" else 4095)
    if said.workload.startswith("w"):
        pages = int(said.workload[1:])
    stale = int(said.workload[5:]) / 100 if said.workload.startswith("stale") else 0
    locality = 1.0 if said.order == "random" else 0.45
    kept = min(1, min(slots, machine.slots) / processes) if slots else 0
    lost = locality * (1 - kept) if slots else 1
    recycled = locality * max(0, 1 - slots / processes) if slots else 1
    if said.policy == "rr6":
        recycled = min(1, 1.1 * recycled)
    recycled, lost = (min(1, share + stale) for share in (recycled, lost))
    loads = {"pti": 3, "initmm": 2}.get(said.workload, 1)
    each = loads * machine.keep + machine.full[row["op"]] * recycled + (
        pages * (4 + machine.refill * lost))
    return {"": each, "access": each / 8, "flushes": 1000 * recycled,
            "loads": 1000 * loads}[said.figure], None


TRUTHS = {"range": of_range, "tlb_size": of_size, "pcid_capacity": of_capacity,
          "refill": of_refill, "switch": of_switch, "policy": of_policy}


def everything(machine: Machine, seed: int, profile: str = "default") -> list:
    """Rows of all benchmarks."""
    to = Rows(seed)
    follow(machine, to, *BENCHES, profile=profile)
    return to.rows
