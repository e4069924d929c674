"""The buckets of histogram.csv, by row."""

from .run import Run
from .variant import key

FILE = "histogram.csv"


def histograms(run: Run) -> dict:
    """Key -> [(lo, hi, count)], of the buckets that can be read."""
    found = {}
    for row in run.rows(FILE):
        bucket = tuple(row.number(column) for column in ("lo", "hi", "count"))
        if None not in bucket and bucket[0] < bucket[1] and bucket[2] > 0:
            found.setdefault(key(row), []).append(bucket)
    return found
