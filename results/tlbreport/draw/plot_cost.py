"""The cost of each operation: median, 99 % interval, p05 to p95, one panel per kind of cost."""

from ..read.row_name import PHASES, label, measured, phase
from ..read.run import Row
from ..read.schema import OPS, in_order
from . import axis
from .axis import span, write
from .canvas import Figure
from .digits import cost_of
from .figure import BLUE, GREY, INK, TILDE, VERMILLION, plain
from .shapes import Line2D

WIDTH_INCHES, LINE_INCHES = 3.6, 0.29
LETTERS = 66  # of a name and its numbers that fit on one line
MOST_LINES = 16  # of one plot, so that it fits on a printed page
TOP_INCHES, BOTTOM_INCHES = 0.5, 0.45
DRAWN = ("p05", "min", "p50", "p95", "ci99_lo", "ci99_hi")

# believed -> colour, marker, filled
LOOKS = {"1": (BLUE, "o", True), "0": (VERMILLION, "X", True), "": (GREY, "o", False)}
MEANING = {"1": "believed", "0": "not believed", "": "no verdict"}


def layout(rows: list) -> list:
    """(op, lines) from top to bottom, the same for both kinds."""
    count = {}
    for row in rows:
        of_op = count.setdefault(row["op"], dict.fromkeys(PHASES, 0))
        of_op[phase(row)] += 1
    return [(op, max(count[op].values())) for op in in_order(count, OPS)]


def groups(rows: list):
    """The rows in groups of whole operations, each fit for one plot."""
    ops, lines = [], 0
    for op, count in layout(rows):
        if ops and lines + 1 + count > MOST_LINES:
            yield [r for r in rows if r["op"] in ops]
            ops, lines = [], 0
        ops.append(op)
        lines += 1 + count
    yield [r for r in rows if r["op"] in ops]


def constant(rows: list) -> str:
    """'pages = 64' if that holds for every row that has a parameter, else empty."""
    points = {(r["param"], r["value"]) for r in rows if r["param"]}
    return " = ".join(*points) if len(points) == 1 else ""


def shared(rows: list) -> axis.Scale:
    """The axis that all panels have in common."""
    drawn = [r for r in rows if measured(r)]
    every = [v for r in drawn for v in (r.number(c) for c in DRAWN) if v is not None]
    return axis.scale(every, [r.number("p50") for r in drawn if is_told(r)])


def is_told(row: Row) -> bool:
    """Whether a median is one that others are to be told from: not that of nothing, nor one below
    a step of the clock."""
    return row["op"] != "none" and abs(row.number("p50")) >= (row.number("quantum") or 0)


def draw(rows: list, which: str, title: str, common: axis.Scale, param: str,
         published=lambda row: ()) -> Figure:
    """One panel.  The rows are those of both kinds, so that panels side by side align;
    param is the parameter that all of them have in common; published(row) is a range in ticks."""
    bands = layout(rows)
    lines = sum(1 + count for _, count in bands)
    height = TOP_INCHES + BOTTOM_INCHES + LINE_INCHES * lines
    figure = Figure(figsize=(WIDTH_INCHES, height))
    axes = figure.add_axes((0.04, BOTTOM_INCHES / height, 0.92, LINE_INCHES * lines / height))
    figure.text(0.04, 1 - 0.14 / height, title, fontsize=8.5, fontweight="bold", va="center")
    unit = "TSC ticks per operation" + (f", {plain(param, 20)}" if param else "")
    axis.dress(axes, common, unit)
    axes.set_ylim(lines, 0)
    line = 0
    for index, (op, count) in enumerate(bands):
        if index % 2 == 0:
            axes.axhspan(line, line + 1 + count, color="#f2f4f7", linewidth=0, zorder=0)
        write(axes, 0.008, line + 0.55, op, fontsize=9.5, fontweight="bold")
        mine = [r for r in rows if r["op"] == op and phase(r) == which]
        for offset, row in enumerate(mine):
            draw_row(axes, line + 1 + offset, row, not param)
            if measured(row) and published(row):
                y = line + 1 + offset + 0.74
                axes.fill_between(published(row), y - 0.2, y + 0.2, color=GREY, alpha=0.16,
                                  linewidth=0, zorder=1)
        line += 1 + count
    legend(figure, height, any(measured(row) and published(row) for row in rows))
    return figure


def draw_row(axes, line: int, row: Row, with_param: bool) -> None:
    """A row: its name and numbers above, the distribution below them."""
    name = label(row, with_param)
    numbers = cost_of(row) if measured(row) else ""
    if row["converged"] == "0":
        numbers = "~ " + numbers
    write(axes, 0.03, line + 0.3, plain(name, LETTERS - len(numbers)), fontsize=6.5, color=INK)
    if not measured(row):
        text = f"{row['status']}: {row['reason']}" if row["status"] != "ok" else "no median"
        colour = GREY if row["status"] == "skipped" else VERMILLION
        write(axes, 0.03, line + 0.66, plain(text, LETTERS), fontsize=7.5, style="italic",
              color=colour)
        return
    write(axes, 0.995, line + 0.3, numbers, fontsize=6.5, ha="right", color=INK)
    colour, marker, filled = LOOKS.get(row["believed"], LOOKS[""])
    y = line + 0.74
    span(axes, y, row.number("p05"), row.number("p95"), linewidth=1, color=colour)
    span(axes, y, row.number("ci99_lo"), row.number("ci99_hi"), linewidth=6, color=colour,
         alpha=0.4, solid_capstyle="butt")
    if row.number("min") is not None:
        axes.plot([row.number("min")], [y], "|", markersize=6, color=colour, zorder=3)
    axes.plot([row.number("p50")], [y], marker, markersize=4.5, color=colour, zorder=4,
              markerfacecolor=colour if filled else "white")


def legend(figure: Figure, height: float, with_published: bool) -> None:
    """What the marks mean, under the axis."""
    signs = [
        Line2D([], [], color=colour, marker=marker, linestyle="", markersize=5.5,
               markerfacecolor=colour if filled else "white", label=f"median, {MEANING[key]}")
        for key, (colour, marker, filled) in LOOKS.items()
    ]
    signs += [
        Line2D([], [], color=GREY, linewidth=8, alpha=0.4, label="99 % interval of the median"),
        Line2D([], [], color=GREY, linewidth=1, label="p05 to p95"),
        Line2D([], [], color=GREY, marker="|", linestyle="", markersize=7, label="minimum"),
        Line2D([], [], color=INK, marker=TILDE, fillstyle="none", linestyle="", markersize=6,
               label="not converged"),
    ]
    if with_published:
        signs.append(Line2D([], [], color=GREY, linewidth=9, alpha=0.16,
                            label="published by others"))
    figure.legend(handles=signs, loc="lower center", ncol=3, fontsize=7.5, frameon=False,
                  bbox_to_anchor=(0.5, 0.12 / height))
