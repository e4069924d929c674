"""Advice does not flip between two boots whose rows differ by chance alone.

The machines are those where flipping is easiest: kernel pages that are global gain nothing, PCIDs
are as dear as none, flushes and policies cost the same, the break-even is where a kernel has its
ceiling, and a probe costs just what decides whether a PCID is kept.  On another a kernel's choice
is dear, and those that are better cost the same: three policies, or the ceilings around a
break-even.
"""

import re

import numpy as np
from rundir import RunTest, checked, write_run
from synthetic import NORMAL_95, Rows
from test_policy import VERIFIED

from tlbreport.find.sentences import sentences
from tlbreport.find.settings import SAME, advice
from tlbreport.read.load import load

PAIRS = 200
SAMPLING = 0.001  # standard error of a median within a boot, of its value
SCATTERS = (0, 0.005, 0.01, 0.02)
WALK = 28.0


def level_rows(break_even: float = 33, dear: float = 0) -> list:
    """Rows between which there is nothing to choose; dear: what Linux's policy costs, and none."""
    to = Rows(1, noise=0)
    for mode, flushes in (("", ("cr3_reload",)), ("-pcide", ("cr3_pcid_flush", "invpcid_context"))):
        for w in (0, 64):
            for n in (1, 8, 24, 33, 48, 512):
                to.add("range", "invlpg", f"range-4k{mode}-w{w}", 100 + 10 * n, ("pages", n))
            for op in flushes:
                to.add("range", op, f"space{mode}-w{w}", 100 + 10 * break_even)
        for op in ("cr4_pge_toggle", "cr4_smep_set"):
            to.add("range", op, f"all{mode}-w64", 900)
    for w in (8, 64, 512):
        for op, variant in (("cr3_reload", "different"), ("cr3_reload", "different-global"),
                            ("cr3_pcid_noflush", "pcide-different"),
                            ("cr3_pcid_noflush", "pcide-different-global")):
            to.add("switch", op, variant, 300 + w, ("pages", w))
    for processes in (2, 6, 16, 64):
        for policy, op in (("nopcid", "cr3_reload"), ("lru4", "cr3_pcid_flush"),
                           ("lru6", "cr3_pcid_flush"), ("perprocess", "cr3_pcid_flush"),
                           ("perprocess", "invpcid_context")):
            true = dear or 250 if policy == "nopcid" else 250
            to.add("policy", op, f"random-{policy}", true, ("processes", processes))
        if dear:
            to.add("policy", "cr3_pcid_flush", "random-rr6", dear, ("processes", processes))
    for k in range(1, 9):
        to.add("pcid_capacity", "cr3_pcid_flush", "flush-s0", WALK / 2 * ((k > 3) + (k > 6)),
               ("pcids", k))
    to.add("refill", "cr3_pcid_flush", "4k-pcide-random-warm-dense", WALK, ("pages", 64))
    return [{**row, "believed": "1"} for row in to.rows]


def by_w(text: str) -> dict:
    """What is said at each working set."""
    at_each = re.fullmatch(r"(.*) at each W \((.*)\)", text)
    if at_each:
        return dict.fromkeys(at_each[2].split(", "), at_each[1])
    return dict(re.findall(r"W = (\d+): ([^;]*)", text)) or {"": text}


def opposed(first: str, second: str) -> bool:
    """Whether one advises what the other rules out: no choice is in both."""
    both = [text.removesuffix(f": {SAME}").split(", flushed by ") for text in (first, second)]
    return SAME not in (first, second) and any(
        not set(one.split(" or ")) & set(other.split(" or ")) for one, other in zip(*both))


def contradicts(first, second) -> bool:
    """Whether two boots' advice on one setting cannot both be followed."""
    if first.ends and second.ends:
        return not first.agrees(second)
    said = [by_w(one.recommendation) for one in (first, second)]
    return any(opposed(said[0][w], said[1][w]) for w in said[0].keys() & said[1].keys())


CHOSEN = (  # what a sentence is about, and the choices that it leaves
    ("ceiling", r"ceiling of ([\d, or]+) pages|(no) single-page ceiling|Keep Linux's (\d+):"),
    ("policy", r"the policy ([\w, ]+) for PCIDs|Keep Linux's ([a-z]+\d+):"),
    ("flush", r"Flush an address space by (\w+)"),
)


def choices(said: list) -> dict:
    """What the sentences of the first screen leave to choose from."""
    found = {}
    for one in said:
        for about, pattern in CHOSEN:
            words = [word for groups in re.findall(pattern, one)
                     for word in ([groups] if isinstance(groups, str) else groups) if word]
            if words:
                found[about] = {name for word in words for name in re.split(", | or ", word)}
    return found


class Boots(RunTest):
    def read(self, **machine) -> None:
        """A run of that machine, and what its rows cost in truth."""
        write_run(self.folder, results=level_rows(**machine), verify=[
            *VERIFIED, *checked("cr3_pcid_noflush", "fault_gp_bit63_without_pcide")])
        self.run_read = load(self.folder)
        self.true = [(row, row.number("p50")) for row in self.run_read.rows("results.csv")]

    def boot(self, random, scatter: float) -> None:
        """Draws another boot."""
        for row, true in self.true:
            value = true * (1 + scatter * random.normal()) * (1 + SAMPLING * random.normal())
            half = NORMAL_95 * SAMPLING * value
            row.update(p50=f"{value:.3f}", ci95_lo=f"{value - half:.3f}",
                       ci95_hi=f"{value + half:.3f}")

    def count(self, machine: str, say, against, least: int) -> None:
        """Draws pairs of boots; `say` tells by name what one advises, `against` whether what two
        say of one name contradict each other."""
        for scatter in SCATTERS:
            random, flipped, told = np.random.default_rng(42), 0, 0
            for _ in range(PAIRS):
                said = []
                for _ in "AB":
                    self.boot(random, scatter)
                    said.append(say(self.run_read))
                both = said[0].keys() & said[1].keys()
                told += len(both)
                flipped += any(against(said[0][name], said[1][name]) for name in both)
            print(f"# {machine}, rows that differ by {100 * scatter:.1f} % between boots: "
                  f"{flipped} of {PAIRS} pairs contradict each other, of {told / PAIRS:.1f} each")
            self.assertLess(flipped, PAIRS / 100, (machine, scatter))
            self.assertGreaterEqual(told, least * PAIRS, (machine, scatter))

    def test_advice_does_not_flip_between_two_equal_boots(self):
        self.read()
        self.count("settings", lambda run: {one.setting: one for one in advice(run)},
                   contradicts, 8)

    def test_the_first_screen_does_not_flip_between_two_equal_boots(self):
        for machine, rows in (("nothing to choose", {}),
                              ("policies that cost the same", {"dear": 330}),
                              ("a break-even at 12.3 pages", {"break_even": 12.3})):
            self.read(**rows)
            self.count(machine, lambda run: choices(sentences(run)), set.isdisjoint, 1)
