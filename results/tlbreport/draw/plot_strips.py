"""Rows one under the other on one axis: median, interval, p05 to p95, p99."""

from dataclasses import dataclass

from ..read.run import Row, Run
from ..read.sweep import doubt, doubted
from . import axis
from .axis import span, write
from .canvas import Figure
from .digits import interval, shown
from .figure import BLUE, GREY, INK, picture, plain
from .markup import tag
from .shapes import Line2D, Patch

WIDTH_INCHES, LINE_INCHES = 4.6, 0.36
TOP_INCHES, BOTTOM_INCHES = 0.25, 0.45
MOST_LINES = 22  # of one plot, so that it fits on a printed page
LETTERS = 84  # of a name and its numbers that fit on one line
BAND = "#777777"


@dataclass(frozen=True)
class Strip:
    """A number with its interval; the ends of the distribution where there is one."""

    name: str
    middle: float
    low: float
    high: float
    p05: float | None = None
    p95: float | None = None
    p99: float | None = None
    look: tuple = (BLUE, "o")
    doubt: str = ""  # why it is no basis for anything
    band: tuple = ()  # published, from and to


def strip(row: Row, name: str, look: tuple, band: tuple = ()) -> Strip:
    """The strip of a row of results.csv."""
    middle, low, high, p05, p95, p99 = (row.number(column) for column in (
        "p50", "ci95_lo", "ci95_hi", "p05", "p95", "p99"))
    return Strip(name, middle, low, high, p05, p95, p99, look[:2], doubt(row), band)


def pages(groups: list):
    """(title, strips) groups in parts that fit a page each; a title that goes on is repeated."""
    part, lines = [], 0
    for title, strips in groups:
        strips = list(strips)
        while strips:
            room = MOST_LINES - lines - 1
            if room < min(len(strips), 3):
                yield part
                part, lines = [], 0
                continue
            part.append((title, strips[:room]))
            lines += 1 + len(strips[:room])
            strips = strips[room:]
    if part:
        yield part


def scale(groups: list) -> axis.Scale:
    """One axis for all parts; what is published need not be seen."""
    strips = [one for _, mine in groups for one in mine]
    values = [v for one in strips for v in (one.middle, one.low, one.high, one.p05, one.p95,
                                            one.p99) if v is not None]
    return axis.scale(values, [one.middle for one in strips])


def figures(run: Run, name: str, alt: str, groups: list, label: str, file: str):
    """A figure for each page of strips, NAME-0 and so on, all on one axis."""
    ends = scale(groups)
    for number, page in enumerate(pages(groups)):
        yield tag("figure", picture(run, f"{name}-{number}", alt, draw(page, ends, label), file))


def draw(groups: list, ends: axis.Scale, label: str, digits: int = 1) -> Figure:
    """The groups, each under its title."""
    lines = sum(1 + len(strips) for _, strips in groups)
    height = TOP_INCHES + BOTTOM_INCHES + LINE_INCHES * lines
    figure = Figure(figsize=(WIDTH_INCHES, height))
    axes = figure.add_axes((0.03, BOTTOM_INCHES / height, 0.94, LINE_INCHES * lines / height))
    axis.dress(axes, ends, label)
    axes.set_ylim(lines, 0)
    line = 0
    for number, (title, strips) in enumerate(groups):
        if number % 2 == 0:
            axes.axhspan(line, line + 1 + len(strips), color="#f2f4f7", linewidth=0, zorder=0)
        write(axes, 0.005, line + 0.5, title, fontsize=9.5, fontweight="bold")
        for offset, one in enumerate(strips, 1):
            paint(axes, line + offset, one, digits)
        line += 1 + len(strips)
    legend(figure, height, [one for _, strips in groups for one in strips])
    return figure


def paint(axes, line: int, one: Strip, digits: int) -> None:
    """Name and numbers above, the marks below them."""
    numbers = (f"{shown(one.middle)}  {interval(one.low, one.high)}")
    name = doubted(one.name, one.doubt)
    write(axes, 0.02, line + 0.26, plain(name, LETTERS - len(numbers)), fontsize=6.5, color=INK)
    write(axes, 0.995, line + 0.26, numbers, fontsize=6.5, ha="right", color=INK)
    colour, marker = one.look
    y = line + 0.7
    if one.band:
        axes.fill_between(one.band, y - 0.2, y + 0.2, color=BAND, alpha=0.16, linewidth=0, zorder=1)
    span(axes, y, one.p05, one.p95, linewidth=1, color=colour)
    span(axes, y, one.low, one.high, linewidth=7, color=colour, alpha=0.4, solid_capstyle="butt")
    if one.p99 is not None:
        axes.plot([one.p99], [y], "|", markersize=6, color=colour, zorder=3)
    axes.plot([one.middle], [y], marker, markersize=4.5, color=colour, zorder=4,
              markerfacecolor="white" if one.doubt else colour)


def legend(figure: Figure, height: float, strips: list) -> None:
    """What the marks mean, of those that occur."""
    signs = [Line2D([], [], color=GREY, marker="o", linestyle="", markersize=5, label="median"),
             Line2D([], [], color=GREY, linewidth=7, alpha=0.4, label="95 % interval")]
    if any(one.p95 is not None for one in strips):
        signs.append(Line2D([], [], color=GREY, linewidth=1, label="p05 to p95"))
    if any(one.p99 is not None for one in strips):
        signs.append(Line2D([], [], color=GREY, marker="|", linestyle="", markersize=7,
                            label="p99"))
    if any(one.doubt for one in strips):
        signs.append(Line2D([], [], color=GREY, marker="o", linestyle="", markersize=5,
                            markerfacecolor="white", label="not believed, or no verdict"))
    if any(one.band for one in strips):
        signs.append(Patch(color=BAND, alpha=0.16, label="published, in cycles"))
    figure.legend(handles=signs, loc="lower center", ncol=len(signs), fontsize=7.5, frameon=False,
                  bbox_to_anchor=(0.5, 0.1 / height))
