"""The distribution of an operation's samples: a strip for each variant, one axis for all."""

import numpy as np

from ..read.row_name import label, phase
from ..read.run import Row
from ..read.sweep import doubt, doubted
from . import axis
from .axis import span, write
from .canvas import Figure
from .digits import cost_of
from .figure import BLUE, INK, VERMILLION, plain
from .shapes import Line2D, Patch

WIDTH_INCHES, LINE_INCHES = 3.6, 0.38
TOP_INCHES, BOTTOM_INCHES = 0.5, 0.45
LETTERS = 72  # of a name and its numbers that fit on one line
BINS = 48
LEAST_HEIGHT = 0.08  # of a bin that holds anything, so that a single sample is seen
COLOURS = {"first": BLUE, "marginal": VERMILLION}


def shared(rows: list, histograms: dict) -> axis.Scale:
    """The axis of an operation: from its smallest sample to its largest."""
    ends = [end for row in rows for lo, hi, _ in histograms[row.line] for end in (lo, hi)]
    return axis.scale(ends, [r.number("p50") for r in rows], logarithmic=True)


def draw(rows: list, histograms: dict, title: str, ends: axis.Scale) -> Figure:
    """One panel: a strip for each row, in the order of the file."""
    height = TOP_INCHES + BOTTOM_INCHES + LINE_INCHES * len(rows)
    figure = Figure(figsize=(WIDTH_INCHES, height))
    axes = figure.add_axes(
        (0.04, BOTTOM_INCHES / height, 0.92, LINE_INCHES * len(rows) / height))
    figure.text(0.04, 1 - 0.14 / height, plain(title, 60), fontsize=8.5, fontweight="bold",
                va="center")
    axis.dress(axes, ends, "TSC ticks per operation")
    axes.set_ylim(len(rows), 0)
    for line, row in enumerate(rows):
        strip(axes, line, row, histograms[row.line])
    legend(figure, height)
    return figure


def strip(axes, line: int, row: Row, buckets: list) -> None:
    """A row: name and numbers above, the histogram on its base line, the median through it."""
    colour = COLOURS.get(phase(row), INK)
    numbers = cost_of(row)
    name = plain(doubted(label(row), doubt(row)), LETTERS - len(numbers))
    write(axes, 0.008, line + 0.17, name, fontsize=6.5, color=INK)
    write(axes, 0.995, line + 0.17, numbers, fontsize=6.5, ha="right", color=INK)
    base, room = line + 0.93, 0.55
    places, heights = outline(axes, buckets)
    axes.fill_between(places, base, base - room * heights, color=colour, alpha=0.45,
                      linewidth=0, step="post", zorder=2)
    span(axes, base, row.number("ci99_lo"), row.number("ci99_hi"), linewidth=3, color=colour,
         solid_capstyle="butt")
    median = row.number("p50")
    axes.plot([median, median], [base - room, base], linewidth=1.3, color=INK, zorder=4)


def outline(axes, buckets: list) -> tuple:
    """Left ends of bins of equal width on this axis, and their heights from 0 to 1.

    A bucket is spread evenly over its own width on the axis.
    """
    scale, (low, high) = axes.xaxis.scale, axes.get_xlim()
    edges = np.linspace(scale.forward(low), scale.forward(high), BINS + 1)
    buckets = sorted(buckets)
    places = np.array([scale.forward(end) for lo, hi, _ in buckets for end in (lo, hi)])
    counts = np.array([count for _, _, count in buckets])
    passed = np.cumsum(counts)
    below = np.column_stack([passed - counts, passed]).ravel()
    heights = np.diff(np.interp(edges, places, below))
    heights /= max(heights.max(), 1e-9)
    held = heights > 1e-9
    heights[held] = LEAST_HEIGHT + (1 - LEAST_HEIGHT) * heights[held]
    return [scale.backward(edge) for edge in edges], np.append(heights, 0)


def legend(figure: Figure, height: float) -> None:
    """What the marks mean, under the axis."""
    signs = [
        Patch(color=BLUE, alpha=0.45, label="samples, first"),
        Patch(color=VERMILLION, alpha=0.45, label="samples, marginal"),
        Line2D([], [], color=INK, marker="|", linestyle="", markersize=9, label="median"),
        Line2D([], [], color=INK, linewidth=3, label="99 % interval"),
    ]
    figure.legend(handles=signs, loc="lower center", ncol=4, fontsize=7.5, frameon=False,
                  bbox_to_anchor=(0.5, 0.12 / height), handlelength=1.4, columnspacing=1.2)
