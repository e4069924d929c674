"""From each processor to each other, as a map."""

import math

from .axis import short
from .canvas import Figure
from .figure import GREY, VERMILLION
from .shapes import rectangle

CELL_INCHES, MARGIN_INCHES = 0.4, 0.6
WIDE = 10  # the largest so many times the least: logarithmic colours
# From little to much: as dark as it is much, also for colour-blind eyes and in print (cividis).
RAMP = ((0xfd, 0xe7, 0x37), (0xbb, 0xae, 0x6d), (0x7c, 0x7b, 0x78), (0x42, 0x4d, 0x6b),
        (0x00, 0x22, 0x4d))


def draw(values: dict, failed: set, names: dict) -> Figure:
    """values: (from, to) -> ticks; failed pairs are crossed out; names: to -> its label."""
    places = sorted({one for pair in (*values, *failed) for one in pair})
    count = len(places)
    side = CELL_INCHES * count
    width, height = side + 2 * MARGIN_INCHES, side + 1.1
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((MARGIN_INCHES / width, 0.3 / height, side / width, side / height))
    axes.set_xlim(-0.5, count - 0.5)
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_xticks(range(count), [names.get(place, str(place)) for place in places])
    axes.set_yticks(range(count), [str(place) for place in places])
    axes.xaxis.is_far, axes.spines = True, False
    axes.set_xlabel("to processor; TSC ticks, median")
    axes.set_ylabel("from processor")
    share = colours(list(values.values()))
    for y, here in enumerate(places):
        for x, there in enumerate(places):
            cell(axes, x, y, values.get((here, there)), (here, there) in failed, share,
                 diagonal=here == there)
    return figure


def colours(values: list):
    """value -> from 0 to 1; logarithmic where the values are far apart and above zero."""
    low, high = min(values, default=0), max(values, default=1)
    move = math.log if low > 0 and high / low > WIDE else float
    ends = move(low), move(high)
    return lambda value: (move(value) - ends[0]) / ((ends[1] - ends[0]) or 1)


def colour_at(share: float) -> tuple:
    """Red, green and blue of a share of the ramp."""
    place = min(max(share, 0), 1) * (len(RAMP) - 1)
    first = min(int(place), len(RAMP) - 2)
    return tuple(round(a + (place - first) * (b - a))
                 for a, b in zip(RAMP[first], RAMP[first + 1]))


def cell(axes, x: int, y: int, value, is_failed: bool, share, diagonal: bool) -> None:
    """A square with its number; why there is none."""
    if value is None:
        text, colour = ("✗", VERMILLION) if is_failed else ("" if diagonal else "·", GREY)
    else:
        red, green, blue = colour_at(share(value))
        axes.add_patch(rectangle((x - 0.5, y - 0.5), 1, 1, linewidth=0,
                                 facecolor=f"#{red:02x}{green:02x}{blue:02x}"))
        light = 0.3 * red + 0.59 * green + 0.11 * blue > 128
        text, colour = rounded(value), "#101010" if light else "white"
    axes.text(x, y, text, ha="center", va="center", fontsize=6, color=colour)


def rounded(value: float) -> str:
    """Three digits are enough to tell cells apart."""
    return short(float(f"{value:.3g}"))
