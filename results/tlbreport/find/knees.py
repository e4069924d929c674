"""Where a curve leaves a plateau: the sizes of the TLB's levels.

The curve is made rising first: more pages do not miss less, so a dip belongs to its plateau.  It
is cut into plateaus with a rise between each two, by least squares over all places to cut (dynamic
programming), each parameter at the price of ln(points): a rise that is not worth its price is no
knee.  Where plateaus scatter more than the intervals of their medians say, the scatter counts.
Each knee is then fitted alone, over its plateau and the lower half of its rise, by two segments
that meet: level up to the knee, or leaning if the plateau does, straight from there.  The interval
is every knee whose squared residuals exceed the least ones by no more than the 95 % point of
chi-squared, of the straight rise or of one that flattens: where a random entry is replaced, misses
come slowly, and a straight line through them begins too early.  Points at the end of the plateau
that are above those before them may be the beginning of the rise: the interval begins before them.
Without a point in that half nothing was seen between the last place on the plateau and the first
beyond it: the knee is somewhere there, and has no value.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..read.sweep import WITHIN
from .crossing import rising

METHOD = ("two segments that meet, by least squares; 95 % interval from the squared residuals, "
          f"also of a rise that flattens, {WITHIN}")
MOST_KNEES = 2
LEAST_PLATEAU = 2  # points
LEAST_LEANING = 4  # points of a plateau of which that can be said
LEAST_RISE = 0.05  # of the whole range: less is no level of the TLB
FLOOR = 0.005  # of the whole range: what the model may miss a point by
CHI_SQUARED_95 = 3.841459
NORMAL_95 = 1.959964
TRIED = 2000  # places of a knee
LEAST_DEGREES = 4  # of freedom, to say how points scatter
TURNS = 4  # in which the scatter is found


@dataclass(frozen=True)
class Knee:
    """The last x at which the curve is still level, its interval, and the levels around it.  No
    value: it is between two places of which only one is on the plateau."""

    value: float | None
    low: float
    high: float
    before: float
    after: float

    @property
    def middle(self) -> float:
        """Where to draw it, and what to hold against CPUID."""
        return (self.low + self.high) / 2 if self.value is None else self.value

    @property
    def words(self) -> str:
        if self.value is None:
            return f"{self.low:.0f} to {self.high:.0f}"
        return f"{self.value:.1f}"


def knees(points: tuple) -> list:
    """The knees of a curve through points (x, y, low, high), from left to right."""
    points = [p for p in points if p.x > 0]
    x, y, low, high = (np.array([getattr(p, name) for p in points], float)
                       for name in ("x", "y", "low", "high"))
    if len(points) < 2 * LEAST_PLATEAU or np.ptp(y) == 0:
        return []
    sigma = np.hypot((high - low) / 2 / NORMAL_95, FLOOR * np.ptp(y))
    level = np.array(rising(y, 1 / sigma ** 2))
    sigma = sigma * max(1, noise(y, level, sigma))
    pieces, sigma = settled(x, y, level, sigma)
    hinges = (hinge(x, y, sigma, *piece) for piece in pieces)
    return [knee for knee in hinges
            if knee and knee.after - knee.before >= LEAST_RISE * np.ptp(y)]


def noise(y, level, sigma) -> float:
    """How many times their errors the points are off the rising curve (Meyer and Woodroofe 2000:
    each step of it takes one and a half of the points)."""
    degrees = len(y) - 1.5 * len(np.unique(level))
    if degrees < LEAST_DEGREES:
        return 1.0
    return float(np.sqrt((((y - level) / sigma) ** 2).sum() / degrees))


def settled(x, y, level, sigma) -> tuple:
    """The pieces, and the errors of the points: not below what the plateaus scatter."""
    pieces = cuts(x, level, sigma)
    for _ in range(TURNS):
        more = scatter(x, y, sigma, pieces)
        if more <= 1:
            break
        sigma = sigma * more
        pieces = cuts(x, level, sigma)
    return pieces, sigma


def scatter(x, y, sigma, pieces: list) -> float:
    """How many times their errors the points are off their plateaus."""
    rest, degrees = 0.0, 0
    for begin, rise in [(begin, rise) for begin, rise, *_ in pieces] or [(0, len(x))]:
        mine = slice(begin, rise)
        basis = plateau_basis(x[mine], y[mine], sigma[mine])
        value = y[mine] / sigma[mine]
        rest += float(((value - basis @ (basis.T @ value)) ** 2).sum())
        degrees += rise - begin - basis.shape[1]
    return float(np.sqrt(rest / degrees)) if degrees > 0 else 1.0


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


def hinge(x, y, sigma, begin: int, rise: int, end: int, last: int) -> Knee | None:
    """The knee between a plateau and the rise after it.  Points at the end of the plateau may be
    the beginning of the rise: where the ones before them say so, the interval begins with those.
    None where nothing that is tried rises."""
    after = float(np.median(y[end:last]))
    found = met(x, y, sigma, begin, rise, end, after)
    for earlier in range(rise - 1, begin, -1):
        if found is None or not is_above(x, y, sigma, begin, earlier):
            break
        first = met(x, y, sigma, begin, earlier, end, after)
        if first:
            found = replace(found, low=min(found.low, first.low))
    return found


def is_above(x, y, sigma, begin: int, at: int) -> bool:
    """Whether a point is not of the plateau before it: off by more than the model may be, and by
    more than those points scatter, or their errors where they are too few to say."""
    before = slice(begin, at)
    terms = plateau_terms(x[before], y[before], sigma[before])
    design = np.log2(x[begin:at + 1])[:, None] ** terms
    fit = np.linalg.lstsq(design[:-1], y[before], rcond=None)[0]
    rest = y[begin:at + 1] - design @ fit
    degrees = at - begin - len(terms)
    few = degrees < LEAST_LEANING - 1
    scatter = sigma[at] ** 2 if few else (rest[:-1] ** 2).sum() / degrees
    lever = design[-1] @ np.linalg.pinv(design[:-1].T @ design[:-1]) @ design[-1]
    return bool(rest[-1] > max(FLOOR * np.ptp(y), NORMAL_95 * np.sqrt(scatter * (1 + lever))))


def met(x, y, sigma, begin: int, rise: int, end: int, after: float) -> Knee | None:
    """Two segments that meet, through a plateau and the lower half of the rise after it: some
    TLBs flatten the upper one.  A rise without such a point has the first one beyond it."""
    before = float(np.average(y[begin:rise], weights=1 / sigma[begin:rise] ** 2))
    upper = np.flatnonzero(y[rise:end] > (before + after) / 2)
    stop = max(rise + upper[0] if len(upper) else end, rise + 1)
    near, weight = x[begin:stop], 1 / sigma[begin:stop]
    tried = np.concatenate([np.linspace(x[begin], near[-1], TRIED, endpoint=False), near[:-1]])
    tried.sort()
    # What the plateau explains is taken off, from the values and from each rise that is tried.
    terms = plateau_terms(x[begin:rise], y[begin:rise], sigma[begin:rise])
    basis, _ = np.linalg.qr(weight[:, None] * np.log2(near)[:, None] ** terms)

    def off(values):
        return values - (values @ basis) @ basis.T

    value = off(weight * y[begin:stop])
    lift = np.maximum(near[None, :] - tried[:, None], 0)
    straight, bent = off(weight * lift), off(weight * lift ** 2)
    rest = left(value, straight)
    if not np.isfinite(rest.min()):
        return None
    inside = tried[likely(rest, len(near) - 2 - len(terms))]
    if stop == rise + 1 or inside[-1] >= tried[-1]:
        # Every knee before the last point fits alike.  That point itself does not fit, one page
        # less might.  With one point beyond the plateau its own last place was seen to fit.
        low = float(x[rise - 1] if stop == rise + 1 else inside[0])
        return Knee(None, low, max(float(near[-1]) - 1, low), before, after)
    rest_of_all = np.minimum(rest, left_bent(value, straight, bent))
    too = tried[likely(rest_of_all, len(near) - 3 - len(terms))]
    high = max(inside[-1], min(too[-1], x[rise]))
    found = tried[rest <= rest.min() + 1e-6][0]
    return Knee(float(found), float(min(inside[0], too[0])), float(high), before, after)


def left(value, lift) -> np.ndarray:
    """The squared residuals of each rise that is tried; infinite where it falls."""
    slope = (lift @ value) / np.maximum((lift ** 2).sum(axis=1), 1e-300)
    rest = ((value - slope[:, None] * lift) ** 2).sum(axis=1)
    rest[slope <= 0] = np.inf
    return rest


def left_bent(value, straight, bent) -> np.ndarray:
    """The same of rises that flatten; infinite where they do not."""
    size = np.maximum((straight ** 2).sum(axis=1), 1e-300)
    own = bent - ((bent * straight).sum(axis=1) / size)[:, None] * straight
    bend = (own @ value) / np.maximum((own ** 2).sum(axis=1), 1e-300)
    left_over = value - bend[:, None] * bent
    slope = (straight * left_over).sum(axis=1) / size
    rest = ((left_over - slope[:, None] * straight) ** 2).sum(axis=1)
    rest[(slope <= 0) | (bend >= 0)] = np.inf
    return rest


def likely(rest, degrees: int) -> np.ndarray:
    """Which are within the 95 % point of the least."""
    return rest <= rest.min() + CHI_SQUARED_95 * max(1, rest.min() / max(degrees, 1))


def plateau_basis(x, y, sigma) -> np.ndarray:
    """What a plateau may be made of, orthogonal."""
    basis, _ = np.linalg.qr(np.log2(x)[:, None] ** plateau_terms(x, y, sigma) / sigma[:, None])
    return basis


def plateau_terms(x, y, sigma) -> np.ndarray:
    """Powers of log2(x) that a plateau needs: it leans only if that is worth a parameter."""
    if len(x) < LEAST_LEANING:
        return np.array([0])
    pieces = Pieces(np.log2(x), y, sigma)
    leans = pieces.level[0, -1] - pieces.line[0, -1] > CHI_SQUARED_95
    return np.arange(2) if leans else np.array([0])
