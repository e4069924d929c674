"""The only way from a figure to a picture in the page: inline SVG, watermarked."""

import io
import re
import warnings
from contextlib import contextmanager

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.path import Path

from ..read import trust
from ..read.markup import Markup, escape
from ..read.run import Run

# Colours that stay apart for colour-blind eyes (Okabe and Ito).
BLUE, VERMILLION, GREEN = "#0072b2", "#d55e00", "#007a5a"
ORANGE, PINK, SKY = "#e69f00", "#cc79a7", "#56b4e9"
GREY, INK = "#777777", "#222222"
STAMP_SPACING_INCHES = 4  # no large part of a tall plot is without a watermark
# Where coordinates stand: a hundredth of a point is more than anybody sees.
COORDINATES = re.compile(r' (?:d|x|y)="[^"]*"|translate\([^)]*\)')
LONG = re.compile(r"(\d\.\d\d)\d+")
GLYPH = re.compile(r'<path id="DejaVu([^"]*)"([^>]*)/>\s*')
LETTER = "letter-"
# Marks that matplotlib has not.  As "$\\sim$" it would parse them, with a parser that warns in
# Debian 12 where warnings are asked for.
TILDE = Path([(-1, -0.2), (-0.4, 0.9), (0.4, -0.9), (1, 0.2)],
             [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
UP = Path([(0, -1), (0, 1), (-0.5, 0.4), (0, 1), (0.5, 0.4)],
          [Path.MOVETO, Path.LINETO, Path.MOVETO, Path.LINETO, Path.LINETO])
DOWN = Path([(x, -y) for x, y in UP.vertices], UP.codes)
letters = {}  # of the page that is being made: id -> its shape
STYLE = {
    "svg.hashsalt": "tlbmark",  # the same figure gives the same bytes
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@contextmanager
def style():
    """The context in which every figure is made: the user's own settings do not count."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # drawn as a box
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        letters.clear()
        yield


def plain(text: str, longest: int = 200) -> str:
    """Text from a file, made fit for one line of a plot."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return text if len(text) <= longest else text[: longest - 1] + "\u2026"


def picture(source, name: str, alt: str, figure: Figure, *files: str) -> Markup:
    """The figure drawn from these files of a run, or of several, as SVG; every id in it
    begins with the name."""
    runs = (source,) if isinstance(source, Run) else source
    lines = trust.watermark(runs, *files)
    stamp(figure, lines)
    figure.text(0.995, 0.003, provenance(runs), ha="right", va="bottom",
                fontsize=5.5, color=GREY, parse_math=False)
    svg = re.sub(rf'(\bid="|href="#|url\(#)(?!{LETTER})', rf"\1{name}-", drawn(figure))
    label = escape(f"{alt} {trust.warning(runs, *files)}".strip())
    return Markup(svg.replace("<svg ", f'<svg role="img" aria-label="{label}" '
                              'xmlns:xlink="http://www.w3.org/1999/xlink" ', 1).rstrip())


def drawn(figure: Figure) -> str:
    """The figure as SVG, without what no reader needs."""
    FigureCanvasSVG(figure)
    out = io.StringIO()
    unwanted = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(out, format="svg", metadata=unwanted)
    svg = out.getvalue()[out.getvalue().index("<svg"):]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    svg = re.sub(r'^<svg [^>]*?(viewBox="[^"]*")[^>]*>', r"<svg \1>", svg)
    letters.update((LETTER + name, shape) for name, shape in GLYPH.findall(svg))
    svg = GLYPH.sub("", svg).replace('href="#DejaVu', f'href="#{LETTER}')
    svg = COORDINATES.sub(lambda match: LONG.sub(r"\1", match[0]), svg)
    return re.sub(r"<defs>\s*</defs>", "", re.sub(r"\n\s+", "\n", svg))


def alphabet() -> Markup:
    """The letters that the pictures of this page are written with, once."""
    if not letters:
        return Markup("")
    shapes = "".join(f'<path id="{name}"{shape}/>\n' for name, shape in letters.items())
    return Markup(f'<svg width="0" height="0" aria-hidden="true" class="letters"><defs>{shapes}'
                  "</defs></svg>")


def provenance(runs: tuple) -> str:
    """Which machine and which run, once each."""
    machines = dict.fromkeys(run.fact("brand") for run in runs)
    names = (f"run {run.fact('run_id')}" for run in runs)
    return plain(f"{', '.join(machines)}  {' against '.join(names)}", 110)


def stamp(figure: Figure, lines: tuple) -> None:
    """Prints the watermark over the figure, again and again down a tall one."""
    if not lines:
        return
    width, height = figure.get_size_inches()
    longest = max(len(line) for line in lines)
    count = max(1, round(height / STAMP_SPACING_INCHES))
    room = height / count
    size = min(30, width * 72 * 1.35 / longest, room * 72 / (0.24 * longest + 2.4))
    for index in range(count):
        mark = figure.text(
            0.5, (index + 0.5) / count, "\n".join(plain(line) for line in lines),
            ha="center", va="center", rotation=22, color="#b00000", alpha=0.2,
            fontsize=size, fontweight="bold",
            zorder=1000, linespacing=1.3, parse_math=False)
        mark.set_gid("watermark" if index == 0 else f"watermark-{index}")
