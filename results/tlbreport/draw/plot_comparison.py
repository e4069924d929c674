"""From run A to run B: the shift of each row in percent."""

from ..read.row_name import label
from ..read.sweep import doubt, doubted
from . import axis
from .axis import span, write
from .canvas import Figure
from .digits import shown
from .figure import GREY, INK, VERMILLION, plain
from .shapes import Line2D

WIDTH_INCHES, LINE_INCHES = 3.6, 0.28
TOP_INCHES, BOTTOM_INCHES = 0.1, 0.45
LETTERS = 62
LINEAR_PERCENT = 10


def shared(found: list) -> axis.Scale:
    """One axis for all plots, logarithmic beyond 1 % if something is far away."""
    ends = [one.in_percent(end) for one in found for end in one.interval or ()]
    shifts = [one.percent for one in found]
    far = max([2, *map(abs, (*ends, *shifts))])
    return axis.Scale(-far, far, 1 if far > LINEAR_PERCENT else None)


def draw(found: list, scale: axis.Scale) -> Figure:
    """A line for each row: point, interval, name."""
    height = TOP_INCHES + BOTTOM_INCHES + LINE_INCHES * len(found)
    figure = Figure(figsize=(WIDTH_INCHES, height))
    axes = figure.add_axes(
        (0.03, BOTTOM_INCHES / height, 0.94, LINE_INCHES * len(found) / height))
    axis.dress(axes, scale, "shift from A to B in % of A's median, which stands beside")
    axes.set_ylim(len(found), 0)
    axes.axvspan(-1, 1, color="#e8eef4", linewidth=0, zorder=0)
    for line, one in enumerate(found):
        different = one.result.different
        colour = VERMILLION if different else GREY
        numbers = f"{shown(one.first.number('p50'))}  {one.percent:+.2f} %"
        why = doubt(one.first, one.second)
        name = plain(doubted(f"{one.first['op']} {label(one.first)}", why),
                     LETTERS - len(numbers))
        write(axes, 0.005, line + 0.28, name, fontsize=7.5, color=INK)
        write(axes, 0.995, line + 0.28, numbers, fontsize=7.5, ha="right", color=colour,
              fontweight="bold" if different else "normal")
        if one.interval:
            ends = [one.in_percent(end) for end in one.interval]
            span(axes, line + 0.72, *ends, color=colour, linewidth=3, alpha=0.5)
        axes.plot([one.percent], [line + 0.72], "D" if different else "o", color=colour,
                  markersize=4, zorder=4, markerfacecolor="white" if why else colour)
    legend(figure, height)
    return figure


def legend(figure: Figure, height: float) -> None:
    """What the marks mean, under the axis."""
    signs = [
        Line2D([], [], color=VERMILLION, marker="D", linestyle="", label="different"),
        Line2D([], [], color=GREY, marker="o", linestyle="", label="not different"),
        Line2D([], [], color=GREY, linewidth=3, alpha=0.5, label="interval within these chunks"),
    ]
    figure.legend(handles=signs, loc="lower center", ncol=3, fontsize=7.5, frameon=False,
                  bbox_to_anchor=(0.5, 0.1 / height))
