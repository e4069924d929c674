"""The headline table as a picture of 1200 x 630, the size in which links are shown."""

from ..find.headline_rows import Headline, headlines
from ..read import trust
from ..read.run import Run
from .alone import document
from .digits import interval, shown
from .figure import plain
from .markup import escape

WIDTH, HEIGHT = 1200, 630
TOP, STEP = 150, 33  # of the table
PLACES = ((40, "start"), (560, "end"), (690, "end"), (960, "end"), (990, "start"))
HEADS = ("operation", "ticks", "ns", "99 % interval, ticks", "verified")
GOOD, BAD, SOFT = "#0072b2", "#b34700", "#555555"


def card(run: Run) -> str:
    """The whole picture; whatever is no valid measurement says so across itself."""
    judged, mark = trust.judge(run), trust.warning((run,), "results.csv")
    valid = judged.timing and not mark
    said = "The timing may be believed." if valid else mark or judged.reasons[0]
    there = [one for one in headlines(run) if one.row]
    made = [stamp(mark)] if mark else []
    made += [text(40, 58, plain(run.fact("brand") or "unknown processor", 58), 34, bold=True),
             text(40, 98, plain(said, 90), 21, colour=GOOD if valid else BAD)]
    made += cells(TOP - 14, HEADS, 17, True)
    for number, one in enumerate(there):
        made.append(rule(TOP + number * STEP - 4))
        made += cells(TOP + (number + 1) * STEP - 13, line(run, one), 21, False)
    if not there:
        made.append(text(40, TOP + STEP, "No operation was measured by itself.", 21))
    made.append(text(40, HEIGHT - 22, plain(
        f"What TLB maintenance costs: {run.fact('program')}, commit {run.fact('commit')}, "
        f"microcode {run.fact('microcode')}, run {run.fact('run_id')}, 1 boot", 130), 16,
        colour=SOFT))
    return document(WIDTH, HEIGHT, WIDTH, HEIGHT, "".join(made), "px")


def line(run: Run, one: Headline) -> tuple:
    """The cells of a row, as the report's first screen has them."""
    row, ns = one.row, 1e9 / run.hz if run.hz else None
    ticks = row.number("p50")
    return (one.name, shown(ticks), shown(ticks * ns) if ns else "",
            interval(row.number("ci99_lo"), row.number("ci99_hi")),
            "" if row["op"] == "none" else one.doubt or "yes")


def cells(y: float, texts: tuple, size: int, bold: bool) -> list:
    return [text(x, y, one, size, anchor, bold) for (x, anchor), one in zip(PLACES, texts)]


def text(x: float, y: float, words: str, size: int, anchor: str = "start", bold: bool = False,
         colour: str = "#222222") -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" '
            f'fill="{colour}"{weight}>{escape(words)}</text>')


def rule(y: float) -> str:
    return f'<path d="M40 {y}H1160" stroke="#cccccc" fill="none"/>'


def stamp(mark: str) -> str:
    """Across the table."""
    size = min(64, 1500 / max(1, len(mark)))
    return (f'<text x="600" y="360" font-size="{size:.0f}" text-anchor="middle" fill="#b00000" '
            f'fill-opacity="0.2" font-weight="bold" transform="rotate(-18 600 340)">'
            f"{escape(mark)}</text>")
