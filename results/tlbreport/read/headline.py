"""What a row costs: the median, or where the clock steps Huber's estimate.

The row says which (`estimator`).  A median of whole steps, whose interval may exclude the truth,
is nothing to reason from: the estimate takes its place, and that of its intervals, everywhere.  Its
interval is of 99 %, so of 95 % at least.  And of how many operations it is.
"""

from .run import Row

FILE = "results.csv"
TAKEN = {"p50": "cost", "ci99_lo": "cost_lo", "ci99_hi": "cost_hi",
         "ci95_lo": "cost_lo", "ci95_hi": "cost_hi"}


def applied(row: Row) -> Row:
    """The row with its headline where the median is read from."""
    if row["estimator"] != "huber" or row.number("cost") is None:
        return row
    return Row(row.line, {**row, **{old: row[new] for old, new in TAKEN.items()}})


def divisor(row: Row) -> int:
    """By what its arms' difference was divided, as far as their medians say."""
    return divided(row.number("a_p50"), row.number("b_p50"), row.number("p50"))


def divided(a: float | None, b: float | None, median: float | None) -> int:
    """The same of the medians of the arms and of their difference."""
    if a is None or b is None or not median:
        return 1
    return max(1, round((b - a) / median))
