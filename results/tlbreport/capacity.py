"""How many PCIDs keep a translation: where the probe after k others becomes a miss."""

from dataclasses import dataclass

import numpy as np

from . import sweep
from .crossing import rising
from .run import Run

BENCH, PARAM = "pcid_capacity", "pcids"
METHOD = ("the two levels that fit the probe best by least squares; interval: the last number of "
          "PCIDs whose 95 % interval is below the middle of the two, and the first above it, "
          "which is no value where places were left out between them")
LEAST_STEP = 3  # half-widths of the intervals: a smaller one is noise


@dataclass(frozen=True)
class Capacity:
    """PCIDs that keep a translation, the probed one among them: from low to high, of which none
    was seen to be lost, or seen to be kept.  No high: none was ever lost."""

    curve: sweep.Curve
    low: int
    high: int | None
    kept: float  # ticks of a probe that hits, and of one that misses
    lost: float | None

    @property
    def value(self) -> int | None:
        """How many, if that is one number."""
        return self.low if self.low == self.high else None

    @property
    def words(self) -> str:
        if self.high is None:
            return f"at least {self.low}"
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"


def capacities(run: Run) -> list:
    """The capacity of each variant."""
    return [capacity(one) for one in sweep.curves(run, BENCH, PARAM)]


def capacity(curve: sweep.Curve) -> Capacity:
    """The step in a curve over the other PCIDs visited.  With none visited the probe costs 0 by
    construction: it is held against a kept one."""
    points = [p for p in curve.points if p.x > 0]
    xs = [0, *(int(p.x) for p in points)]
    y = np.array([0.0, *rising([p.y for p in points])])
    half = max(((p.high - p.low) / 2 for p in points), default=0)
    left, right = split(y)
    middle, step = (left + right) / 2, right - left
    quantum = max((p.row.number("quantum") or 0 for p in points), default=0)
    if step <= max(LEAST_STEP * half, 2 * quantum):
        return Capacity(curve, xs[-1] + 1, None, float(y.mean()), None)
    kept = [0] + [int(p.x) for p in points if p.high < middle]
    lost = [int(p.x) for p in points if p.low > middle]
    sure = max((x for x in kept if x < min(lost, default=np.inf)), default=0)
    return Capacity(curve, sure + 1, min(lost) if lost else None, left, right)


def split(y: np.ndarray) -> tuple:
    """The two levels, one after the other, that fit best."""
    places = range(1, len(y))
    if not places:
        return 0.0, 0.0
    cut = min(places, key=lambda n: n * y[:n].var() + (len(y) - n) * y[n:].var())
    return float(y[:cut].mean()), float(y[cut:].mean())
