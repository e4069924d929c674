"""What a row costs: the median, or where the clock steps Huber's estimate.

The row says which (`estimator`).  A median of whole steps, whose interval may exclude the truth,
is nothing to reason from: the estimate takes its place, and that of its intervals, everywhere.  Its
interval is of 99 %, so of 95 % at least.
"""

from .markup import Markup, paragraph
from .run import Row, Run

FILE = "results.csv"
TAKEN = {"p50": "cost", "ci99_lo": "cost_lo", "ci99_hi": "cost_hi",
         "ci95_lo": "cost_lo", "ci95_hi": "cost_hi"}


def applied(row: Row) -> Row:
    """The row with its headline where the median is read from."""
    if row["estimator"] != "huber" or row.number("cost") is None:
        return row
    return Row(row.line, {**row.fields, **{old: row[new] for old, new in TAKEN.items()}})


def note(run: Run) -> Markup:
    """By how much the clock steps, if it does, and what stands for a median."""
    mine = [row for row in run.rows(FILE) if row["estimator"] == "huber"]
    if not mine:
        return Markup("")
    return paragraph(
        f"The clock goes on by {mine[0]['quantum']} ticks at a time. In {len(mine)} rows what is "
        "called median is therefore Huber's estimate: the mean, in which differences beyond a "
        "bound count as if they were at it. Windows began at every phase of the clock, so that it "
        "is right between its steps; every interval of it is of 99 %.", class_="note")
