"""How often each interval and verdict of the report holds, against what it claims.

Each is drawn from samples (sampled.py), with its own seed.  A rate is of intervals that hold the
truth, or of wrong verdicts, in percent.  The table of them is in results/README.md.
"""

import os
import re
from dataclasses import dataclass, replace

import numpy as np
from rundir import RESULTS_FOLDER, RunTest
from sampled import KINDS, STEP, headline, points, row, samples
from synthetic import Level, Machine

from tlbreport.find import capacity, ranking, remote, shift, slope
from tlbreport.find import regret as settings_regret
from tlbreport.find.crossing import crossing
from tlbreport.find.knees import knees
from tlbreport.find.matching import FINEST
from tlbreport.find.settings import SAME as NOT_TOLD, held_against
from tlbreport.read.sweep import Curve

MILLI = 1000
NEAR = 2  # points that a rate may be off what is claimed
SAME = 1  # that the table may be off: libraries draw and add in their own ways
CLEAN = ("plain", "ties", "steps")  # nothing is claimed of other chunks and boots
ONE_BOOT = ("plain", "chunks", "ties", "steps")


def whole(random, low: float, high: float, shape=()):
    """Costs in whole ticks, which each kind of clock can tell."""
    return np.rint(random.uniform(low, high, shape))


def medians(random, kind: str, name: str, draws: int = 1500) -> float:
    true = whole(random, 100, 2000, draws)
    found = headline(samples(random, true, kind), kind)
    return np.mean((found[f"ci{name}_lo"] <= true) & (true <= found[f"ci{name}_hi"]))


def median_95(random, kind: str) -> float:
    return medians(random, kind, "95")


def median_99(random, kind: str) -> float:
    return medians(random, kind, "99")


def difference(random, kind: str, draws: int = 800) -> float:
    true, held = whole(random, 100, 2000, (draws, 2)), 0
    found = headline(samples(random, true, kind), kind)
    for at in range(draws):
        _, low, high = remote.difference(row(found, (at, 0)), row(found, (at, 1)))
        held += low <= true[at, 0] - true[at, 1] <= high
    return held / draws


def crossed(random, kind: str, over_boots: bool, draws: int = 400) -> float:
    """Pages one by one against a full flush."""
    xs, held = [1, 2, 4, 8, 16, 24, 32, 48, 64, 128, 256, 512], 0
    for _ in range(draws):
        each, first = whole(random, 60, 250), whole(random, 0, 100)
        true = whole(random, 3, 500)
        costs = [*(first + each * x for x in xs), first + each * true]
        *curve, level = points([*xs, 0], headline(samples(random, costs, kind), kind))
        if over_boots:
            curve, level = [one.over_boots for one in curve], level.over_boots
        at = crossing(tuple(curve), level)
        held += (at.low or -np.inf) <= true <= (at.high or np.inf)
    return held / draws


def break_even(random, kind: str) -> float:
    return crossed(random, kind, over_boots=False)


def ceiling(random, kind: str) -> float:
    return crossed(random, kind, over_boots=True)


def knee(random, kind: str, draws: int = 120) -> float:
    xs = sorted({round(2 ** (n / 2)) for n in range(4, 27)}
                | {round(size * (1 + n / 16)) for size in (64, 1536) for n in range(-4, 6)})
    held = 0
    for _ in range(draws):
        levels = (Level(16, int(random.integers(2, 9)), 8),
                  Level(128, int(random.integers(8, 17)), 26))
        true = np.array(Machine(levels={"data-4k": levels}).translations("data-4k", xs))
        taken = samples(random, true, kind, spread=5 + true, divisor=np.array(xs))
        found = knees(points(xs, headline(taken, kind, np.array(xs))))
        held += sum(any(one.low <= level.entries <= one.high for one in found) for level in levels)
    return held / draws / len(levels)


def kept(random, kind: str, draws: int = 400) -> float:
    """The number of PCIDs, by half of a walk."""
    ks, held = np.arange(1, 18), 0
    for _ in range(draws):
        slots, walk = int(random.integers(2, 17)), whole(random, 20, 60)
        true = walk * (ks >= slots)
        found = headline(samples(random, true, kind, spread=40 + true), kind)
        one = capacity.capacity(Curve("cr3_pcid_flush", "flush-s0", points(ks, found)),
                                capacity.Walk(walk, "refill"))
        held += one.low <= slots <= (one.high or np.inf)
    return held / draws


