"""Policies for PCIDs against each other: by how much each is above the cheapest at worst."""

from dataclasses import dataclass

from . import policies
from .run import Run
from .sweep import Curve, Point, curves

USUAL = "cr3_pcid_flush"
LINUX = "lru6"


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


def ranked(run: Run) -> dict:
    """Order -> its policies, the best first; only of operations that are believed."""
    found = {}
    for one in curves(run, policies.BENCH, policies.PARAM):
        if policies.ending(one) == "" and policies.policy(one) and one.believed:
            found.setdefault(policies.order(one), []).append(one)
    made = {}
    for order, group in found.items():
        whole = [completed(one, group) for one in group]
        places = sorted(set.intersection(*({p.x for p in one.points} for one in whole)))
        if len(whole) > 1 and places:
            made[order] = sorted((regret(one, whole, places) for one in whole),
                                 key=lambda one: one.worst)
    return made


def completed(one: Curve, group: list) -> Curve:
    """The curve with what was not measured again: as long as no PCID has to be given a second
    time nothing is flushed, and the rows of the load that flushes stand for all."""
    usual = next((other for other in group if other.variant == one.variant
                  and other.op == USUAL), one)
    first = one.points[0].x
    return Curve(one.op, one.variant,
                 (*(p for p in usual.points if p.x < first), *one.points))


def regret(one: Curve, group: list, places: list) -> Ranked:
    """The worst over the places, of the median and of the ends of the intervals, each for
    itself."""
    low, worst, high = (
        max(max(share(at(one, x), [at(other, x) for other in group if other is not one])[which]
                for x in places), 0.0) for which in range(3))
    return Ranked(policies.policy(one), one.op, tuple(places), low, worst, high)


def share(mine: Point, others: list) -> tuple:
    """By what share it is above the cheapest other one; below it that is negative."""
    return (above(mine.low, min(p.high for p in others)), above(mine.y, min(p.y for p in others)),
            above(mine.high, min(p.low for p in others)))


def above(mine: float, least: float) -> float:
    return mine / least - 1 if least > 0 else 0.0


def at(one: Curve, x: float) -> Point:
    return next(p for p in one.points if p.x == x)


def alike(found: list) -> list:
    """The best one, and whatever it cannot be told from."""
    return [one for one in found if one is found[0] or one.low <= found[0].high]
