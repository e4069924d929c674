"""What a page costs to fetch again, as the slope over the pages touched behind an operation.

A straight line through few points, one of which may be far off: Theil-Sen.  Where no page is
touched nothing is read of the levels above the pages, so that place is not on the line, and is left
out if enough others are there.  Between two points are all slopes that their own intervals allow;
the interval is from the least of all these to the greatest, but for the outermost ones where there
are many points.  So it holds the true slope if one pair of points does.
"""

import math
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from ..read import sweep
from ..read.row_name import is_refill, measured
from ..read.run import Run
from ..read.schema import OPS, in_order
from ..read.sweep import Point
from ..read.variant import parse

LEAST_POINTS = 3
NORMAL_95 = 1.959964


@dataclass(frozen=True)
class Line:
    """The median of the slopes between all points, and its interval; the points it is of."""

    slope: float
    low: float
    high: float
    intercept: float
    points: tuple


def fit(points: list):
    """The line through points; None if fewer than LEAST_POINTS differ in x."""
    points = on_line(points)
    if len({point.x for point in points}) < LEAST_POINTS:
        return None
    pairs = [pair for pair in combinations(points, 2) if pair[0].x != pair[1].x]
    middle = median((b.y - a.y) / (b.x - a.x) for a, b in pairs)
    least, most = zip(*(between(a, b) for a, b in pairs))
    outer = outermost(len(points), len(pairs))
    return Line(middle, sorted(least)[outer], sorted(most)[-1 - outer],
                median(point.y - middle * point.x for point in points), tuple(points))


def on_line(points: list) -> list:
    """Without the place where nothing is touched, if there are enough others."""
    touched = [point for point in points if point.x > 0]
    return touched if len({point.x for point in touched}) >= LEAST_POINTS else points


def between(a: Point, b: Point) -> tuple:
    """The slopes that the intervals of two points allow."""
    ends = ((b.low - a.high) / (b.x - a.x), (b.high - a.low) / (b.x - a.x))
    return min(ends), max(ends)


def outermost(points: int, slopes: int) -> int:
    """How many slopes lie outside the interval on each side (Sen 1968)."""
    spread = math.sqrt(points * (points - 1) * (2 * points + 5) / 18)
    return max(0, int((slopes - NORMAL_95 * spread) / 2) - 1)


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
    made = [Series(*name, tuple(rows), fit([point(row) for row in rows]))
            for name, rows in found.items()]
    return sorted(made, key=lambda one: ops.index(one.op))


def point(row) -> Point:
    """The row as a point; without an interval it is taken to be exact."""
    median_ = row.number("p50")
    return sweep.point(row) or Point(row.number("value"), median_, median_, median_, row)
