"""How the samples of each operation are distributed, from histogram.csv."""

from ..draw import plot_distribution
from ..draw.figure import picture
from ..read.histograms import FILE, histograms
from ..read.markup import Markup, join, paragraph, tag
from ..read.run import Run
from ..read.schema import OPS, in_order
from ..read.sweep import BENCHES
from ..read.variant import is_refill, key, measured, phase

MOST_STRIPS = 20  # of one plot, so that it fits on a printed page
KINDS = (
    ("The operation by itself", lambda row: phase(row) and not is_refill(row)),
    ("With its first misses", is_refill),
    ("In other benchmarks", lambda row: not phase(row)),
)
NOTE = (
    "Each strip is the histogram of one row, as high as its fullest place; whatever holds a "
    "single sample is drawn too. Line: median. Bar at the base: its 99 % interval. All strips "
    "of an operation have the same axis, so first and marginal can be held against each other. "
    f"The sweeps ({', '.join(BENCHES)}) have pictures of their own; their histograms are in "
    "histogram.csv."
)


def distribution(run: Run) -> Markup:
    """A plot for each operation by itself, then with its first misses."""
    found = histograms(run)
    rows = [r for r in run.rows("results.csv")
            if key(r) in found and measured(r) and r["bench"] not in BENCHES]
    if not rows:
        return paragraph("No row has a histogram: histogram.csv is missing or empty. The "
                         "profiles smoke and quick do not send it over a serial line.",
                         class_="lack")
    parts = [paragraph(NOTE, class_="note")]
    for title, belongs in KINDS:
        mine = [r for r in rows if belongs(r)]
        if mine:
            parts += [tag("h3", title), tag("div", *panels(run, mine, rows, found),
                                            class_="panels")]
    return join(parts)


def panels(run: Run, rows: list, every: list, found: dict):
    """The pictures of these rows; an operation has the same axis in all its pictures."""
    buckets = {row.line: found[key(row)] for row in every}
    for op in in_order((r["op"] for r in rows), OPS):
        ends = plot_distribution.shared([r for r in every if r["op"] == op], buckets)
        mine = [r for r in rows if r["op"] == op]
        for start in range(0, len(mine), MOST_STRIPS):
            part = mine[start:start + MOST_STRIPS]
            figure = plot_distribution.draw(part, buckets, op, ends)
            alt = (f"Distribution of the samples of {op}, {len(part)} rows, in TSC ticks; the "
                   "tables have the medians.")
            name = f"distribution-{part[0].line}"
            yield tag("figure", picture(run, name, alt, figure, FILE, "results.csv"))
