"""Where a rising curve meets a level, and between which places it may.

The curve is made rising first (pool adjacent violators: more of an operation does not cost less),
then taken as straight between its points.  The ends of the interval are where the upper ends of
the curve's intervals meet the lower end of the level's, and the lower ends the upper: with 95 %
intervals on both sides it holds the crossing in at least 95 of 100.

Points contradict each other where one is above a later one by more than their intervals: one of
the two is off, and nobody knows which.  Each is believed in turn, without those that contradict
it, and the interval holds the crossings of all.  Where a point is clearly above the level and a
later one clearly below it there is no value: the curve crosses more than once.
"""

import math
from dataclasses import dataclass

from ..read.sweep import WITHIN

METHOD = ("straight between the medians made rising; interval: where the 95 % intervals of the "
          f"two curves cross, at least 95 % {WITHIN}")
UNKNOWN = "not told by these intervals"
CONTRADICTED = "not told by rows that contradict each other"
OUTSIDE = "the medians do not cross where it was measured"
REPEATED = "the medians cross more than once, by more than their intervals"


@dataclass(frozen=True)
class Crossing:
    """A place and its interval.  No value: side says why.  An end that is None is open."""

    value: float | None
    low: float | None
    high: float | None
    # "", "below" or "beyond" what was measured, or "twice": between low and high more than once
    side: str

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
        return CONTRADICTED if self.side == "twice" else UNKNOWN

    @property
    def pages(self) -> str:
        """The same of a crossing over pages, with its unit."""
        if not self.is_told:
            return self.words
        return f"{self.words} page" + ("" if self.words.split()[-1] in ("1", "1.0") else "s")

    @property
    def is_told(self) -> bool:
        """Whether its words are a number or a bound."""
        return self.words not in (UNKNOWN, CONTRADICTED)

    @property
    def lack(self) -> str:
        """Why there is no value; empty if there is one."""
        return {"": "", "twice": REPEATED}.get(self.side, OUTSIDE)


def crossing(points: tuple, level) -> Crossing:
    """Where the curve through points (x, y, low, high) reaches the level (y, low, high)."""
    ends = [bounds(some, level) for some in readings(points)]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    middle = line(points, "y")
    first, last = reach(middle, level.y), leave(middle, level.y)
    if falls_through(points, level):
        return Crossing(None, finite(low), finite(high), "twice")
    if first == -math.inf:
        return Crossing(None, None, finite(max(high, points[0].x)), "below")
    if last == math.inf:
        return Crossing(None, finite(min(low, points[-1].x)), None, "beyond")
    return Crossing((first + last) / 2, finite(low), finite(high), "")


def bounds(points: tuple, level) -> tuple:
    """Between which places the curve reaches the level, infinite where it may do so outside."""
    return (reach(line(points, "high"), level.low), leave(line(points, "low"), level.high))


def line(points: tuple, name: str) -> list:
    """That number of each point, made rising over x."""
    return list(zip([one.x for one in points], rising([getattr(one, name) for one in points])))


def readings(points: tuple) -> list:
    """The points, and for each that contradicts another what is left if it is believed."""
    found = [points]
    for one in points:
        against = [other for other in points if contradict(one, other)]
        if against:
            found.append(tuple(other for other in points if other not in against))
    return found


def contradict(one, other) -> bool:
    """Whether the first of two points is above the later one by more than their intervals."""
    first, later = (one, other) if one.x <= other.x else (other, one)
    return first.low > later.high


def falls_through(points: tuple, level) -> bool:
    """Whether a point is clearly above the level, and a later one clearly below it."""
    above = min((one.x for one in points if one.low > level.high), default=math.inf)
    return any(one.x > above and one.high < level.low for one in points)


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
