"""Pictures as lists of shapes: axes that turn numbers into places, and nothing that is slow.

The calls are those of matplotlib's, as far as this report needs them, so that a plot reads as
people know it.  What is put down is kept, and laid out once its axes are complete.
"""

import math

from .scales import Scale
from .shapes import Line2D, Path, Patch, Text, dashes, mark

POINTS = 72.0
LETTER = 0.57  # of its size, how wide a letter is on the average
INK, GRID = "#222222", "#e0e0e0"
X, Y = "x", "y"  # which coordinate of a text is in the units of the axes; the other is a share


class Figure:
    """A picture of a size in inches."""

    def __init__(self, figsize: tuple):
        self.size, self.axes, self.texts, self.signs = figsize, [], [], None
        self.hz = None  # of the clock: where ticks are drawn there is an axis of nanoseconds

    def get_size_inches(self) -> tuple:
        return self.size

    def add_axes(self, box: tuple) -> "Axes":
        """Axes in a box given in shares of the picture: left, bottom, width, height."""
        width, height = (POINTS * one for one in self.size)
        self.axes.append(Axes(box[0] * width, box[1] * height, box[2] * width, box[3] * height))
        return self.axes[-1]

    def text(self, x: float, y: float, text: str, *, fontsize=9, ha="left", va="baseline",
             rotation=0, color=INK, fontweight="normal", **_) -> None:
        """Text at shares of the picture."""
        self.texts.append(Text(x * self.size[0] * POINTS, y * self.size[1] * POINTS, text,
                               fontsize, ha, va, rotation, fontweight, color=color))

    def legend(self, handles=None, *, ncol=1, fontsize=7.5, bbox_to_anchor=(0.5, 0), **_) -> None:
        """The signs in columns, from below."""
        handles = handles or [sign for axes in self.axes for sign in axes.labelled]
        self.signs = (list(handles), ncol, fontsize, bbox_to_anchor[1] * self.size[1] * POINTS)

    def shapes(self) -> list:
        """Everything in it, what is behind first."""
        made = [shape for axes in self.axes for shape in axes.shapes(self.hz)]
        made += self.texts
        if self.signs:
            made += legend(self.size[0] * POINTS, *self.signs)
        return sorted(made, key=lambda shape: shape.order)


