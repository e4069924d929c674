"""From each processor to each other, as a map."""

import math

from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from .axis import short
from .figure import GREY, INK, VERMILLION

CELL_INCHES, MARGIN_INCHES, WIDTH_INCHES = 0.5, 1.0, 10.0
WIDE = 10  # the largest so many times the least: logarithmic colours
MAP = "cividis_r"  # as dark as it is much, also for colour-blind eyes and in print


def draw(values: dict, failed: set, names: dict) -> Figure:
    """values: (from, to) -> ticks; failed pairs are crossed out; names: to -> its label."""
    places = sorted({one for pair in (*values, *failed) for one in pair})
    count = len(places)
    side = max(CELL_INCHES * count, 2.4)
    width, height = max(side + 2.6, WIDTH_INCHES), side + 1.5
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((MARGIN_INCHES / width, 0.75 / height, side / width, side / height))
    grid = [[values.get((here, there), math.nan) for there in places] for here in places]
    norm = colours(list(values.values()))
    image = axes.imshow(grid, cmap=MAP, norm=norm, aspect="equal")
    axes.set_xticks(range(count), [names.get(place, str(place)) for place in places])
    axes.set_yticks(range(count), [str(place) for place in places])
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=8)
    axes.set_ylabel("from processor")
    axes.set_xlabel("to processor")
    axes.xaxis.set_label_position("top")
    for spine in axes.spines.values():
        spine.set_visible(False)
    for y, here in enumerate(places):
        for x, there in enumerate(places):
            label(axes, x, y, values.get((here, there)), (here, there) in failed, image,
                  diagonal=here == there)
    bar = figure.add_axes(((MARGIN_INCHES + side + 0.25) / width, 0.75 / height, 0.18 / width,
                           side / height))
    scale = figure.colorbar(image, cax=bar)
    scale.formatter = lambda value, _: short(value)
    scale.ax.yaxis.set_minor_formatter(lambda *_: "")
    scale.set_label("TSC ticks, median")
    scale.outline.set_visible(False)
    return figure


def colours(values: list):
    """Logarithmic where the values are far apart and above zero."""
    low, high = min(values, default=0), max(values, default=1)
    if low > 0 and high / low > WIDE:
        return LogNorm(low, high)
    return Normalize(low, high if high > low else low + 1)


def label(axes, x: int, y: int, value, is_failed: bool, image, diagonal: bool) -> None:
    """The number in a cell; why there is none."""
    if value is None:
        text, colour = ("✗", VERMILLION) if is_failed else ("" if diagonal else "·", GREY)
    else:
        text = rounded(value)
        red, green, blue, _ = image.cmap(image.norm(value))
        colour = INK if 0.3 * red + 0.59 * green + 0.11 * blue > 0.5 else "white"
    axes.text(x, y, text, ha="center", va="center", fontsize=7, color=colour)


def rounded(value: float) -> str:
    """Three digits are enough to tell cells apart."""
    return short(float(f"{value:.3g}"))
