"""Where a rising curve meets a level, and between which places it may.

The curve is made rising first (pool adjacent violators: more of an operation does not cost less),
then taken as straight between its points.  The ends of the interval are where the upper ends of
the curve's intervals meet the lower end of the level's, and the lower ends the upper: with 95 %
intervals on both sides it holds the crossing in at least 95 of 100.
"""

import math
from dataclasses import dataclass

METHOD = ("straight between the medians made rising; interval: where the 95 % intervals of the "
          "two curves cross, at least 95 %")
UNKNOWN = "not told by these intervals"


@dataclass(frozen=True)
class Crossing:
    """A place and its interval.  No value: the curves do not cross where it was measured, and
    side says where they might.  An end that is None is open."""

    value: float | None
    low: float | None
    high: float | None
    side: str  # "", "below" or "beyond" what was measured

    @property
    def words(self) -> str:
        """The value, or the bound that the interval leaves: the medians may not cross where the
        intervals still may."""
        if not self.side:
            return f"{self.value:.1f}"
        if self.side == "below" and self.high is not None:
            return f"less than {math.ceil(self.high)}"
        if self.side == "beyond" and self.low is not None:
            return f"more than {math.floor(self.low)}"
        return UNKNOWN


def crossing(points: tuple, level) -> Crossing:
    """Where the curve through points (x, y, low, high) reaches the level (y, low, high)."""
    xs = [one.x for one in points]
    middle = list(zip(xs, rising([one.y for one in points])))
    upper = list(zip(xs, rising([one.high for one in points])))
    lower = list(zip(xs, rising([one.low for one in points])))
    low, high = reach(upper, level.low), leave(lower, level.high)
    first, last = reach(middle, level.y), leave(middle, level.y)
    if first == -math.inf:
        return Crossing(None, None, finite(max(high, xs[0])), "below")
    if last == math.inf:
        return Crossing(None, finite(min(low, xs[-1])), None, "beyond")
    return Crossing((first + last) / 2, finite(low), finite(high), "")


def finite(place: float):
    """The place; None where the curve never gets there."""
    return place if math.isfinite(place) else None


def rising(values, weights=None) -> list:
    """The nearest values that do not fall (pool adjacent violators)."""
    pools = []  # value, weight, how many
    for value, weight in zip(values, weights if weights is not None else [1] * len(values)):
        pools.append((value, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (left, a, many), (right, b, more) = pools[-2:]
            pools[-2:] = [((left * a + right * b) / (a + b), a + b, many + more)]
    return [value for value, _, many in pools for _ in range(many)]


def reach(points: list, level: float) -> float:
    """The first x at which the line is not below the level; -inf if it begins above, inf if
    it never gets there."""
    before = None
    for x, y in points:
        if y >= level:
            if before is None:
                return x if y == level else -math.inf
            return before[0] + (x - before[0]) * (level - before[1]) / (y - before[1])
        before = (x, y)
    return math.inf


def leave(points: list, level: float) -> float:
    """The last x at which the line is not above the level."""
    return -reach([(-x, -y) for x, y in reversed(points)], -level)
