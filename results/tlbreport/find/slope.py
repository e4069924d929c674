"""What a page costs to fetch again, as the slope over the pages touched behind an operation.

A straight line through few points, one of which may be far off: Theil-Sen.
"""

import math
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from ..read.row_name import is_refill, measured
from ..read.run import Run
from ..read.schema import OPS, in_order
from ..read.variant import parse

LEAST_POINTS = 3
NORMAL_95 = 1.959964


@dataclass(frozen=True)
class Line:
    """The median of the slopes between all points, its interval, and at how many percent."""

    slope: float
    low: float
    high: float
    intercept: float
    points: int
    percent: float


def fit(points: list):
    """The line through (x, y); None if fewer than LEAST_POINTS differ in x."""
    if len({x for x, _ in points}) < LEAST_POINTS:
        return None
    slopes = sorted((y2 - y1) / (x2 - x1)
                    for (x1, y1), (x2, y2) in combinations(points, 2) if x1 != x2)
    middle = median(slopes)
    outer = outermost(len(points), len(slopes))
    return Line(middle, slopes[outer], slopes[-1 - outer],
                median(y - middle * x for x, y in points), len(points), level(len(points)))


def outermost(points: int, slopes: int) -> int:
    """How many slopes lie outside the interval on each side (Sen 1968)."""
    spread = math.sqrt(points * (points - 1) * (2 * points + 5) / 18)
    return max(0, int((slopes - NORMAL_95 * spread) / 2) - 1)


def level(points: int) -> float:
    """Few points: even the range of all slopes misses the true one at 2 in n! orders."""
    return min(95.0, 100 * (1 - 2 / math.factorial(min(points, 10))))


@dataclass(frozen=True)
class Series:
    """Medians over the pages touched, of one operation and one kind of page."""

    op: str
    variant: str
    rows: tuple
    line: Line | None  # None: too few points

    @property
    def kind(self) -> str:
        return parse("single_op", self.variant).touches

    @property
    def size(self) -> str:
        """The operation, with the size of the page it was aimed at."""
        aimed = parse("single_op", self.variant).words("phase", "window", "touches")
        return " ".join([self.op, *aimed])


def series(run: Run) -> list:
    """Every sweep over the pages touched, by operation."""
    found = {}
    for row in run.rows("results.csv"):
        swept = row["param"] == "touched" and row.number("value") is not None
        if is_refill(row) and measured(row) and swept:
            found.setdefault((row["op"], row["variant"]), []).append(row)
    ops = in_order((op for op, _ in found), OPS)
    made = [Series(*name, tuple(rows), fit([(r.number("value"), r.number("p50")) for r in rows]))
            for name, rows in found.items()]
    return sorted(made, key=lambda one: ops.index(one.op))
