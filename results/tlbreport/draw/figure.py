"""The only way from a figure to a picture in the page: inline SVG, watermarked."""

import re
import zlib
from dataclasses import dataclass, field

from ..read import trust
from ..read.run import Run
from . import canvas
from .canvas import Figure
from .digits import interval, shown
from .markup import Markup, escape, table, tag
from .shapes import Text
from .svg import elements, svg

# Colours that stay apart for colour-blind eyes (Okabe and Ito).
BLUE, VERMILLION, GREEN = "#0072b2", "#d55e00", "#007a5a"
ORANGE, PINK, SKY = "#e69f00", "#cc79a7", "#56b4e9"
GREY, INK = "#777777", "#222222"
TILDE, UP, DOWN = "~", "up", "down"  # marks
STAMP_SPACING_INCHES = 4  # no large part of a tall plot is without a watermark
SIGN = (26, 10)  # points of a sign in the key of facets
PART = re.compile(r"<g [^>]*>.*?</g>|<path [^>]*/>")
LEAST_SHARED = 60  # characters: a reference is not much shorter
parts = []  # of the page that is being made, that panels share
stamps = {}  # of the page that is being made: name -> width, height, lines
takers = []  # called with every picture of the page that is being made


@dataclass
class Facets:
    """Panels that stand beside each other as far as there is room, and one key for all."""

    figures: list
    signs: list = field(default_factory=list)
    few: tuple = ()  # heads and (panel, name, [(y, low, high), ...]) of what has no curve

    @property
    def axes(self) -> list:
        return [axes for one in self.figures for axes in one.axes]


def plain(text: str, longest: int = 200) -> str:
    """Text from a file, made fit for one line of a plot."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return text if len(text) <= longest else text[: longest - 1] + "\u2026"


def picture(source, name: str, alt: str, figure, *files: str, with_key: bool = True) -> Markup:
    """The figure drawn from these files of a run, or of several, and the key to its signs.  The
    name is that of its file, for whoever takes pictures out of the page."""
    runs = (source,) if isinstance(source, Run) else source
    lines = trust.watermark(runs, *files)
    label = escape(f"{alt} {trust.warning(runs, *files)}".strip())
    if isinstance(figure, Facets) and figure.few:
        return numbers(*figure.few, alt, trust.warning(runs, *files))
    many = figure.figures if isinstance(figure, Facets) else [figure]
    signs = figure.signs if isinstance(figure, Facets) else (figure.signs or [[]])[0]
    for one in many:
        one.hz, one.signs = rate(runs), None
    many[-1].text(0.995, 0.003, provenance(runs), ha="right", fontsize=4.5, color=GREY)
    for take in takers:
        take(name, many, signs if with_key else [], lines, provenance(runs))
    attributes = f' role="img" aria-label="{label}"'
    if len(many) == 1:
        made = drawn(many[0], lines, attributes)
    else:
        inside = "".join(drawn(one, lines) for one in many)
        made = Markup(f'<div{attributes} class="facets">{shared(inside)}</div>')
    return Markup(made + (key(signs) if with_key and signs else ""))


def numbers(heads: list, body: list, alt: str, mark: str) -> Markup:
    """What was measured at two places at most, which are no curve, as a table."""
    cells = [[tag("th", panel, scope="row"), name, *(
        f"{shown(one[0])} {interval(one[1], one[2])}" if one else "" for one in found)]
        for panel, name, found in body]
    return table(heads, cells, tag("span", alt, " ", tag("span", mark, class_="mark")),
                 "marked" if mark else None)


def shared(facets: str) -> str:
    """Axes that panels have in common, once: all but the first refer to that."""
    known = {}

    def once(match) -> str:
        part = match[0]
        if len(part) < LEAST_SHARED or facets.count(part) < 2:
            return part
        if part not in known:
            parts.append(part)
            known[part] = f"p{len(parts)}"
            return part.replace(" ", f' id="{known[part]}" ', 1)
        return f'<use href="#{known[part]}"/>'

    return PART.sub(once, facets)


def rate(runs: tuple):
    """The rate by which ticks are nanoseconds, if all runs have the same."""
    rates = {run.hz for run in runs}
    return rates.pop() if len(rates) == 1 else None


def drawn(figure: Figure, lines: tuple, attributes: str = "") -> Markup:
    """The figure as SVG, over its watermark: one that the page holds once for each size."""
    width, height = figure.get_size_inches()
    behind = ""
    if lines:
        name = f"watermark-{width:.2f}x{height:.2f}-{zlib.crc32(' '.join(lines).encode()):x}"
        stamps.setdefault(name, (width, height, lines))
        behind = f'<use href="#{name}"/>'
    return svg(figure, attributes, behind)


def templates() -> Markup:
    """The watermarks of the pictures of this page, once each."""
    made = "".join(f'<g id="{name}">{elements(stamp(*size), 72 * height)}</g>'
                   for name, size in stamps.items() for height in size[1:2])
    stamps.clear()
    parts.clear()
    return Markup(f'<svg width="0" height="0" aria-hidden="true" class="letters"><defs>{made}'
                  "</defs></svg>" if made else "")


def key(signs: list) -> Markup:
    """The signs of facets and what they mean."""
    made = []
    for sign in signs:
        one = Figure((SIGN[0] / 72, SIGN[1] / 72))
        one.texts = canvas.shape_of(sign, 1, SIGN[1] / 2)
        mark = svg(one, ' class="letters" aria-hidden="true"')
        made.append(tag("span", mark, sign.label))
    return tag("p", *made, class_="key")


def provenance(runs: tuple) -> str:
    """Which machine and which run, once each."""
    machines = dict.fromkeys(run.fact("brand") for run in runs)
    names = (f"run {run.fact('run_id')}" for run in runs)
    return plain(f"{', '.join(machines)}  {' against '.join(names)}", 90)


def stamp(width: float, height: float, lines: tuple) -> list:
    """The watermark, again and again down a tall picture."""
    longest = max(len(line) for line in lines)
    count = max(1, round(height / STAMP_SPACING_INCHES))
    size = min(30, width * 72 * 1.35 / longest, height / count * 72 / (0.24 * longest + 2.4))
    made = []
    for index in range(count):
        for number, line in enumerate(lines):
            below = size * 1.3 * (number - (len(lines) - 1) / 2)
            made.append(Text(36 * width + 0.4 * below,
                             72 * height * (index + 0.5) / count - 0.92 * below,
                             plain(line), size, "center", "center", 22, "bold", color="#b00000",
                             alpha=0.2))
    return made
