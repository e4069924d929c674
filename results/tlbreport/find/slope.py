"""A straight line through few points, one of which may be far off: Theil-Sen."""

import math
from dataclasses import dataclass
from itertools import combinations
from statistics import median

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
