"""What a page costs to fetch again after an operation: the slope over the pages touched."""

from dataclasses import dataclass

from ..draw import plot_refill
from ..find import bands
from ..read import sweep
from . import cost
from ..draw.figure import picture
from ..read.markup import Markup, breakable, join, paragraph, table, tag
from ..read.run import Run
from ..read.schema import OPS, in_order
from ..find.slope import Line, fit
from ..read.variant import KINDS, is_refill, measured

FILE = "results.csv"
NOTE = (
    "first-incl is one operation from pages that are not global, and then the first access to "
    "some pages of code, stack or data; the same accesses without the operation are taken off. "
    "So the slope over the pages touched is what the refill of a page costs. The line is "
    "Theil-Sen's: the median of the slopes between all points; its interval supposes that the "
    "points are equally sure."
)


@dataclass(frozen=True)
class Series:
    """Medians over the pages touched, of one operation and one kind of page."""

    op: str
    variant: str
    rows: tuple
    line: Line | None  # None: too few points

    @property
    def kind(self) -> str:
        return self.variant.split("-")[-1]

    @property
    def size(self) -> str:
        """The operation, with the size of the page it was aimed at."""
        return " ".join([self.op, *self.variant.split("-")[2:-1]])


def series(run: Run) -> list:
    """Every sweep over the pages touched, by operation."""
    found = {}
    for row in run.rows(FILE):
        swept = row["param"] == "touched" and row.number("value") is not None
        if is_refill(row) and measured(row) and swept and row["variant"].split("-")[-1] in KINDS:
            found.setdefault((row["op"], row["variant"]), []).append(row)
    ops = in_order((op for op, _ in found), OPS)
    made = [Series(*name, tuple(rows), fit([(r.number("value"), r.number("p50")) for r in rows]))
            for name, rows in found.items()]
    return sorted(made, key=lambda one: ops.index(one.op))


def refill(run: Run) -> Markup:
    """Plots, slopes, and the rows they come from."""
    rows = [r for r in run.rows(FILE) if is_refill(r)]
    if not rows:
        return paragraph("There is no first-incl row: nothing was measured with its first "
                         "misses.", class_="lack")
    found = series(run)
    sizes = dict.fromkeys(one.size for one in found)
    plots = (panel(run, number, size, [one for one in found if one.size == size])
             for number, size in enumerate(sizes))
    return join([paragraph(NOTE, class_="note"), tag("div", *plots, class_="panels"),
                 slopes(run, found), *cost.tables(run, rows)])


def panel(run: Run, number: int, size: str, found: list) -> Markup:
    """The picture of one operation."""
    alt = f"Cost of {size} over the pages touched after it, in TSC ticks; the slopes are below."
    return tag("figure", picture(run, f"refill-{number}", alt, plot_refill.draw(size, found), FILE))


def slopes(run: Run, found: list) -> Markup:
    """The slope of each series, with its interval."""
    head = ["operation", "pages", "ticks per page", "interval", "points"]
    flagged = {id(one) for one in found if flag(run, one)}
    body = []
    for one in found:
        line = one.line
        numbers = (f"{line.slope:.3f}", f"[{line.low:.3f}, {line.high:.3f}] {line.percent:.0f} %"
                   ) if line else ("too few points", "")
        name = sweep.doubted(one.size, sweep.doubt(*one.rows))
        body.append([tag("th", breakable(name), class_="name", scope="row"), one.kind,
                     *(tag("td", n, class_="number") for n in (*numbers, len(one.rows))),
                     *([bands.mark(bands.REFILLS["warm"])] if id(one) in flagged
                       else [""] * bool(flagged))])
    return table([*head, *(["published range"] if flagged else [])], body,
                 "Refill of one page: slope in TSC ticks per page")


def flag(run: Run, one: Series) -> bool:
    """Whether a slope is outside of what was published."""
    rate = bands.per_tick(run, one.rows[0].number("canary"))
    return (bands.applies(run) and one.op != "none" and one.line is not None and rate is not None
            and bands.outside(bands.REFILLS["warm"], one.line.slope * rate))
