"""The cost of each operation: the plot and the table."""

from ..draw import plot_cost, tables
from ..draw.figure import picture
from ..draw.markup import Markup, breakable, join, paragraph, table, tag
from ..find import bands
from ..read.row_name import is_refill, label, phase
from ..read.run import Run
from ..read.sweep import BENCHES

FILE = "results.csv"
PANELS = (
    ("first", "First: one operation after the TLB was filled"),
    ("marginal", "Marginal: each further copy, back to back"),
)


def cost(run: Run) -> Markup:
    """results.csv without what has a section of its own, drawn and as numbers."""
    rows = run.rows(FILE)
    if not rows:
        return paragraph("There is no row: results.csv is missing or empty.", class_="lack")
    rows = [r for r in rows if not is_refill(r) and r["bench"] not in BENCHES]
    return join([steps(run), plots(run, rows), *tables.tables(run, rows), published(run)])


def plots(run: Run, rows: list) -> Markup:
    """Both kinds side by side, or one above the other on a narrow screen."""
    rows = [r for r in rows if phase(r) and r["unit"] != "cycles" and r["status"] != "skipped"]
    if not rows:
        return paragraph("There is no row of single_op to draw.", class_="lack")
    common = plot_cost.shared(rows)
    parts = []
    groups = list(plot_cost.groups(rows))
    for number, group in enumerate(groups, 1):
        panels = (panel(run, group, which, title, common, number,
                        number == len(groups) and which == PANELS[-1][0])
                  for which, title in PANELS)
        parts.append(tag("div", *panels, class_="panels"))
    note = (
        "All panels have the same axis. first-bare: one operation, timed by code that uses "
        "registers alone and runs from a global page. first-fetch: the same for operations that "
        "drop global entries too. Fetching the code's own next instruction then misses in the "
        "TLB, and this miss is in the cost. marginal: each further operation, when the first one "
        "has emptied the TLB already. Rows in core cycles are in the table only."
    )
    return join([*parts, paragraph(note, class_="note")])


def panel(run: Run, rows: list, which: str, title: str, common: dict, number: int,
          with_key: bool) -> Markup:
    """One picture, with a name of its own and words for those who cannot see it."""
    param = plot_cost.constant(rows)
    figure = plot_cost.draw(rows, which, title, common, param,
                            lambda row: bands.reference(run, row))
    alt = f"{title}. Median, interval and percentiles in TSC ticks; the table has the numbers."
    return tag("figure", picture(run, f"cost-{which}-{number}", alt, figure, FILE,
                                 with_key=with_key))


def published(run: Run) -> Markup:
    """All bands with their sources, and the rows outside of them."""
    if not bands.applies(run):
        return paragraph("Published figures are of hardware; only hardware is compared with "
                         "them.", class_="note")
    note = (
        "Published figures are in core cycles, the rows here in TSC ticks. A row is converted by "
        "its own canary, a chain of 256 multiplications of 3 cycles each that was timed beside "
        "it: it says how many cycles a tick had. The self-test imul_to_add must have found those "
        "3. "
        + ("It did. " if bands.per_tick(run, 1)
           else "It did not: only rows in cycles are compared. ")
        + "A flag says \"outside the published range\": look twice. It is not a failure. Compared "
        "are plain operations, without pending stores; and refills of pages side by side, "
        f"{bands.REFILL_PAGES} at most, after whole flushes."
    )
    head = ["operation", "cycles", "measured by others on"]
    body = [[b.what, tag("td", b.range, class_="number"), tag("td", b.source, class_="reason")]
            for b in (*bands.BANDS, bands.REFILL, bands.ROUND_TRIP, bands.ONE_WAY)]
    return join([tag("h3", "Published ranges"), paragraph(note, class_="note"),
                 outsiders(run), table(head, body)])


def outsiders(run: Run) -> Markup:
    """The rows of results.csv that are flagged."""
    found = [(row, band) for row in run.rows(FILE) if (band := bands.flag(run, row))]
    if not found:
        return paragraph("Every row that has a published range is inside it.")
    items = (tag("li", breakable(row["op"]), f" {label(row)}: {row['p50']} {row['unit']} are "
                 f"{bands.cycles(run, row):.0f} cycles, published {band.range}")
             for row, band in found)
    return join([paragraph(f"Outside the published range: {len(found)}."),
                 tag("ul", *items, class_="problems")])


def steps(run: Run) -> Markup:
    """By how much the clock steps, if it does, and what stands for a median."""
    mine = [row for row in run.rows(FILE) if row["estimator"] == "huber"]
    if not mine:
        return Markup("")
    return paragraph(
        f"The clock goes on by {mine[0]['quantum']} ticks at a time. In {len(mine)} rows what is "
        "called median is therefore Huber's estimate: a mean in which samples beyond a bound "
        "count as if they were at it. A median could only be a whole number of steps. The "
        "measurements began at random points between two steps of the clock, so their mean is "
        "finer than a step. All intervals of this estimate are of 99 %.", class_="note")
