"""How the samples of each operation are distributed, from histogram.csv."""

from ..draw import plot_distribution
from ..draw.figure import picture
from ..draw.markup import Markup, join, paragraph, tag
from ..read import variant
from ..read.row_name import is_refill, key, measured, phase
from ..read.run import Row, Run
from ..read.samples import HISTOGRAM, histograms
from ..read.schema import OPS, in_order
from ..read.sweep import BENCHES

MOST_TOUCHED = 1  # pages behind an operation, of the distributions shown
MOST_STRIPS = 20  # of one plot, so that it fits on a printed page
KINDS = (
    ("The operation by itself", lambda row: phase(row) and not is_refill(row) and is_main(row)),
    ("With its first misses", lambda row: is_refill(row) and is_main(row)),
    ("In other benchmarks", lambda row: not phase(row)),
)
NOTE = (
    "Each strip is the histogram of one row, as high as its fullest place; a place with a single "
    "sample is drawn too. Line: median. Bar at the base: its 99 % interval. All strips of an "
    "operation have the same axis, so that first and marginal can be compared. "
    "Variants with stores, absent entries, other PCIDs or large pages are in histogram.csv alone. "
    f"The sweeps ({', '.join(BENCHES)}) have pictures of their own; their histograms are in "
    "histogram.csv."
)


def is_main(row: Row) -> bool:
    """Whether it is of a plain variant: of 4 KiB, with nothing pending; of several in a sweep the
    first places."""
    said = variant.of(row)
    return not (said.is_absent or said.is_global or said.target_pcid or said.tce
                or said.stores is not None or said.page_size not in ("", "4k")) and (
        not row["param"] or not is_refill(row) or (row.number("value") or 0) <= MOST_TOUCHED)


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
        last = mine if op == in_order((r["op"] for r in rows), OPS)[-1] else None
        for start in range(0, len(mine), MOST_STRIPS):
            part = mine[start:start + MOST_STRIPS]
            figure = plot_distribution.draw(part, buckets, op, ends)
            alt = (f"Distribution of the samples of {op}, {len(part)} rows, in TSC ticks; the "
                   "tables have the medians.")
            name = f"distribution-{part[0].line}"
            yield tag("figure", picture(run, name, alt, figure, HISTOGRAM, "results.csv",
                                          with_key=mine is last and part[-1] is mine[-1]))
