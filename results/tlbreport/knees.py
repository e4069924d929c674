"""Where a curve leaves a plateau: the sizes of the TLB's levels.

The curve is cut into plateaus with a rise between each two, by least squares over all places to
cut (dynamic programming), each parameter at the price of ln(points): a rise that is not worth its
price is no knee.  Each knee is then fitted alone, over its plateau and its rise, by two segments
that meet: level up to the knee, straight from there.  The interval is every knee whose squared
residuals exceed the least ones by no more than the 95 % point of chi-squared.
"""

from dataclasses import dataclass

import numpy as np

METHOD = "two segments that meet, by least squares; 95 % interval from the squared residuals"
MOST_KNEES = 2
LEAST_PLATEAU = 2  # points
LEAST_RISE = 0.05  # of the whole range: less is no level of the TLB
FLOOR = 0.005  # of the whole range: what the model may miss a point by
CHI_SQUARED_95 = 3.841459
NORMAL_95 = 1.959964
TRIED = 2000  # places of a knee


@dataclass(frozen=True)
class Knee:
    """The last x at which the curve is still level, its interval, and the levels around it."""

    value: float
    low: float
    high: float
    before: float
    after: float


def knees(points: tuple) -> list:
    """The knees of a curve through points (x, y, low, high), from left to right."""
    x, y, low, high = (np.array([getattr(p, name) for p in points], float)
                       for name in ("x", "y", "low", "high"))
    if len(points) < 2 * LEAST_PLATEAU or np.ptp(y) == 0:
        return []
    sigma = np.hypot((high - low) / 2 / NORMAL_95, FLOOR * np.ptp(y))
    found = []
    for begin, rise, end, last in cuts(x, y, sigma):
        knee = hinge(x, y, sigma, begin, rise, end, last)
        if knee.after - knee.before >= LEAST_RISE * np.ptp(y):
            found.append(knee)
    return found


class Pieces:
    """The squared residuals of every piece of a curve, as a level or as a straight line."""

    def __init__(self, x, y, sigma):
        weight = 1 / sigma ** 2
        x, y = x - x[0], y - y[0]
        sums = [np.concatenate([[0], np.cumsum(weight * term)])
                for term in (np.ones_like(x), x, y, x * x, x * y, y * y)]
        count, at, value, at2, both, value2 = (s[None, :] - s[:, None] for s in sums)
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = value2 - value ** 2 / count
            lean = both - at * value / count
            width = at2 - at ** 2 / count
            self.level = np.nan_to_num(np.maximum(spread, 0))
            self.line = np.nan_to_num(np.where(width > 1e-9 * at2, spread - lean ** 2 / width,
                                               spread))
        size = np.arange(len(x) + 1)
        few = size[None, :] - size[:, None] <= 2
        self.line = np.where(few, 0, np.maximum(self.line, 0))


def cuts(x, y, sigma) -> list:
    """(begin of a plateau, its rise, the plateau after that, its end) of each knee."""
    n, price = len(x), np.log(len(x))
    mine, logarithmic = Pieces(x, y, sigma), Pieces(np.log2(np.maximum(x, 0.5)), y, sigma)
    plateau = mine.level + price
    plateau[length(n) < LEAST_PLATEAU] = np.inf
    # What a rise has of its own: slope and height, and the places where it begins and ends.
    rise = mine.line + price * (np.minimum(length(n), 2) + 1 + (length(n) > 0))
    rise[length(n) < 0] = np.inf
    last = logarithmic.line + price * np.minimum(length(n), 2)  # beyond the last level walks may get dearer
    last[length(n) < 1] = np.inf
    best = (plateau[0, n], [])
    reached, path = plateau[0], [[(0,)] for _ in range(n + 1)]
    for _ in range(MOST_KNEES):
        step = reached[:, None] + rise
        start = step.argmin(axis=0)
        risen = step[start, np.arange(n + 1)]
        ending = risen + last[:, n]
        end = int(ending.argmin())
        if ending[end] < best[0]:
            best = (ending[end], [*path[start[end]], (int(start[end]), end), (n,)])
        step = risen[:, None] + plateau
        before = step.argmin(axis=0)
        path = [[*path[start[before[k]]], (int(start[before[k]]), int(before[k]))]
                for k in range(n + 1)]
        reached = step[before, np.arange(n + 1)]
    ends = best[1]
    return [(ends[k - 1][-1], *ends[k], ends[k + 1][0]) for k in range(1, len(ends) - 1)]


def length(n: int) -> np.ndarray:
    """Points of the piece from i to before j."""
    at = np.arange(n + 1)
    return at[None, :] - at[:, None]


def hinge(x, y, sigma, begin: int, rise: int, end: int, last: int) -> Knee:
    """Two segments that meet, through a plateau and the rise after it; a rise without a point of
    its own has the first one of what comes next."""
    mine = slice(begin, max(end, rise + 1))
    near, value, weight = x[mine], y[mine], 1 / sigma[mine] ** 2
    tried = np.concatenate([np.linspace(x[begin], near[-1], TRIED, endpoint=False), near[:-1]])
    tried.sort()
    lift = np.maximum(near[None, :] - tried[:, None], 0)
    total, mean = weight.sum(), (weight * value).sum() / weight.sum()
    lean = lift - (lift * weight).sum(axis=1, keepdims=True) / total
    slope = (lean * weight * (value - mean)).sum(axis=1) / (lean ** 2 * weight).sum(axis=1)
    rest = (weight * (value - mean - slope[:, None] * lean) ** 2).sum(axis=1)
    rest[slope < 0] = np.inf
    degrees = max(len(near) - 3, 1)
    allowed = CHI_SQUARED_95 * max(1, rest.min() / degrees)
    inside = tried[rest <= rest.min() + allowed]
    # With one point in the rise every knee since the last level point fits alike: it is that
    # point, the last size seen to fit; the point in the rise does not fit, one page less might.
    value = tried[rest <= rest.min() + 1e-6][0]
    high = max(near[-1] - 1, value) if inside[-1] >= tried[-1] else inside[-1]
    return Knee(float(value), float(inside[0]), float(high),
                float(np.average(y[begin:rise], weights=1 / sigma[begin:rise] ** 2)),
                float(np.median(y[end:last])))
