"""Did the clock move during the run?  The canary, chunk by chunk."""

from statistics import median

from ..draw.canvas import Figure
from ..draw.figure import BLUE, INK, VERMILLION, picture
from ..draw.markup import Markup, join, paragraph, tag
from ..read.run import Run
from ..read.schema import count_fault

FILE = "canary.csv"
SHARE = 0.01  # of the median
NOTE = (
    "Before every chunk of samples the same chain of multiplications is timed. It takes a fixed "
    "number of core cycles, so when its length in TSC ticks moves, the core's clock moved, and "
    "rows taken at different times are not at the same clock. Shaded: 1 % to either side of the "
    "median, or one step of the clock where that is more; within it nothing is shown to have "
    "moved."
)


def drift(run: Run) -> Markup:
    """The plot and what it says in numbers."""
    points = [(r.number("order"), r.number("ticks")) for r in run.rows(FILE)]
    points = sorted(p for p in points if None not in p)
    if not points:
        return paragraph("There is no row: canary.csv is missing or empty. Whether the clock "
                         "moved during the run is not known.", class_="lack")
    alt = "Length of the canary in TSC ticks over the run; the numbers are beside it."
    return join([paragraph(NOTE, class_="note"), paragraph(summary([t for _, t in points])),
                 tag("figure", picture(run, "drift", alt, draw(points, *band(run, points)), FILE))])


def band(run: Run, points: list) -> tuple:
    """(ticks, words): how far from the median a canary may be before the core's clock moved: 1 %,
    or where that is more, a step of the clock it is read by, since no reading is finer."""
    share = SHARE * abs(median(t for _, t in points))
    step = run.fact("quantum_ticks")
    if not count_fault(step) and int(step) > share:
        return int(step), f"a step of the clock, {step} ticks"
    return share, f"{100 * SHARE:.0f} %"


def summary(ticks: list) -> str:
    """Median, range, and the last quarter against the first."""
    middle = median(ticks)
    text = (f"{len(ticks)} chunks. Median {middle:.10g} ticks, from {min(ticks):.10g} to "
            f"{max(ticks):.10g}")
    if middle <= 0:
        return f"{text}: not a length a chain of multiplications can have."
    quarter = max(1, len(ticks) // 4)
    moved = 100 * (median(ticks[-quarter:]) - median(ticks[:quarter])) / middle
    return (f"{text} ({percent(min(ticks), middle)} to {percent(max(ticks), middle)}). "
            f"Last quarter against first: {moved:+.2f} %.")


def percent(value: float, middle: float) -> str:
    """A distance from the median."""
    return f"{100 * (value - middle) / middle:+.2f} %"


def draw(points: list, width: float, words: str) -> Figure:
    """Ticks over the order of the chunks; so many to either side of the median are shaded."""
    figure = Figure(figsize=(7.2, 2.2))
    axes = figure.add_axes((0.09, 0.2, 0.88, 0.74))
    middle = median(t for _, t in points)
    axes.axhspan(middle - width, middle + width, color=BLUE, alpha=0.12)
    axes.axhline(middle, color=INK, linewidth=0.9, label="median")
    inside = [p for p in points if abs(p[1] - middle) <= width]
    beyond = [p for p in points if p not in set(inside)]
    for found, marker, colour in ((inside, "o", BLUE), (beyond, "X", VERMILLION)):
        if found:
            axes.plot(*zip(*found), marker, color=colour, markersize=3, zorder=3,
                      label=f"within {words}: {len(found)}" if found is inside
                      else f"farther: {len(found)}")
    axes.set_xlabel("chunk, in the order of the run")
    axes.set_ylabel("canary in TSC ticks")
    axes.grid(color="#dddddd", linewidth=0.6)
    figure.legend(ncol=4, bbox_to_anchor=(0.5, 0.03))
    return figure