def sloped(random, kind: str, touched: tuple, alike: bool = True, draws: int = 1000) -> float:
    """Ticks a page over the pages touched; alike: each point has the same noise."""
    each, first = whole(random, 10, 60, draws), whole(random, 100, 1000, draws)
    true = first[:, None] + each[:, None] * np.array(touched)
    spread = np.broadcast_to(first[:, None], true.shape) if alike else true
    found, held = headline(samples(random, true, kind, spread), kind), 0
    for at in range(draws):
        line = slope.fit(points(touched, {name: of[at] for name, of in found.items()}))
        held += line.low - 1e-6 <= each[at] <= line.high + 1e-6
    return held / draws


def slope_of_6(random, kind: str) -> float:
    return sloped(random, kind, (0, 1, 2, 4, 8, 16))


def slope_of_4(random, kind: str) -> float:
    return sloped(random, kind, (0, 1, 4, 16))


def slope_of_growing(random, kind: str) -> float:
    return sloped(random, kind, (0, 1, 4, 16), alike=False)


def policies(random, kind: str, costs: np.ndarray) -> list:
    """Curves over the processes, a row of costs each, as the ranking takes them."""
    found = headline(samples(random, costs, kind), kind)
    places = range(2, 2 + costs.shape[1])
    return [Curve("cr3_pcid_flush", f"random-lru{at + 1}", points(
        places, {name: of[at] for name, of in found.items()})).over_boots
        for at in range(len(costs))]


def regret(random, kind: str, draws: int = 200) -> float:
    """By how much a policy is above the cheapest other one at worst."""
    held = 0
    for _ in range(draws):
        costs = whole(random, 150, 400, (4, 5))
        curves, places = policies(random, kind, costs), list(range(2, 7))
        true = max(max(costs[0] / costs[1:].min(axis=0)) - 1, 0)
        one = next(ranking.regrets(curves, places))
        held += one.low <= true <= one.high
    return held / draws


def wrong_ceiling(random, kind: str, draws: int = 400) -> float:
    """By how much a ceiling is above the better choice at worst."""
    xs, held = [1, 2, 4, 8, 16, 24, 32, 48, 64, 128, 256, 512], 0
    for _ in range(draws):
        each, first = whole(random, 60, 250), whole(random, 0, 100)
        costs = np.array([*(first + each * x for x in xs), first + each * whole(random, 3, 500)])
        tried = int(random.choice(settings_regret.PAGES[:-1]))
        *exact, at_once = points([*xs, 0], dict.fromkeys(("p50", "ci95_lo", "ci95_hi"), costs))
        true = settings_regret.of_ceilings(Curve("invlpg", "", tuple(exact)), at_once, [tried])[0].value
        *curve, level = [one.over_boots for one in points(
            [*xs, 0], headline(samples(random, costs, kind), kind))]
        one = settings_regret.of_ceilings(Curve("invlpg", "", tuple(curve)), level, [tried])[0]
        held += one.low <= true <= one.high
    return held / draws


def named(random, kind: str, draws: int = 200) -> float:
    """How often one of four settings that cost the same is named alone."""
    wrong = 0
    for _ in range(draws):
        curves = policies(random, kind, np.full((4, 5), whole(random, 150, 400)))
        found, = settings_regret.of_choices("", "", {
            one.variant: {("", f"P = {point.x}"): point for point in one.points}
            for one in curves}, "")
        wrong += len(found.alike) == 1
    return wrong / draws


def winner(random, kind: str, draws: int = 200) -> float:
    """How often one of four policies that cost the same is called the best."""
    wrong = 0
    for _ in range(draws):
        curves = policies(random, kind, np.full((4, 5), whole(random, 150, 400)))
        found = sorted(ranking.regrets(curves, list(range(2, 7))), key=lambda one: one.worst)
        wrong += len(ranking.alike(found)) == 1
    return wrong / draws


def preferred(random, kind: str, draws: int = 800) -> float:
    """How often one of two ways that cost the same is recommended."""
    costs, wrong = whole(random, 100, 2000, (draws, 2)), 0
    costs[:, 1] = costs[:, 0]
    found = headline(samples(random, costs, kind), kind)
    for of in ({name: values[at] for name, values in found.items()} for at in range(draws)):
        one, other = (Curve("invlpg", "", (replace(point.over_boots, x=8.0),))
                      for point in points((0, 1), of))
        advice, = held_against("", "do", one, "do not", other, "")
        wrong += NOT_TOLD not in advice.recommendation
    return wrong / draws


def called(random, kind: str, compare, draws: int = 400) -> float:
    """How often two runs of the same costs are called different."""
    wrong = 0
    for _ in range(draws):
        both = samples(random, np.full(2, whole(random, 100, 2000)), kind)
        wrong += compare(both, kind).different
    return wrong / draws


