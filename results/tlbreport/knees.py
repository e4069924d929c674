"""Where a curve leaves a plateau: the sizes of the TLB's levels.

The curve is cut into plateaus with a rise between each two, by least squares over all places to
cut (dynamic programming), each parameter at the price of ln(points): a rise that is not worth its
price is no knee.  Each knee is then fitted alone, over its plateau and the lower half of its rise,
by two segments that meet: level up to the knee, or leaning if the plateau does, straight from
there.  The interval is every knee whose squared residuals exceed the least ones by no more than
the 95 % point of chi-squared.
"""

from dataclasses import dataclass

import numpy as np

METHOD = "two segments that meet, by least squares; 95 % interval from the squared residuals"
MOST_KNEES = 2
LEAST_PLATEAU = 2  # points
LEAST_LEANING = 4  # points of a plateau of which that can be said
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
    points = [p for p in points if p.x > 0]
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
    mine, logarithmic = Pieces(x, y, sigma), Pieces(np.log2(x), y, sigma)
    plateau = mine.level + price
    plateau[length(n) < LEAST_PLATEAU] = np.inf
    # What a rise has of its own: slope and height, and the places where it begins and ends.
    rise = mine.line + price * (np.minimum(length(n), 2) + 1 + (length(n) > 0))
    rise[length(n) < 0] = np.inf
    # Beyond the last level walks may get dearer.
    last = logarithmic.line + price * np.minimum(length(n), 2)
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
    """Two segments that meet, through a plateau and the lower half of the rise after it: some
    TLBs flatten the upper one.  A rise without such a point has the first one beyond it."""
    before = float(np.average(y[begin:rise], weights=1 / sigma[begin:rise] ** 2))
    after = float(np.median(y[end:last]))
    upper = np.flatnonzero(y[rise:end] > (before + after) / 2)
    mine = slice(begin, max(rise + upper[0] if len(upper) else end, rise + 1))
    near, weight = x[mine], 1 / sigma[mine]
    tried = np.concatenate([np.linspace(x[begin], near[-1], TRIED, endpoint=False), near[:-1]])
    tried.sort()
    lift = np.maximum(near[None, :] - tried[:, None], 0)
    # What the plateau explains is taken off, from the values and from each rise that is tried.
    terms = plateau_terms(x[begin:rise], y[begin:rise], sigma[begin:rise])
    basis, _ = np.linalg.qr(weight[:, None] * np.log2(near)[:, None] ** terms)
    value, lift = weight * y[mine], weight * lift
    value, lift = value - basis @ (basis.T @ value), lift - (lift @ basis) @ basis.T
    slope = (lift @ value) / np.maximum((lift ** 2).sum(axis=1), 1e-300)
    rest = ((value - slope[:, None] * lift) ** 2).sum(axis=1)
    rest[slope < 0] = np.inf
    degrees = max(len(near) - 2 - len(terms), 1)
    allowed = CHI_SQUARED_95 * max(1, rest.min() / degrees)
    inside = tried[rest <= rest.min() + allowed]
    # With one point in the rise every knee since the last level point fits alike: it is that
    # point, the last size seen to fit; the point in the rise does not fit, one page less might.
    value = tried[rest <= rest.min() + 1e-6][0]
    high = max(near[-1] - 1, value) if inside[-1] >= tried[-1] else inside[-1]
    return Knee(float(value), float(inside[0]), float(high), before, after)


def plateau_terms(x, y, sigma) -> np.ndarray:
    """Powers of log2(x) that a plateau needs: it leans only if that is worth a parameter."""
    if len(x) < LEAST_LEANING:
        return np.array([0])
    pieces = Pieces(np.log2(x), y, sigma)
    leans = pieces.level[0, -1] - pieces.line[0, -1] > CHI_SQUARED_95
    return np.arange(2) if leans else np.array([0])
