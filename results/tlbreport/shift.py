"""Are two sets of samples different, and by how much?  Whole numbers in, none lost."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import mannwhitneyu

LEAST_PERCENT = 1.0  # a smaller shift is not called a difference, however sure it is
MOST_P = 0.01
BLOCK = 32  # samples that were taken in one go and may share what disturbed them
DRAWS = 1000
LEAST_BLOCKS = 10  # of either run: of fewer the draws say nothing about what was not drawn
PERCENT_OUTSIDE = (0.5, 99.5)


@dataclass(frozen=True)
class Shift:
    """What separates the second set from the first."""

    p: float  # Mann-Whitney, two-sided
    shift: float  # Hodges-Lehmann: the median of all differences, second - first
    limit: float  # what the shift has to exceed

    @property
    def different(self) -> bool:
        return self.p < MOST_P and abs(self.shift) > self.limit


def compare(first, second, percent: float) -> Shift:
    """Two sets of integers; percent of the larger median is the least difference."""
    first, second = np.sort(first), np.sort(second)
    larger = max(abs(np.median(first)), abs(np.median(second)))
    return Shift(mann_whitney(first, second), hodges_lehmann(first, second),
                 max(LEAST_PERCENT, percent) / 100 * larger)


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
