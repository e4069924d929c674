"""derived.csv: what follows from several rows together, with interval and evidence."""

import csv
import io

from . import trust
from .refill import FILE, series
from .run import Run

NAME = "derived.csv"
COLUMNS = "what op variant value lo hi unit evidence".split()


def derived(run: Run) -> str:
    """The whole file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(refill_slopes(run))
    return out.getvalue()


def refill_slopes(run: Run):
    """Ticks per page, of each series that has a line."""
    doubt = trust.warning((run,), FILE)
    for one in series(run):
        if one.line is None:
            continue
        line = one.line
        points = " ".join(row["value"] for row in one.rows)
        evidence = (f"Theil-Sen through the medians of {FILE} at touched = {points}; "
                    f"{line.percent:.0f} % interval") + (f"; {doubt}" if doubt else "")
        yield ["refill_slope", one.op, one.variant,
               *(f"{round(number, 3) + 0.0:.3f}" for number in (line.slope, line.low, line.high)),
               "ticks per page", evidence]