def by_samples(random, kind: str) -> float:
    def compare(both, kind):
        return shift.compare(*(MILLI * both).astype(np.int64), 0, step_of(kind))
    return called(random, kind, compare)


def by_medians(random, kind: str) -> float:
    def known(taken, kind):
        found = headline(taken, kind)
        chunks = [headline(part, kind)["p50"] for part in shift.chunks(taken)]
        return shift.Median(*(MILLI * found[name] for name in ("p50", "ci99_lo", "ci99_hi")),
                            shift.mean_of(MILLI * taken), MILLI * float(np.ptp(chunks)))

    def compare(both, kind):
        return shift.compare_medians(*(known(taken, kind) for taken in both), 0,
                                     step_of(kind) / FINEST)
    return called(random, kind, compare)


def step_of(kind: str) -> float:
    return MILLI * float(STEP if kind == "steps" else 0)


@dataclass(frozen=True)
class Claim:
    """What is claimed, in percent, of which kinds of rows; of a verdict, how often it is wrong."""

    rate: object
    percent: float
    of: tuple
    is_wrong: bool = False

    def met(self, rate: float) -> bool:
        return rate <= self.percent + NEAR if self.is_wrong else rate >= self.percent - NEAR


CLAIMS = {
    "median, 95 % interval": Claim(median_95, 95, CLEAN),
    "median, 99 % interval": Claim(median_99, 99, CLEAN),
    "difference of two medians": Claim(difference, 95, CLEAN),
    "break-even": Claim(break_even, 95, CLEAN),
    "break-even that is advised": Claim(ceiling, 95, (*CLEAN, "boots")),
    "knee": Claim(knee, 95, CLEAN),
    "PCID capacity": Claim(kept, 95, CLEAN),
    "slope of 6 points": Claim(slope_of_6, 95, ONE_BOOT),
    "slope of 4 points": Claim(slope_of_4, 95, ONE_BOOT),
    "slope of 4 points, dearer ones less sure": Claim(slope_of_growing, 95, ONE_BOOT),
    "ranking: above the cheapest by": Claim(regret, 95, (*CLEAN, "boots")),
    "ranking: equal policies, one named": Claim(winner, 5, (*CLEAN, "boots"), True),
    "recommendation: equal costs, one preferred": Claim(preferred, 5, (*CLEAN, "boots"), True),
    "comparison by samples: equal, called different": Claim(by_samples, 1, ONE_BOOT, True),
    "comparison by medians: equal, called different": Claim(by_medians, 1, ONE_BOOT, True),
    "wrong setting: above the best by": Claim(wrong_ceiling, 95, (*CLEAN, "boots")),
    "wrong setting: equal choices, one named": Claim(named, 5, (*CLEAN, "boots"), True),
}


def measured(name: str) -> dict:
    """Kind -> rate in percent."""
    claim, found = CLAIMS[name], {}
    for kind in KINDS:
        random = np.random.default_rng([list(CLAIMS).index(name), KINDS.index(kind)])
        found[kind] = 100 * float(claim.rate(random, kind))
    return found


def line(name: str, found: dict) -> str:
    """A line of the table; in brackets where nothing is claimed."""
    claim = CLAIMS[name]
    cells = (f"{rate:.0f}" if kind in claim.of else f"({rate:.0f})" for kind, rate in found.items())
    return f"| {name} | {claim.percent:.0f} | {' | '.join(cells)} |"


def stated() -> dict:
    """Name -> the numbers of its line in results/README.md."""
    with open(os.path.join(RESULTS_FOLDER, "README.md"), encoding="utf-8") as file:
        table = file.read().split("## How often intervals hold")[1].split("\n## ")[0]
    rows = (re.split(r" *\| *", text)[1:-1] for text in re.findall(r"^\| .*", table, re.M)[2:])
    return {name: cells for name, *cells in rows}


class Coverage(RunTest):
    def check(self, name: str) -> None:
        """The rates are as claimed, and the table has them."""
        claim, found = CLAIMS[name], measured(name)
        text = line(name, found)
        print(f"# {text}")
        for kind in claim.of:
            self.assertTrue(claim.met(found[kind]), (kind, text))
        for here, there in zip(re.split(r" *\| *", text)[2:-1], stated()[name], strict=True):
            self.assertEqual(here.startswith("("), there.startswith("("), (text, there))
            self.assertLessEqual(abs(float(here.strip("()")) - float(there.strip("()"))), SAME,
                                 (text, there))


def test_of(name: str):
    return lambda self: self.check(name)


for _name in CLAIMS:
    setattr(Coverage, "test_it_is_as_often_as_claimed_and_as_the_table_says_" + "_".join(
        re.findall(r"\w+", _name)), test_of(_name))
