"""The cost of an operation over the pages touched after it, with the lines through it."""

from ..read.sweep import doubt, doubted
from .axis import short
from .canvas import Figure
from .figure import BLUE, GREEN, VERMILLION, plain

LOOKS = {"code": (BLUE, "o", "-"), "stack": (VERMILLION, "s", "--"), "data": (GREEN, "^", ":")}
ASIDE = {"code": -0.12, "stack": 0.0, "data": 0.12}  # so that intervals do not cover each other


def draw(title: str, found: list) -> Figure:
    """Points are medians, bars their 99 % intervals, one line for each kind of page."""
    figure = Figure(figsize=(3.6, 2.5))
    axes = figure.add_axes((0.17, 0.19, 0.74, 0.67))
    axes.set_title(plain(title, 60), fontsize=9)
    for one in found:
        points(axes, one)
        lines(axes, one)
    axes.set_xlabel("pages touched after the operation")
    axes.set_ylabel("TSC ticks, with the operation")
    axes.yaxis.is_ticks = True
    axes.yaxis.set_major_formatter(lambda value, _: short(value))
    axes.grid(color="#dddddd", linewidth=0.6, zorder=1)
    axes.axhline(0, color="#999999", linewidth=0.8, zorder=1)
    figure.legend(fontsize=6.5, bbox_to_anchor=(0.08, 0.03))
    return figure


def points(axes, one) -> None:
    """Medians with their intervals."""
    colour, marker, _ = LOOKS[one.kind]
    for row in one.rows:
        x, ends = row.number("value") + ASIDE[one.kind], (row.number("ci99_lo"),
                                                          row.number("ci99_hi"))
        if None not in ends:
            axes.plot([x, x], ends, color=colour, linewidth=3, alpha=0.4, zorder=2)
        axes.plot([x], [row.number("p50")], marker, color=colour, markersize=5, zorder=3,
                  markerfacecolor="white" if doubt(row) else colour)


def lines(axes, one) -> None:
    """The line through the points, its slope in words."""
    colour, marker, dashes = LOOKS[one.kind]
    line, text, ends = one.line, f"{one.kind}: too few points for a line", ([], [])
    if line:
        reach = max(row.number("value") for row in one.rows)
        ends = ([0, reach], [line.intercept, line.intercept + line.slope * reach])
        text = (f"{one.kind}: {line.slope:.2f} ticks per page, 95 % interval "
                f"[{line.low:.2f}, {line.high:.2f}]")
    axes.plot(*ends, dashes, color=colour, linewidth=1.4, marker=marker, markersize=0,
              label=doubted(text, doubt(*one.rows)), zorder=3)