def legend(width: float, signs: list, columns: int, size: float, bottom: float) -> list:
    """As many columns as fit, row by row from the top."""
    longest = max((len(sign.label) for sign in signs), default=1) * LETTER * size + 34
    columns = max(1, min(columns, int(width // longest), len(signs)))
    rows, made = math.ceil(len(signs) / columns), []
    left = (width - columns * longest) / 2 if columns > 1 else 8
    for number, sign in enumerate(signs):
        x = left + number % columns * longest
        y = bottom + (rows - 1 - number // columns) * size * 1.55 + size * 0.7
        made += [*shape_of(sign, x, y), Text(x + 28, y - size * 0.35, sign.label, size)]
    return made


def shape_of(sign, x: float, y: float) -> list:
    """One sign of a legend, 24 points wide."""
    if isinstance(sign, Patch):
        corners = [(x, y - 3), (x + 24, y - 3), (x + 24, y + 3), (x, y + 3)]
        return surface(corners, sign)
    made = []
    if dashes(sign.linestyle) is not None and sign.linewidth:
        made.append(Path([[(x, y), (x + 24, y)]], sign.color, min(sign.linewidth, 7),
                         dashes(sign.linestyle), alpha=sign.alpha))
    fill = "none" if sign.fillstyle == "none" else sign.markerfacecolor
    made.append(mark(sign.marker, x + 12, y, sign.markersize, sign.color, fill))
    return [one for one in made if one]


def surface(corners: list, patch: Patch) -> list:
    """A filled shape; hatched where it shows nothing."""
    fill = patch.facecolor or patch.color
    edge = patch.edgecolor if patch.linewidth else ""
    made = [Path([corners], edge, patch.linewidth, fill=fill, alpha=patch.alpha, closed=True,
                 order=patch.zorder)]
    if patch.hatch:
        (x0, y0), (x1, y1) = corners[0], corners[2]
        x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        tall, step = y1 - y0, 4.0
        lines = [[(max(x, x0), y0 + max(0, x0 - x)), (min(x + tall, x1), min(y1, y0 + x1 - x))]
                 for x in (x0 - tall + step * n
                           for n in range(1, 1 + int((x1 - x0 + tall) / step)))]
        made.append(Path([one for one in lines if one[1][0] > one[0][0]], "#777777", 0.5,
                         dash=(0.8, 1.6) if "." in patch.hatch else (), order=patch.zorder))
    return made


class Axis:
    """One of the two: its ruler, its ends, what is written along it."""

    def __init__(self):
        self.scale, self.ends, self.label = Scale(), None, ""
        self.at, self.names, self.write = None, None, lambda value: f"{value:.10g}"
        self.rotation, self.is_far, self.is_shown = 0, False, True
        self.grid = None
        self.is_ticks = False  # of the clock's ticks, so that nanoseconds may stand beside

    def set_major_locator(self, places) -> None:
        self.at = list(places)

    def set_major_formatter(self, write) -> None:
        self.write = lambda value: write(value, 0)

    def share(self, value: float) -> float:
        """Where a value stands, from 0 to 1."""
        low, high = map(self.scale.forward, self.ends)
        return (self.scale.forward(value) - low) / (high - low) if high != low else 0.5

    def ticks(self) -> list:
        """(share, text) along it."""
        low, high = sorted(self.ends)
        values = self.scale.ticks(low, high) if self.at is None else [
            v for v in self.at if low <= v <= high]
        names = self.names if self.names and self.at is not None else [
            self.write(v) for v in values]
        return [(self.share(value), str(name)) for value, name in zip(values, names)]

    def nanoseconds(self, hz: int) -> list:
        """(share, text) of round numbers of nanoseconds on the same ruler."""
        each = 1e9 / hz
        low, high = sorted(end * each for end in self.ends)
        return [(self.share(value / each), self.write(value))
                for value in self.scale.times(each).ticks(low, high)]


class Axes:
    """A box with two axes, and what is drawn in it."""

    def __init__(self, left: float, bottom: float, width: float, height: float):
        self.box, self.xaxis, self.yaxis = (left, bottom, width, height), Axis(), Axis()
        self.drawn, self.labelled, self.title, self.spines = [], [], ("", 9), True
        self.seen = ([], [])  # values on each axis, where its ends are not set
        self.text_size, self.patches = 8, []

    # What stands around it.

    def set_title(self, text: str, *, fontsize=9, **_) -> None:
        self.title = (text, fontsize)

    def set_xlabel(self, text: str, **_) -> None:
        self.xaxis.label = text

    def set_ylabel(self, text: str, **_) -> None:
        self.yaxis.label = text

    def set_xscale(self, kind: str, *, base=10, linthresh=1.0, linscale=1.0, **_) -> None:
        self.xaxis.scale = Scale(kind, base, linthresh, linscale)

    def set_yscale(self, kind: str, *, base=10, linthresh=1.0, linscale=1.0, **_) -> None:
        self.yaxis.scale = Scale(kind, base, linthresh, linscale)

    def set_xlim(self, low: float, high: float) -> None:
        self.xaxis.ends = (low, high)

    def set_ylim(self, low: float, high: float) -> None:
        self.yaxis.ends = (low, high)

    def get_xlim(self) -> tuple:
        return self.xaxis.ends

    def set_xticks(self, at, names=None, *, rotation=0, **_) -> None:
        self.xaxis.at, self.xaxis.names, self.xaxis.rotation = list(at), names, rotation

    def set_yticks(self, at, names=None, **_) -> None:
        self.yaxis.at, self.yaxis.names = list(at), names

    def grid(self, *, axis="both", color=GRID, linewidth=0.6, **_) -> None:
        for name, one in ((X, self.xaxis), (Y, self.yaxis)):
            if axis in ("both", name):
                one.grid = (color, linewidth)

    def get_xaxis_transform(self) -> str:
        return X

    def get_yaxis_transform(self) -> str:
        return Y

    # What is in it.

    def plot(self, xs, ys, style="", *, color=INK, marker="", linestyle=None, linewidth=1.2,
             markersize=5, markerfacecolor="", alpha=1.0, zorder=2, label="",
             solid_capstyle="butt", fillstyle="", **_) -> None:
        """A line through places, a mark at each, or one of them alone."""
        is_line = style in ("-", "--", ":")
        marker = marker or ("" if is_line else style)
        if linestyle is None:
            linestyle = style if is_line else "" if style else "-"
        fill = "none" if fillstyle == "none" else markerfacecolor
        self.see(xs, ys)
        self.drawn.append(("plot", list(zip(xs, ys)), (color, marker, dashes(linestyle), linewidth,
                                                       markersize, fill, alpha, zorder)))
        if label:
            self.labelled.append(Line2D([], [], color, marker if markersize else "", linestyle,
                                        linewidth, markersize or 4, markerfacecolor, alpha, label))

    def see(self, xs, ys) -> None:
        for seen, values in zip(self.seen, (xs, ys)):
            seen += [v for v in values if not math.isnan(v)]

    def vlines(self, xs, lows, highs, *, color=INK, linewidth=1.0, alpha=1.0, zorder=2) -> None:
        """Upright lines, in one shape."""
        self.see(xs, [*lows, *highs])
        self.drawn.append(("strokes", [[(x, low), (x, high)] for x, low, high in
                                       zip(xs, lows, highs)], (color, linewidth, alpha, zorder)))

    def span(self, box: tuple, color: str, alpha: float, zorder: float) -> None:
        """A surface; an end that is None is that of the axes."""
        self.drawn.append(("span", box, Patch(facecolor=color, alpha=alpha, linewidth=0,
                                              zorder=zorder)))

    def axhspan(self, low, high, *, color=GRID, alpha=1.0, zorder=1, **_) -> None:
        self.patches.append((None, low, None, high))
        self.span(self.patches[-1], color, alpha, zorder)

    def axvspan(self, low, high, *, color=GRID, alpha=1.0, zorder=1, **_) -> None:
        self.patches.append((low, None, high, None))
        self.span(self.patches[-1], color, alpha, zorder)

    def rule(self, upright: bool, at: float, color, linestyle, linewidth, zorder) -> None:
        self.drawn.append(("rule", (upright, at), (color, dashes(linestyle), linewidth, zorder)))

    def axhline(self, at, *, color=INK, linestyle="-", linewidth=1.0, zorder=1, label="",
                **_) -> None:
        self.rule(False, at, color, linestyle, linewidth, zorder)
        if label:
            self.labelled.append(Line2D([], [], color, "", linestyle, linewidth, label=label))

    def axvline(self, at, *, color=INK, linestyle="-", linewidth=1.0, zorder=1, **_) -> None:
        self.rule(True, at, color, linestyle, linewidth, zorder)

    def fill_between(self, xs, low: float, high, *, color=GRID, alpha=1.0, zorder=2, step="",
                     **_) -> None:
        """Between a level and another, or a curve of steps."""
        xs = list(xs)
        if step != "post":
            self.span((xs[0], low, xs[1], high), color, alpha, zorder)
            return
        places = [(xs[0], low)]
        for x, after, y in zip(xs, [*xs[1:], xs[-1]], high):
            if y != places[-1][1]:
                places += [(x, places[-1][1]), (x, y)]
            places.append((after, y))
        self.drawn.append(("area", [*places, (xs[-1], low)], (color, alpha, zorder)))

    def barh(self, y, width, *, left, height, color="", facecolor="", hatch="", edgecolor="",
             zorder=3, **_) -> None:
        """A lying bar."""
        self.add_patch(Patch(color=color, facecolor=facecolor, hatch=hatch, edgecolor="",
                             linewidth=0, box=(left, y - height / 2, width, height),
                             zorder=zorder))

    def add_patch(self, patch: Patch) -> None:
        self.patches.append(patch)
        x, y, width, height = patch.box
        self.drawn.append(("span", (x, y, x + width, y + height), patch))

    def text(self, x, y, text, *, transform="", fontsize=8, ha="left", va="baseline", rotation=0,
             color=INK, fontweight="normal", style="normal", zorder=5, **_) -> None:
        self.drawn.append(("text", (x, y, transform), Text(
            0, 0, text, fontsize, ha, va, rotation, fontweight, style, color, order=zorder)))

    # How it becomes shapes.

    def complete(self) -> None:
        """Ends of the axes where nobody set them: those of what is drawn, with a margin."""
        for axis, seen in zip((self.xaxis, self.yaxis), self.seen):
            if axis.ends is None:
                low, high = min(seen, default=0), max(seen, default=1)
                margin = 0.05 * (high - low) or 0.5
                axis.ends = (low - margin, high + margin)

    def at(self, x, y) -> tuple:
        """A place in points."""
        left, bottom, width, height = self.box
        return (left + width * self.xaxis.share(x), bottom + height * self.yaxis.share(y))

    def corners(self, box: tuple) -> list:
        """The corners of a box in the units of the axes, no farther than these reach."""
        left, bottom, width, height = self.box
        ends = [None if v is None else axis.share(v) for v, axis in zip(
            box, (self.xaxis, self.yaxis) * 2)]
        x0, y0, x1, y1 = (default if end is None else min(max(end, 0), 1)
                          for end, default in zip(ends, (0, 0, 1, 1)))
        return [(left + width * x, bottom + height * y)
                for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]

    def shapes(self, hz) -> list:
        """Everything of it as shapes."""
        self.complete()
        made = self.around(hz)
        for kind, what, look in self.drawn:
            made += getattr(self, f"put_{kind}")(what, look)
        return made

    def put_plot(self, places: list, look: tuple) -> list:
        color, marker, dash, width, size, fill, alpha, order = look
        made, strokes = [], [[]]
        for x, y in places:
            if math.isnan(y):
                strokes.append([])
            else:
                strokes[-1].append(self.at(x, y))
        if dash is not None and width:
            made.append(Path([one for one in strokes if len(one) > 1], color, width, dash,
                             alpha=alpha, order=order))
        if marker and size:
            made += [mark(marker, *place, size, color, fill, order)
                     for one in strokes for place in one]
        return [one for one in made if one]

    def put_strokes(self, strokes: list, look: tuple) -> list:
        color, width, alpha, order = look
        return [Path([[self.at(*place) for place in one] for one in strokes], color, width,
                     alpha=alpha, order=order)]

    def put_span(self, box: tuple, patch: Patch) -> list:
        return surface(self.corners(box), patch)

    def put_area(self, places: list, look: tuple) -> list:
        color, alpha, order = look
        return [Path([[self.at(*place) for place in places]], "", 0, fill=color, alpha=alpha,
                     closed=True, order=order)]

    def put_rule(self, what: tuple, look: tuple) -> list:
        (upright, at), (color, dash, width, order) = what, look
        low, high = sorted((self.xaxis if upright else self.yaxis).ends)
        if not low <= at <= high:
            return []
        corners = self.corners((at, None, at, None) if upright else (None, at, None, at))
        return [Path([[corners[0], corners[2]]], color, width, dash, order=order)]

    def put_text(self, what: tuple, text: Text) -> list:
        x, y, units = what
        left, bottom, width, height = self.box
        text.x = left + width * (x if units == Y else self.xaxis.share(x))
        text.y = bottom + height * (y if units == X else self.yaxis.share(y))
        return [text]

    def around(self, hz) -> list:
        """Title, grid, numbers along the axes and their names."""
        left, bottom, width, height = self.box
        above = 13 if hz and self.xaxis.is_ticks else 5
        made = [Text(left, bottom + height + above, *self.title, weight="bold")
                ] if self.title[0] else []
        for upright, axis in ((True, self.xaxis), (False, self.yaxis)):
            made += self.along(axis, upright, axis.ticks())
            if axis.label:
                made.append(self.label_of(axis, upright))
            if hz and axis.is_ticks:
                made += self.beside(axis, upright, axis.nanoseconds(hz))
        if self.spines:
            corners = [(left, bottom + height), (left, bottom), (left + width, bottom)]
            made.append(Path([corners if self.spines is True else corners[1:]], INK, 0.7,
                             order=2.5))
        return made

    def along(self, axis: Axis, upright: bool, ticks: list) -> list:
        """The grid, and numbers at the lower or the left end; at the upper if asked."""
        left, bottom, width, height = self.box
        made, size, near = [], self.text_size, -1e9
        lines = [[(left + width * share, bottom), (left + width * share, bottom + height)]
                 if upright else
                 [(left, bottom + height * share), (left + width, bottom + height * share)]
                 for share, _ in ticks]
        if axis.grid and lines:
            made.append(Path(lines, axis.grid[0], axis.grid[1], order=0.5))
        for share, name in ticks if axis.is_shown else ():
            place = (width if upright else height) * share
            room = (len(name) * LETTER * size if upright and not axis.rotation else size) * 0.95
            if abs(place - near) < room and not axis.is_far:  # no number on another
                continue
            near = place
            if upright:
                y = bottom + height + 4 if axis.is_far else bottom - size - 3
                made.append(Text(left + place, y, name, size,
                                 "left" if axis.rotation else "center", "baseline", axis.rotation))
            else:
                made.append(Text(left - 4, bottom + place, name, size, "right", "center"))
        return made

    def beside(self, axis: Axis, upright: bool, ticks: list) -> list:
        """Nanoseconds at the other side."""
        left, bottom, width, height = self.box
        size, made, near = self.text_size - 1, [], -1e9
        for share, name in ticks:
            place = (width if upright else height) * share
            if not 0 <= share <= 0.93 or abs(place - near) < (
                    len(name) * LETTER * size if upright else size):
                continue
            near = place
            made.append(Text(left + place, bottom + height + 3, name, size, "center",
                             color="#777777") if upright else
                        Text(left + width + 3, bottom + place, name, size, "left", "center",
                             color="#777777"))
        made.append(Text(left + width, bottom + height + 3, "ns", size, "right" if upright
                         else "left", weight="bold", color="#777777"))
        return made

    def label_of(self, axis: Axis, upright: bool) -> Text:
        """The name of an axis."""
        left, bottom, width, height = self.box
        size = self.text_size + 0.5
        if upright:
            y = bottom + height + 16 if axis.is_far else bottom - 2.5 * self.text_size - 4
            return Text(left + width / 2, y, axis.label, size, "center")
        size = min(size, (bottom + height) / (LETTER * max(1, len(axis.label))))  # never cut
        return Text(left - 34, max(bottom, LETTER * size * len(axis.label) - height) / 2
                    + height / 2, axis.label, size, "center", "center", 90)
