"""How many PCIDs keep a translation: where the probe after k others becomes a walk.

A translation that moved to a farther level of the TLB is dearer, but kept.  So each place is
judged by itself against the middle of a hit of that level, as tlb_size shows it between its two
knees, or at a place if there are too few for knees, and a walk, which is what a page costs that is
fetched again behind a flush, or one that no level of the TLB holds.  Where no level shows, a hit
costs nothing.

The probe is held against one with no other PCID visited, behind a load of CR3 as well.  Where the first
level keeps no PCID over that, this one hits the second level already: a row of refill says by how much
each place is cheaper than its page.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from ..read import sweep
from ..read.run import Run
from . import knees
from .crossing import rising

BENCH, PARAM = "pcid_capacity", "pcids"
REFILL = ("refill", "pages", "cr3_pcid_flush", "4k-pcide-random-warm-dense")
ANYWAY = ("refill", "pages", "cr3_pcid_noflush", "4k-pcide-random-warm-dense")
SIZES = ("tlb_size", "pages", "none", "data-4k")
LEVELS = 2  # of a TLB, beyond which an access is a walk
METHOD = ("interval: the last number of PCIDs whose 95 % interval is below {bound}, and the first "
          "above it, which is no value where places were left out between them; " + sweep.WITHIN)
HALF = "half of a walk, of {:.1f} ticks by {}"
MIDDLE = "the middle of a hit of the second level, of {:.1f} ticks by {}, and a walk, of {:.1f} by {}"
LESS = ", less the {:.1f} that a page costs behind a load of CR3 alone"
SPLIT = ("the middle of the two levels that fit the probe best by least squares, since no row "
         "says what a walk costs: it may be a step to a farther level of the TLB")
HIT_OF_WALK = (0.2, 0.7)  # a hit of the second level, where it is told by one place
LEAST_STEP = 3  # half-widths of the intervals: a smaller one is noise


@dataclass(frozen=True)
class Walk:
    """What a walk costs, and which benchmark says so."""

    ticks: float
    source: str
    hit: float = 0.0  # what one of the second level of the TLB costs
    anyway: float = 0.0  # what a page costs with no other PCID visited

    @property
    def bound(self) -> float:
        """Below it a page is kept."""
        return (self.hit + self.ticks) / 2 - self.anyway

    @property
    def words(self) -> str:
        if self.hit:
            return (MIDDLE.format(self.hit, SIZES[0], self.ticks, self.source)
                    + (LESS.format(self.anyway) if self.anyway else ""))
        return HALF.format(self.ticks, self.source)


@dataclass(frozen=True)
class Capacity:
    """PCIDs that keep a translation, the probed one among them: from low to high, of which none
    was seen to be lost, or seen to be kept.  No high: none beyond was lost for sure."""

    curve: sweep.Curve
    low: int
    high: int | None
    kept: float  # ticks of a probe that hits, and of one that misses
    lost: float | None
    walk: Walk | None  # None: no row says
    decided: bool  # each place says one thing, and none contradicts another

    @property
    def value(self) -> int | None:
        """How many, if that is one number."""
        return self.low if self.low == self.high else None

    @property
    def words(self) -> str:
        if self.high is None:
            return str(self.low) if self.decided else f"at least {self.low}"
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"

    @property
    def remark(self) -> str:
        """What the number does not say."""
        said = []
        if self.high is None:
            said.append("more were not tried" if self.decided else "undecided beyond")
        if self.walk is None:
            said.append("what a walk costs is not known")
        return "".join(f"; {one}" for one in said)

    @property
    def method(self) -> str:
        return METHOD.format(bound=SPLIT if self.walk is None else self.walk.words)


def capacities(run: Run) -> list:
    """The capacity of each variant."""
    cost = walk(run)
    return [capacity(one, cost) for one in sweep.curves(run, BENCH, PARAM)]


def advised(run: Run) -> list:
    """The same as it may be in other boots."""
    cost = walk(run)
    return [capacity(one.over_boots, cost, sweep.BOOTS_SHARE)
            for one in sweep.curves(run, BENCH, PARAM)]


def walk(run: Run) -> Walk | None:
    """What a page costs to fetch again behind a flush, at the smallest working set, since with a
    larger one some of it had left the TLB before; else one beyond both levels of the TLB."""
    again, sizes = named(run, REFILL), named(run, SIZES)
    found = knees.knees(sizes.points) if sizes else []
    if again and again.points[0].y > 0:
        ticks = again.points[0].y
        hit = farther_hit(sizes, found, ticks)
        return Walk(ticks, REFILL[0], hit, hit_anyway(run, hit))
    if len(found) == LEVELS:
        return Walk(found[-1].after, SIZES[0], found[0].after)
    return None


def farther_hit(sizes: sweep.Curve | None, found: list, walk_ticks: float) -> float:
    """What a hit of the second level costs; 0 if nothing shows it, or it costs all of a walk.
    Without two knees it is the dearest place that is well between a first level's hit and a
    walk: one where some pages are walked for is dearer yet, so the bound stays below a walk."""
    if len(found) == LEVELS:
        return found[0].after if found[0].after < walk_ticks else 0.0
    least, most = (share * walk_ticks for share in HIT_OF_WALK)
    return max((p.y for p in (sizes.points if sizes else ()) if least <= p.y <= most), default=0.0)


def hit_anyway(run: Run, hit: float) -> float:
    """What a page costs behind a load of CR3 that keeps all: a hit of the second level where the
    first keeps no PCID, else nothing to speak of."""
    kept = named(run, ANYWAY)
    cost = kept.points[0].y if kept else 0.0
    return cost if hit / 2 < cost < 1.5 * hit else 0.0


def named(run: Run, name: tuple) -> sweep.Curve | None:
    """The curve of a benchmark over a parameter of that operation and variant."""
    bench, param, op, variant = name
    return next((one for one in sweep.curves(run, bench, param)
                 if (one.op, one.variant) == (op, variant)), None)


def capacity(curve: sweep.Curve, cost: Walk | None, doubt: float = 0.0) -> Capacity:
    """Where a curve over the other PCIDs visited passes the bound, which may be off by that share.
    With none visited the probe costs 0 by construction: it is held against a kept one."""
    points = [p for p in curve.points if p.x > 0]
    # Nothing beyond, and no row says: what the probe is held against may hit the second level itself, where the
    # first keeps no PCID, and a walk is then dearer by less than it costs.
    if cost is not None and not cost.anyway and all(p.y < cost.bound for p in points):
        cost = replace(cost, hit=0.0)
    bound = least(points) if cost is None else cost.bound
    kept = [p for p in points if p.high < bound * (1 - doubt)]
    lost = [p for p in points if p.low > bound * (1 + doubt) and not may_be_farther(p, points, cost)]
    gone = min((p.x for p in lost), default=math.inf)
    sure = max((p.x for p in kept if p.x < gone), default=0)
    # One that was seen to be kept beyond contradicts the first that was lost.
    last = max((p.x for p in kept), default=0)
    beyond = min((p.x for p in lost if p.x > last), default=None)
    decided = last == sure and (beyond is not None or not points or last == points[-1].x)
    return Capacity(curve, int(sure) + 1, None if beyond is None else int(beyond),
                    mean(kept) or 0.0, mean(lost), cost, decided)


def may_be_farther(point: sweep.Point, points: list, cost: Walk | None) -> bool:
    """Whether a place may be kept in a farther level though it is above the bound: no row says
    what a hit of that one costs, and others are as much dearer as a walk is than a hit.  Behind a
    flush a page may be cheaper than such a hit, where walks bring the next page along."""
    return (cost is not None and cost.hit == 0
            and point.y < HIT_OF_WALK[1] * max(p.y for p in points))


def mean(points: list) -> float | None:
    return float(np.mean([p.y for p in points])) if points else None


def least(points: list) -> float:
    """The middle of the two levels; no bound where they differ by less than noise."""
    y = np.array([0.0, *rising([p.y for p in points])])
    half = float(np.median([(p.high - p.low) / 2 for p in points])) if points else 0.0
    left, right = split(y)
    quantum = max((p.row.number("quantum") or 0 for p in points), default=0)
    return (left + right) / 2 if right - left > max(LEAST_STEP * half, 2 * quantum) else math.inf


def split(y: np.ndarray) -> tuple:
    """The two levels, one after the other, that fit best."""
    places = range(1, len(y))
    if not places:
        return 0.0, 0.0
    cut = min(places, key=lambda n: n * y[:n].var() + (len(y) - n) * y[n:].var())
    return float(y[:cut].mean()), float(y[cut:].mean())
