"""Are two sets of samples different, and by how much?  Whole numbers in, none lost.

Where the samples are lost the medians and their intervals are left, which are exact: they were
taken before the samples were put into buckets.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import mannwhitneyu, norm

LEAST_PERCENT = 1.0  # a smaller shift is not called a difference, however sure it is
MOST_P = 0.01
BLOCK = 32  # samples that were taken in one go and may share what disturbed them
DRAWS = 1000
LEAST_BLOCKS = 10  # of either run: of fewer the draws say nothing about what was not drawn
PERCENT_OUTSIDE = (0.5, 99.5)
NORMAL_99 = norm.isf(0.005)


@dataclass(frozen=True)
class Shift:
    """What separates the second set from the first."""

    p: float  # two-sided: Mann-Whitney, or of the two medians
    shift: float  # second - first: the median of all differences (Hodges-Lehmann), or of medians
    limit: float  # what the shift has to exceed

    @property
    def different(self) -> bool:
        return self.p < MOST_P and abs(self.shift) > self.limit


@dataclass(frozen=True)
class Median:
    """What is known of a set whose samples are not: the median and its 99 % interval."""

    value: float
    low: float
    high: float


def compare(first, second, percent: float) -> Shift:
    """Two sets of integers; percent of the larger median is the least difference."""
    first, second = np.sort(first), np.sort(second)
    return Shift(mann_whitney(first, second), hodges_lehmann(first, second),
                 least(np.median(first), np.median(second), percent))


def compare_medians(first: Median, second: Median, percent: float) -> Shift:
    """Two sets by their medians; the interval's end that is nearer to 0 says how sure the
    difference is."""
    shift = second.value - first.value
    low, high = between(first, second)
    error = (shift - low if shift > 0 else high - shift) / NORMAL_99
    if error > 0:
        p = 2 * float(norm.sf(abs(shift) / error))
    else:
        p = 0.0 if shift else 1.0
    return Shift(p, shift, least(first.value, second.value, percent))


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
    """The 99 % interval of median(second) - median(first), blocks drawn instead of samples; None
    of too few blocks.

    The samples are in the order in which they were taken.
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
