"""The ends of distributions: percentiles above those that results.csv has, from histogram.csv."""

from .row_name import key
from .run import Row

LEAST = 1000  # samples: one of them at least is above


def p999(row: Row, histograms: dict) -> float | None:
    """The upper end of the bucket that one in 1000 samples is above; None where so few were taken
    or the histogram has not got them all."""
    buckets = sorted(histograms.get(key(row), []))
    total, above = sum(count for *_, count in buckets), 0
    if total < LEAST or total != row.number("n"):
        return None
    for lo, hi, count in reversed(buckets):
        above += count
        if 1000 * above > total:
            return hi
    return None
