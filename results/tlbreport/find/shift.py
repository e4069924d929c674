"""Are two sets of samples different, and by how much?  Whole numbers in, none lost.

Where the samples are lost the medians and their intervals are left, which are exact: they were
taken before the samples were put into buckets.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import mannwhitneyu, norm, t

LEAST_PERCENT = 1.0  # a smaller shift is not called a difference, however sure it is
MOST_P = 0.005  # of the shift and of the mean: chance passes either in 1 of 100 equal rows
LEAST_SAMPLES = 8  # of a mean or of a chunk, to have an error
# A row is measured in chunks with other rows between; after each it has twice as many and one.
FIRST_CHUNK = 127
BLOCK = 32  # samples that were taken in one go and may share what disturbed them
DRAWS = 1000
LEAST_BLOCKS = 10  # of either run: of fewer the draws say nothing about what was not drawn
PERCENT_OUTSIDE = (0.5, 99.5)
NORMAL_99 = norm.isf(0.005)
# What the range of so many values is divided by to be their standard deviation, and as how many
# degrees of freedom it counts (Patnaik 1950).
RANGES = {2: (1.414, 1.0), 3: (1.91, 1.98), 4: (2.24, 2.93), 5: (2.48, 3.83), 6: (2.67, 4.68),
          7: (2.83, 5.48), 8: (2.96, 6.25)}



@dataclass(frozen=True)
class Shift:
    """What separates the second set from the first."""

    p: float  # two-sided: Mann-Whitney or of the two medians, or of chunks if that is less sure
    shift: float  # second - first: the median of all differences (Hodges-Lehmann), or of medians
    mean_p: float  # Welch, two-sided; or of the chunks' means
    mean: float  # second - first; a slow path that is taken more often moves no median
    limit: float  # what either has to exceed
    step: float = 0.0  # of the clock: neither may be less
    chunks: int = 2  # of the set that has fewer; of one, nobody knows what chunks differ by

    @property
    def moved(self) -> bool:
        """Whether the whole set did."""
        return self.p < MOST_P and self.shows(self.shift)

    @property
    def mean_moved(self) -> bool:
        return self.mean_p < MOST_P and self.shows(self.mean)

    @property
    def different(self) -> bool:
        return self.moved or self.mean_moved

    def shows(self, value: float) -> bool:
        """Whether it is more than what the machine and its clock cannot repeat."""
        return abs(value) > self.limit and abs(value) >= self.step


@dataclass(frozen=True)
class Mean:
    """A mean, the square of its standard error, and from how many values that is known."""

    value: float
    variance: float
    n: float


@dataclass(frozen=True)
class Median:
    """What is known of a set whose samples are not: the median and its 99 % interval, the mean."""

    value: float
    low: float
    high: float
    mean: Mean
    spread: float | None = None  # its dearest chunk less its cheapest; None: not known


def compare(first, second, percent: float, step: float = 0.0) -> Shift:
    """Two sets of integers in the order they were taken; percent of the larger median is the least
    difference."""
    means, parts = (mean_of(first), mean_of(second)), (chunks(first), chunks(second))
    few = min(map(len, parts))
    first, second = np.sort(first), np.sort(second)
    sure, mean_sure = mann_whitney(first, second), welch(*means) if few else 1.0
    if few > 1:
        sure, mean_sure = (max(p, welch(*(mean_of([of(chunk) for chunk in one]) for one in parts)))
                           for p, of in ((sure, np.median), (mean_sure, np.mean)))
    return Shift(sure, hodges_lehmann(first, second), mean_sure,
                 means[1].value - means[0].value,
                 least(np.median(first), np.median(second), percent), step, few)


def compare_medians(first: Median, second: Median, percent: float, step: float = 0.0) -> Shift:
    """Two sets by their medians; the interval's end that is nearer to 0 says how sure the
    difference is."""
    shift = second.value - first.value
    low, high = between(first, second)
    error = (shift - low if shift > 0 else high - shift) / NORMAL_99
    if error > 0:
        p = 2 * float(norm.sf(abs(shift) / error))
    else:
        p = 0.0 if shift else 1.0
    mean_p, few = welch(first.mean, second.mean), min(map(chunks_of, (first, second)))
    if few > 1:
        p, mean_p = (max(old, welch(scattered(first, one), scattered(second, other)))
                     for old, one, other in ((p, first.value, second.value),
                                             (mean_p, first.mean.value, second.mean.value)))
    return Shift(p, shift, mean_p, second.mean.value - first.mean.value,
                 least(first.value, second.value, percent), step, few)


def chunk_ends(n: int) -> list:
    """Behind how many of n samples each chunk ends."""
    ends = [FIRST_CHUNK]
    while ends[-1] < n:
        ends.append(2 * ends[-1] + 1)
    return [*ends[:-1], n]


def chunks(samples) -> list:
    """The samples chunk by chunk, but for a last one of a few."""
    return [part for part in np.split(np.asarray(samples), chunk_ends(len(samples))[:-1])
            if len(part) >= LEAST_SAMPLES]


def chunks_of(one: Median) -> int:
    """How many chunks a spread is of; 1 without one, since it says as little."""
    ends = chunk_ends(one.mean.n)
    counted = len(ends) - (len(ends) > 1 and ends[-1] - ends[-2] < LEAST_SAMPLES)
    return 1 if one.spread is None else counted


def scattered(one: Median, value: float) -> Mean:
    """A value of all samples with the error that the chunks' scatter gives it: they weigh as many
    samples as they have, the last as many as all before it."""
    many = chunks_of(one)
    weights = np.diff([0, *chunk_ends(one.mean.n)][:many + 1]) / one.mean.n
    width, freedom = RANGES[min(many, max(RANGES))]
    return Mean(value, (one.spread / width) ** 2 * float((weights ** 2).sum()), freedom + 1)


def mean_of(samples) -> Mean:
    samples = np.asarray(samples)
    n = len(samples)
    return Mean(float(samples.mean()), float(samples.var() / max(n - 1, 1)), n)


def welch(first: Mean, second: Mean) -> float:
    """The p-value of the difference of two means whose errors need not be alike."""
    shift, error = second.value - first.value, first.variance + second.variance
    if not error:
        return 0.0 if shift else 1.0
    parts = ((one.variance / error) ** 2 / (one.n - 1) for one in (first, second))
    return float(2 * t.sf(abs(shift) / math.sqrt(error), 1 / sum(parts)))


def error_of(low: float, high: float) -> float:
    """The standard error that a 99 % interval has."""
    return (high - low) / 2 / NORMAL_99


def between(first: Median, second: Median) -> tuple:
    """The 99 % interval of the difference of two medians: the distances to the ends of theirs
    add up as the errors of independent numbers do."""
    shift = second.value - first.value
    return (shift - math.hypot(second.value - second.low, first.high - first.value),
            shift + math.hypot(second.high - second.value, first.value - first.low))


def least(first: float, second: float, percent: float) -> float:
    """What the shift between two medians has to exceed."""
    return max(LEAST_PERCENT, percent) / 100 * max(abs(first), abs(second))


def mann_whitney(first, second) -> float:
    """The p-value; 1 where every sample is the same."""
    if min(first[0], second[0]) == max(first[-1], second[-1]):
        return 1.0
    return float(mannwhitneyu(first, second, method="asymptotic").pvalue)


def hodges_lehmann(first, second) -> float:
    """The median of all differences between the sorted sets, without making them all."""
    pairs = len(first) * len(second)
    middle = kth_difference(first, second, (pairs - 1) // 2)
    if pairs % 2 or at_most(first, second, middle) > pairs // 2:
        return float(middle)
    return (middle + kth_difference(first, second, pairs // 2)) / 2


def kth_difference(first, second, k: int) -> int:
    """The difference second - first that k others are not above: halves the range it is in."""
    low, high = int(second[0] - first[-1]), int(second[-1] - first[0])
    while low < high:
        middle = (low + high) // 2
        if at_most(first, second, middle) > k:
            high = middle
        else:
            low = middle + 1
    return low


def at_most(first, second, most: int) -> int:
    """How many differences second - first are not above most."""
    return int(np.searchsorted(second, first + most, side="right").sum())


def bootstrap(first, second, seed: int) -> tuple | None:
    """An interval of median(second) - median(first) within the chunks that there are, blocks drawn
    instead of samples; None of too few blocks.

    A row has at most seven chunks, too few to say of how many percent it is: another chunk may be
    off by what these do not show.  The samples are in the order in which they were taken.
    """
    if min(len(first), len(second)) < LEAST_BLOCKS * BLOCK:
        return None
    random = np.random.default_rng(seed)
    drawn = drawn_medians(second, random) - drawn_medians(first, random)
    low, high = np.percentile(drawn, PERCENT_OUTSIDE)
    return float(low), float(high)


def drawn_medians(samples, random) -> np.ndarray:
    """Medians of sets made of blocks drawn with replacement.

    A sample counts as often as its block was drawn, so the sorted samples are searched for
    the first at which half of all has been counted, for every draw at the same time.
    """
    samples = np.asarray(samples)
    blocks, order = -(-len(samples) // BLOCK), np.argsort(samples, kind="stable")
    passed = np.zeros((len(samples) + 1, blocks), dtype=np.int32)
    passed[np.arange(1, len(samples) + 1), order // BLOCK] = 1
    np.cumsum(passed, axis=0, out=passed)
    drawn = random.integers(blocks, size=(DRAWS, blocks)) + blocks * np.arange(DRAWS)[:, None]
    weights = np.bincount(drawn.ravel(), minlength=DRAWS * blocks).reshape(DRAWS, blocks)
    half = weights @ passed[-1]
    low, high = np.zeros(DRAWS, dtype=int), np.full(DRAWS, len(samples) - 1)
    while (low < high).any():
        middle = (low + high) // 2
        enough = 2 * np.einsum("ij,ij->i", weights, passed[middle + 1]) >= half
        low, high = np.where(enough, low, middle + 1), np.where(enough, middle, high)
    return samples[order[low]]
