"""What a page costs to fetch again after an operation: the slope over the pages touched."""

from ..draw import plot_refill, tables
from ..draw.figure import picture
from ..draw.markup import Markup, breakable, join, paragraph, table, tag
from ..find import bands
from ..find.slope import Series, series
from ..read import sweep
from ..read.row_name import is_refill
from ..read.run import Run

FILE = "results.csv"
NOTE = (
    "first-incl: one operation, run from pages that are not global, and then the first access to "
    "some pages of code, stack or data, less the same accesses without the operation. So the "
    "slope over the pages touched is what it costs to fetch one translation again. The line is "
    "Theil-Sen's: the median of the slopes between all points, without the one at 0, where no "
    "entry above the pages is read; its interval is of the slopes that those of the points allow."
)


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
                 slopes(run, found), *tables.tables(run, rows)])


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
        numbers = (f"{line.slope:.3f}", f"[{line.low:.3f}, {line.high:.3f}] 95 %"
                   ) if line else ("too few points", "")
        name = sweep.doubted(one.size, sweep.doubt(*one.rows))
        body.append([tag("th", breakable(name), class_="name", scope="row"), one.kind,
                     *(tag("td", n, class_="number") for n in (*numbers, len(one.rows))),
                     *([tables.mark(bands.REFILLS["warm"])] if id(one) in flagged
                       else [""] * bool(flagged))])
    return table([*head, *(["published range"] if flagged else [])], body,
                 "Refill of one page: slope in TSC ticks per page")


def flag(run: Run, one: Series) -> bool:
    """Whether a slope is outside of what was published."""
    rate = bands.per_tick(run, one.rows[0].number("canary"))
    return (bands.applies(run) and one.op != "none" and one.line is not None and rate is not None
            and bands.outside(bands.REFILLS["warm"], one.line.slope * rate))
