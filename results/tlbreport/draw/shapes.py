"""What a picture is made of, in points from its lower left corner: paths, dots, texts."""

from dataclasses import dataclass, field

SOLID, DASHED, DOTTED = "-", (0, (5, 1.5)), (0, (1.5, 1.2))
STYLES = {"-": (), "--": (4, 2), ":": (1.2, 1.6), "": None, "none": None}


@dataclass
class Path:
    """Lines from place to place; `closed` is filled."""

    places: list  # of lists of (x, y): one for each stroke
    stroke: str = ""
    width: float = 1.0
    dash: tuple = ()
    fill: str = ""
    alpha: float = 1.0
    closed: bool = False
    order: float = 2
    cap: str = "butt"


@dataclass
class Dot:
    """A round mark."""

    x: float
    y: float
    radius: float
    stroke: str
    fill: str
    order: float = 3


@dataclass
class Text:
    """One line; ha and va say what of it is at the place."""

    x: float
    y: float
    text: str
    size: float = 9
    ha: str = "left"
    va: str = "baseline"
    rotation: float = 0
    weight: str = "normal"
    style: str = "normal"
    color: str = ""
    alpha: float = 1.0
    order: float = 5


@dataclass
class Line2D:
    """A sign of a legend that is a line or a mark."""

    xs: list
    ys: list
    color: str = "#222222"
    marker: str = ""
    linestyle: object = "-"
    linewidth: float = 1.2
    markersize: float = 5
    markerfacecolor: str = ""
    alpha: float = 1.0
    label: str = ""
    fillstyle: str = ""


@dataclass
class Patch:
    """A sign of a legend that is a surface, or a rectangle in a picture."""

    color: str = ""
    facecolor: str = ""
    edgecolor: str = ""
    alpha: float = 1.0
    hatch: str = ""
    linewidth: float = 0.5
    label: str = ""
    box: tuple = field(default=())  # x, y, width, height
    zorder: float = 2


def rectangle(corner: tuple, width: float, height: float, **more) -> Patch:
    """A rectangle in the units of its axes."""
    return Patch(box=(*corner, width, height), **more)


# Marks as strokes around a place, half a mark wide; those in OPEN are not filled.
OPEN = "|x~"
MARKS = {
    "s": [[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]],
    "D": [[(0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)]],
    "^": [[(-1, -0.9), (1, -0.9), (0, 1.1)]],
    "v": [[(-1, 0.9), (1, 0.9), (0, -1.1)]],
    "P": [[(-0.4, -1), (0.4, -1), (0.4, -0.4), (1, -0.4), (1, 0.4), (0.4, 0.4), (0.4, 1),
           (-0.4, 1), (-0.4, 0.4), (-1, 0.4), (-1, -0.4), (-0.4, -0.4)]],
    "X": [[(-1, -0.5), (-0.5, -1), (0, -0.5), (0.5, -1), (1, -0.5), (0.5, 0), (1, 0.5),
           (0.5, 1), (0, 0.5), (-0.5, 1), (-1, 0.5), (-0.5, 0)]],
    "*": [[(0, 1.3), (0.3, 0.4), (1.2, 0.4), (0.5, -0.15), (0.8, -1.1), (0, -0.5), (-0.8, -1.1),
           (-0.5, -0.15), (-1.2, 0.4), (-0.3, 0.4)]],
    "|": [[(0, -1), (0, 1)]],
    "x": [[(-1, -1), (1, 1)], [(-1, 1), (1, -1)]],
    "~": [[(-1, -0.2), (-0.5, 0.35), (0, 0), (0.5, -0.35), (1, 0.2)]],
    "up": [[(0, -1), (0, 1)], [(-0.5, 0.4), (0, 1), (0.5, 0.4)]],
    "down": [[(0, 1), (0, -1)], [(-0.5, -0.4), (0, -1), (0.5, -0.4)]],
}


def mark(name: str, x: float, y: float, size: float, color: str, fill: str, order=3):
    """A mark at a place; None for none."""
    if name in ("", "none"):
        return None
    if name in ("o", "."):
        return Dot(x, y, size / (4 if name == "." else 2), color, fill or color, order)
    half = size / 2
    strokes = [[(x + half * dx, y + half * dy) for dx, dy in one] for one in MARKS[name]]
    is_open = name in OPEN or name in ("up", "down")
    return Path(strokes, color, 1.0, fill="" if is_open else fill or color, closed=not is_open,
                order=order)


def dashes(style) -> tuple | None:
    """Lengths of dashes and gaps; None for no line."""
    if isinstance(style, tuple):
        return tuple(style[1])
    return STYLES[style]
