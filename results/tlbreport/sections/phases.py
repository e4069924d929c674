"""First against marginal: what the first copy costs more than each further one."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..draw import axis
from ..draw.axis import span, write
from ..draw.figure import BLUE, GREY, INK, VERMILLION, picture, plain
from ..read.markup import Markup, join, paragraph, tag
from ..read.run import Run
from ..read.schema import OPS, in_order
from ..read.sweep import doubt, doubted
from ..read.variant import is_refill, measured, phase, sets_and_clears

FILE = "results.csv"
WIDTH_INCHES, LINE_INCHES = 8.0, 0.42
TOP_INCHES, BOTTOM_INCHES = 0.15, 0.85
MOST_LINES = 24
NOTE = (
    "The first copy drops what was primed; each further one finds little left to drop and pays "
    "less for what follows. The distance is what a test in a loop would hide. Both ends are "
    "medians with their 99 % intervals."
)


LEFT_OUT = (
    "cr4_smep_set is left out: its marginal rows are of setting and clearing, its first ones of "
    "setting alone."
)


def phases(run: Run) -> Markup:
    """One line for each operation and size that has both."""
    found = pairs(run)
    if not found:
        return paragraph("No operation has both a first and a marginal row.", class_="lack")
    left_out = any(map(sets_and_clears, run.rows(FILE)))
    parts = [paragraph(NOTE, " " + LEFT_OUT if left_out else "", class_="note")]
    medians = [r.number("p50") for _, *both in found for r in both]
    ends = [r.number(c) for _, *both in found for r in both for c in ("ci99_lo", "ci99_hi")]
    scale = axis.scale([*medians, *(e for e in ends if e is not None)], medians)
    for start in range(0, len(found), MOST_LINES):
        part = found[start:start + MOST_LINES]
        alt = f"First against marginal cost of {len(part)} operations, in TSC ticks."
        parts.append(tag("figure", picture(run, f"phases-{start}", alt, draw(part, scale), FILE)))
    return join(parts)


def pairs(run: Run) -> list:
    """(name, first, marginal) by operation; of the plain variants those of the same size."""
    rows = [r for r in run.rows(FILE) if phase(r) and measured(r) and not is_refill(r)
            and not sets_and_clears(r)]
    at = {}
    for row in rows:
        rest = tuple(row["variant"].split("-")[2 if phase(row) == "first" else 1:])
        at.setdefault((row["op"], *rest, row["param"], row["value"]), {})[phase(row)] = row
    found = [(name[0], " ".join(name[:-2]), both["first"], both["marginal"])
             for name, both in at.items() if len(both) == 2]
    ops = in_order((op for op, *_ in found), OPS)
    return [part[1:] for part in sorted(found, key=lambda part: ops.index(part[0]))]


def draw(found: list, scale: axis.Scale) -> Figure:
    """Two points on a line for each pair."""
    height = TOP_INCHES + BOTTOM_INCHES + LINE_INCHES * len(found)
    figure = Figure(figsize=(WIDTH_INCHES, height))
    axes = figure.add_axes(
        (0.03, BOTTOM_INCHES / height, 0.94, LINE_INCHES * len(found) / height))
    axis.dress(axes, scale, "TSC ticks per operation")
    axes.set_ylim(len(found), 0)
    for line, (name, first, marginal) in enumerate(found):
        why = doubt(first, marginal)
        write(axes, 0.005, line + 0.25, plain(doubted(name, why), 60), fontsize=8.5,
              fontweight="bold")
        text = f"first {first['p50']}   marginal {marginal['p50']}{ratio(first, marginal)}"
        write(axes, 0.995, line + 0.25, text, fontsize=8.5, ha="right", color=INK)
        y = line + 0.68
        span(axes, y, first.number("p50"), marginal.number("p50"), color=GREY, linewidth=1)
        for row, colour, marker in ((first, BLUE, "o"), (marginal, VERMILLION, "D")):
            span(axes, y, row.number("ci99_lo"), row.number("ci99_hi"), color=colour,
                 linewidth=7, alpha=0.4, solid_capstyle="butt")
            axes.plot([row.number("p50")], [y], marker, color=colour, markersize=5, zorder=4,
                      markerfacecolor="white" if why else colour)
    signs = [Line2D([], [], color=BLUE, marker="o", linestyle="", label="first"),
             Line2D([], [], color=VERMILLION, marker="D", linestyle="", label="marginal")]
    figure.legend(handles=signs, loc="lower center", ncol=2, fontsize=8, frameon=False,
                  bbox_to_anchor=(0.5, 0.1 / height))
    return figure


def ratio(first, marginal) -> str:
    """How many times the marginal cost the first is, where that says something."""
    below = marginal.number("p50")
    return f"   ratio {first.number('p50') / below:.2f}" if below > 0 else ""
