"""A picture as a file of its own: as wide as a column of print, with its key and its watermark."""

import math
import textwrap

from . import canvas
from .canvas import LETTER, Figure
from .figure import GREY, stamp
from .markup import escape
from .shapes import Text
from .svg import SIZE, UNITS, elements

COLUMN = 3.3  # inches
LEAST = 5.1  # points of a letter in print, at that width
KEY_SIZE = 7
NO_BREAK = "\u00a0"
FONT = "DejaVu Sans, Verdana, sans-serif"
STYLE = "<style>.b { fill-opacity: 0.6 }</style>"  # as the page's


def alone(figure: Figure, signs: list, lines: tuple, source: str) -> str:
    """The figure as an SVG file."""
    figure.texts = [text for text in figure.texts if text.text != source]
    squeeze(figure, bool(signs))
    sign_source(figure, source)
    rows = key_rows(figure, signs)
    raise_by(figure, rows * KEY_SIZE * 1.55 + 4 if rows else 0)
    width, height = figure.get_size_inches()
    shapes = figure.shapes()
    if rows:
        shapes += canvas.legend(72 * width, signs, columns(figure, signs), KEY_SIZE, 6)
    behind = elements(stamp(width, height, lines), 72 * height) if lines else ""
    return document(COLUMN, COLUMN * height / width, UNITS * 72 * width, UNITS * 72 * height,
                    behind + elements(shapes, 72 * height))


def squeeze(figure: Figure, has_key: bool) -> None:
    """Makes it so narrow that no letter is smaller than LEAST in the column: its axes are what
    gives way, and what stands beside them keeps its place."""
    sizes = [shape.size for shape in figure.shapes() if isinstance(shape, Text) and shape.text]
    width, height = figure.get_size_inches()
    most = COLUMN * min([*sizes, *([KEY_SIZE] if has_key else [])], default=LEAST) / LEAST
    if width <= most:
        return
    for text in figure.texts:
        text.x *= most / width
    figure.size = (most, height)
    narrow(figure, 72 * (width - most))
    narrow(figure, overhang(figure))


def narrow(figure: Figure, points: float) -> None:
    """Takes so much off the width of its axes, which stand beside each other."""
    each = points / max(1, len(figure.axes))
    for number, axes in enumerate(sorted(figure.axes, key=lambda axes: axes.box[0])):
        left, bottom, wide, high = axes.box
        axes.box = (left - number * each, bottom, wide - each, high)


def overhang(figure: Figure) -> float:
    """How far its longest text goes beyond its right edge, as long as letters are on the average."""
    ends = [shape.x + LETTER * shape.size * len(shape.text) * math.cos(math.radians(shape.rotation))
            for shape in figure.shapes() if isinstance(shape, Text) and shape.ha == "left"]
    return max([0.0, *(end - 72 * figure.get_size_inches()[0] for end in ends)])


def sign_source(figure: Figure, source: str) -> None:
    """The machine and the run below it, in as many lines as that takes."""
    width = figure.get_size_inches()[0]
    size = LEAST * width / COLUMN
    together = source.replace("run ", f"run{NO_BREAK}")
    lines = textwrap.wrap(together, int(72 * width / (LETTER * size)))
    raise_by(figure, len(lines) * size * 1.2)
    high = 72 * figure.get_size_inches()[1]
    for number, line in enumerate(reversed(lines)):
        figure.text(0.995, (number * 1.2 + 0.3) * size / high, line.replace(NO_BREAK, " "),
                    ha="right", fontsize=size, color=GREY)


def columns(figure: Figure, signs: list) -> int:
    """How many signs fit beside each other."""
    longest = max(len(sign.label) for sign in signs) * LETTER * KEY_SIZE + 34
    return max(1, int(72 * figure.get_size_inches()[0] // longest))


def key_rows(figure: Figure, signs: list) -> int:
    return math.ceil(len(signs) / columns(figure, signs)) if signs else 0


def raise_by(figure: Figure, points: float) -> None:
    """Makes room below everything."""
    width, height = figure.get_size_inches()
    figure.size = (width, height + points / 72)
    for axes in figure.axes:
        left, bottom, *size = axes.box
        axes.box = (left, bottom + points, *size)
    for text in figure.texts:
        text.y += points


def document(width: float, height: float, right: float, bottom: float, inside: str,
             unit: str = "in") -> str:
    """An SVG file of that size."""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.3f}{unit}" '
            f'height="{height:.3f}{unit}" viewBox="0 0 {right:.0f} {bottom:.0f}" '
            f'font-family="{escape(FONT)}" font-size="{UNITS * SIZE}" fill="#222222" '
            f'color="#222222">{STYLE}<rect width="100%" height="100%" fill="white"/>{inside}'
            "</svg>\n")
