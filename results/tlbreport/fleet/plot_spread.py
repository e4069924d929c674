"""Costs of one processor model over its machines and boots, one under the other."""

from ..draw import axis
from ..draw.canvas import Figure
from ..draw.figure import GREY
from ..draw.plot_strips import BOTTOM_INCHES, LINE_INCHES, TOP_INCHES, WIDTH_INCHES, paint, scale
from ..draw.shapes import Line2D


def draw(strips: list) -> Figure:
    """The strips on one axis, of percent from the median, and the key to their marks."""
    height = TOP_INCHES + BOTTOM_INCHES + LINE_INCHES * len(strips)
    figure = Figure(figsize=(WIDTH_INCHES, height))
    axes = figure.add_axes((0.03, BOTTOM_INCHES / height, 0.94,
                            LINE_INCHES * len(strips) / height))
    axis.dress(axes, scale([("", strips)]), "percent from the median of the machines")
    axes.set_ylim(len(strips), 0)
    for place, one in enumerate(strips):
        paint(axes, place, one, 1)
    signs = [Line2D([], [], color=GREY, marker="o", linestyle="", markersize=5,
                    label="median of the machines"),
             Line2D([], [], color=GREY, linewidth=7, alpha=0.4, label="from machine to machine"),
             Line2D([], [], color=GREY, linewidth=1, label="all boots")]
    figure.legend(handles=signs, loc="lower center", ncol=len(signs), fontsize=7.5, frameon=False,
                  bbox_to_anchor=(0.5, 0.1 / height))
    return figure
