"""Shapes as SVG: small, with its text as text, in colours that a style sheet may change."""

import math
import re
from itertools import groupby

from .markup import Markup, escape
from .shapes import Dot, Path, Text

# Colours that are another in the dark, as classes of the page's style sheet.
CLASSES = {"#e0e0e0": "g", "#cccccc": "g", "#dddddd": "g", "#e6e6e6": "g", "#f2f4f7": "b",
           "#e8eef4": "b", "white": "w", "#ffffff": "w"}
INKS = ("#222222", "#1a1a1a")
SIZE = 8  # of text, if it says nothing else
UNITS = 2  # in a point
BASELINE = {"center": 0.36, "top": 0.75, "bottom": -0.2, "above": -0.9,
            "baseline": 0.0}
ANCHORS = {"center": "middle", "right": "end", "left": ""}


def svg(figure, attributes: str = "", behind: str = "") -> Markup:
    """The figure as an element; what is behind comes first."""
    width, height = figure.get_size_inches()
    return Markup(f'<svg viewBox="0 0 {number(72 * width)} {number(72 * height)}" '
                  f'font-size="{UNITS * SIZE}"{attributes}>{behind}'
                  f"{elements(figure.shapes(), 72 * height)}</svg>")


def elements(shapes: list, height: float) -> str:
    """All shapes; texts that look the same are one group."""
    made = []
    for attributes, some in groupby(merged(shapes), key=group):
        inside = "".join(one(shape, height) for shape in some)
        made.append(f"<g{attributes}>{inside}</g>" if attributes else inside)
    return "".join(made)


def group(shape) -> str:
    """What texts next to each other may have in common; empty for anything else."""
    if not isinstance(shape, Text):
        return ""
    size = f' font-size="{UNITS * shape.size:g}"' if shape.size != SIZE else ""
    more = f' text-anchor="{ANCHORS[shape.ha]}"' if ANCHORS[shape.ha] else ""
    more += ' font-weight="bold"' if shape.weight == "bold" else ""
    more += ' font-style="italic"' if shape.style == "italic" else ""
    more += f' fill="{shape.color}"' if shape.color and shape.color not in INKS else ""
    return size + more + (f' opacity="{shape.alpha:g}"' if shape.alpha != 1 else "")


def merged(shapes: list):
    """Marks and lines that look the same and follow each other, in one."""
    last = None
    for shape in shapes:
        if isinstance(shape, Dot) and shape.stroke == shape.fill:
            # A stroke without length and with round ends is a dot.
            shape = Path([[(shape.x, shape.y), (shape.x, shape.y)]], shape.stroke,
                         2 * shape.radius + 1, order=shape.order, cap="round")
        if last is not None and isinstance(shape, Path) and looks(last) == looks(shape):
            last.places = [*last.places, *shape.places]
            continue
        if last is not None:
            yield last
        last = shape if isinstance(shape, Path) else None
        if last is None:
            yield shape
    if last is not None:
        yield last


def looks(shape: Path) -> tuple:
    """Everything but its places."""
    return (shape.stroke, shape.width, shape.dash, shape.fill, shape.alpha, shape.closed,
            shape.order, shape.cap)


def number(value: float) -> str:
    """A coordinate in whole units: half a point is less than anybody sees."""
    return str(round(UNITS * value))


def one(shape, height: float) -> str:
    """One shape as an element."""
    if isinstance(shape, Text):
        return text(shape, height)
    if isinstance(shape, Dot):
        return (f'<circle cx="{number(shape.x)}" cy="{number(height - shape.y)}" '
                f'r="{number(shape.radius)}"{fill(shape.fill)}{stroke(shape.stroke, 1)}/>')
    return path(shape, height)


def path(shape: Path, height: float) -> str:
    """Strokes by the shortest commands."""
    steps = "".join(steps_of(places, height) + ("z" if shape.closed else "")
                    for places in shape.places)
    if not steps:
        return ""
    lengths = " ".join(f"{UNITS * length:g}" for length in shape.dash)
    more = f' stroke-dasharray="{lengths}"' if lengths else ""
    more += f' opacity="{shape.alpha:g}"' if shape.alpha != 1 else ""
    more += ' stroke-linecap="round"' if shape.cap == "round" else ""
    inside, line = fill(shape.fill if shape.closed else ""), stroke(shape.stroke, shape.width)
    if "class=" in inside and "class=" in line:
        line = re.sub(r' class="\w+"', "", line)
    return f'<path d="{steps}"{inside}{line}{more}/>'


def steps_of(places: list, height: float) -> str:
    """M, L, H and V."""
    made, last = "", None
    for x, y in places:
        if math.isnan(x) or math.isnan(y):
            continue
        x, y = number(x), number(height - y)
        if last is None:
            made += f"M{x} {y}"
        elif last == (x, y):
            made += "h0"
        elif last[1] == y:
            made += f"H{x}"
        elif last[0] == x:
            made += f"V{y}"
        else:
            made += f"L{x} {y}"
        last = (x, y)
    return made


def fill(colour: str) -> str:
    """The attribute, or a class."""
    if colour in ("", "none"):
        return ' fill="none"'
    if colour in INKS:
        return ' fill="currentColor"'
    name = CLASSES.get(colour)
    return f' class="{name}" fill="{colour}"' if name else f' fill="{colour}"'


def stroke(colour: str, width: float) -> str:
    """The attribute; nothing for no line."""
    if not colour or not width:
        return ""
    if colour in INKS:
        colour = "currentColor"
    name = CLASSES.get(colour)
    classed = f' class="{name}l"' if name else ""
    size = f' stroke-width="{UNITS * width:g}"'
    return f'{classed} stroke="{colour}"{size}'


def text(shape: Text, height: float) -> str:
    """A line of text, which can be searched and copied; group() says how it looks."""
    x, y = shape.x, height - shape.y + BASELINE[shape.va] * shape.size * (not shape.rotation)
    turn = ""
    if shape.rotation:
        turn = f' transform="rotate({-shape.rotation:g} {number(x)} {number(y)})"'
        y += BASELINE[shape.va] * shape.size
    return f'<text x="{number(x)}" y="{number(y)}"{turn}>{escape(shape.text)}</text>'
