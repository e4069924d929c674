"""Policies for PCIDs against each other: by how much each is above the cheapest at worst.

All are judged over the same numbers of processes.  One that was not measured at each of them, or
is not believed, is left out and named: judged over fewer, another might be the best.  Intervals
are those that other boots may have.
"""

from dataclasses import dataclass

from ..read import variant
from ..read.run import Run, once
from ..read.sweep import Curve, Point, curves, rows
from ..read.variant import Variant, parse

BENCH, PARAM = "policy", "processes"
USUAL = "cr3_pcid_flush"
LINUX = "rr6"  # choose_new_asid: TLB_NR_DYN_ASIDS by turns, dropped by the load
FLOOR = "nopcid"


@dataclass(frozen=True)
class Ranked:
    """A policy with a way to flush, and the share by which it is above the cheapest other one at
    worst, over these numbers of processes."""

    policy: str
    op: str
    places: tuple
    low: float
    worst: float
    high: float

    @property
    def words(self) -> str:
        return f"{self.policy} by {self.op} {100 * self.worst:.1f} %"


@dataclass(frozen=True)
class Ranking:
    """The policies in one order and workload, the best first, and why each other one is not among
    them."""

    found: tuple
    left_out: tuple

    @property
    def omitted(self) -> str:
        """What was left out, in words; empty if nothing was."""
        return f"; left out: {', '.join(self.left_out)}" if self.left_out else ""


@once
def measurements(run: Run) -> dict:
    """(operation, variant) -> what was measured, as other boots may have it."""
    return {(one.op, one.variant): one.over_boots for one in curves(run, BENCH, PARAM)}


@once
def ranked(run: Run) -> dict:
    """Order and workload -> its ranking."""
    planned, measured = plans(run), measurements(run)
    made = {}
    for runs in dict.fromkeys(map(workload, planned.values())):
        mine = [key for key, one in planned.items() if workload(one) == runs]
        whole = [completed(planned[key], measured) for key in mine]
        places = sorted({p.x for key in mine for p in planned[key].points})
        lacks = {id(one): lacking(one, measured, places) for one in whole}
        sound = [one for one in whole if not lacks[id(one)]]
        if len(whole) > 1:
            made[runs] = Ranking(
                tuple(sorted(regrets(sound, places), key=lambda one: one.worst)),
                tuple(f"{said(one).policy} by {one.op} ({lacks[id(one)]})"
                      for one in whole if lacks[id(one)]))
    return made


@once
def plans(run: Run) -> dict:
    """(operation, variant) -> what was to be measured: a curve whose points have a place alone.
    What this processor lacks was not to be."""
    places = {}
    for row in rows(run, BENCH):
        x = row.number("value")
        if row["param"] == PARAM and row["status"] != "skipped" and x is not None \
                and variant.is_known(row) and variant.of(row).figure == "":
            places.setdefault((row["op"], row["variant"]), set()).add(x)
    return {key: Curve(*key, tuple(Point(x, 0.0, 0.0, 0.0, None) for x in sorted(of)))
            for key, of in places.items()}


def said(one: Curve) -> Variant:
    """Which order and which policy a curve of `policy` is of."""
    return parse(BENCH, one.variant)


def workload(one: Curve) -> str:
    """What runs: the order of the processes, and what else there is."""
    return " ".join(filter(None, (said(one).order, said(one).workload)))


def completed(plan: Curve, measured: dict) -> Curve:
    """The curve with what was not to be measured again: as long as no PCID has to be given a
    second time nothing is flushed, and the rows of the load that flushes stand for all, whether
    that flush is believed or not."""
    usual, mine = (measured.get((op, plan.variant)) for op in (USUAL, plan.op))
    borrowed = (p for p in usual.points if p.x < plan.points[0].x) if usual else ()
    return Curve(plan.op, plan.variant, (*borrowed, *(mine.points if mine else ())))


def lacking(one: Curve, measured: dict, places: list) -> str:
    """Why it cannot be ranked; empty if it can."""
    there = {p.x for p in one.points}
    absent = [f"{x:.0f}" for x in places if x not in there]
    if absent:
        return f"not measured at P = {' '.join(absent)}"
    mine = measured.get((one.op, one.variant))
    return mine.doubt if mine else ""


def regrets(group: list, places: list):
    """Of each of two or more the worst over the places, of the median and of the ends of the
    intervals, each for itself."""
    if len(group) < 2:
        return
    points = {x: [one.at(x) for one in group] for x in places}
    shares = [shares_of(points[x]) for x in places]
    for number, one in enumerate(group):
        low, worst, high = (max(max(share[number][which] for share in shares), 0.0)
                            for which in range(3))
        yield Ranked(said(one).policy, one.op, tuple(places), low, worst, high)


def shares_of(points: list) -> list:
    """(low, middle, high) of each: by what share it is above the cheapest other one; below it that
    is negative."""
    lows, middles, highs = (sorted(getattr(point, name) for point in points)
                            for name in ("low", "y", "high"))
    return [(above(one.low, other(highs, one.high)), above(one.y, other(middles, one.y)),
             above(one.high, other(lows, one.low))) for one in points]


def other(ordered: list, mine: float) -> float:
    """The least of the others."""
    return ordered[1] if mine == ordered[0] else ordered[0]


def above(mine: float, least: float) -> float:
    return mine / least - 1 if least > 0 else 0.0


def alike(found: tuple) -> list:
    """The best one, and whatever it cannot be told from."""
    return [one for one in found if one is found[0] or one.low <= found[0].high]
