"""Cost over the pages dropped, against one full flush; and the break-even over the working set."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from . import axis, multiples
from .breakeven import CEILINGS, comparable
from .figure import GREY, INK, SKY
from .multiples import Panel, Series

PAIR = (SKY, "s", multiples.DASHED)  # of page-table isolation
CEILING_LABEL = "ceilings: " + ", ".join(f"{kernel} {pages}" for kernel, pages in CEILINGS)
# So that level lines at the same height are all seen.
LEVELS = ("-", (0, (6, 6)), (6, (6, 6)), (0, (2, 4)), (3, (2, 4)))


def curves(sweeps: list, flushes: list) -> Figure:
    """A panel for each working set; the sweeps are of one page size and mode."""
    panels = []
    names = {(one.op, one.setting.scope): None for one in flushes
             if any(comparable(pages.setting, one.setting) for pages in sweeps)}
    dashes = {op: LEVELS[at % len(LEVELS)] for at, (op, _) in enumerate(names)}
    for w in sorted({one.setting.w for one in sweeps}):
        mine = [one for one in sweeps if one.setting.w == w]
        full = [one for one in flushes if comparable(mine[0].setting, one.setting)]
        panels.append(Panel(f"W = {w} pages", [series(one) for one in mine],
                            lambda axes, full=full: levels(axes, full, dashes)))
    signs = [Line2D([], [], color=multiples.of_op(op)[0], linestyle=dashes[op],
                    linewidth=1.6, label=f"one {op} ({scope})") for op, scope in names]
    signs.append(ceiling_sign())
    ends = [(v, one.point.y) for one in flushes
            if any(comparable(s.setting, one.setting) for s in sweeps)
            for v in (one.point.low, one.point.high)]
    points = [p for one in sweeps for p in one.curve.points]
    scale = axis.scale([*(v for v, _ in ends), *(v for p in points for v in (p.low, p.high))],
                       [*(m for _, m in ends), *(p.y for p in points)])
    return multiples.draw(panels, "pages dropped (N)", "TSC ticks with refill", extra=signs,
                          reach=tuple(pages for _, pages in CEILINGS), y_scale=scale)


def series(one) -> Series:
    """A sweep as a line; the pair of page-table isolation has a look of its own."""
    look = PAIR if one.setting.scope == "pti" else multiples.of_op(one.op)
    return Series(f"N x {one.name}", look,
                  [(p.x, p.y, p.low, p.high) for p in one.curve.points])


def levels(axes, full: list, dashes: dict) -> None:
    """The full flushes as level lines with their intervals, the ceilings as upright ones."""
    for one in full:
        colour = multiples.of_op(one.op)[0]
        axes.axhspan(one.point.low, one.point.high, color=colour, alpha=0.25, linewidth=0)
        axes.axhline(one.point.y, color=colour, linestyle=dashes[one.op], linewidth=1.6, zorder=2)
    ceilings(axes, axes.axvline, axes.get_xaxis_transform(), upright=True)


def ceilings(axes, draw, transform, upright: bool) -> None:
    """A line for each kernel's ceiling; that of Asterinas has no room for a name."""
    for pages in {pages for _, pages in CEILINGS}:
        draw(pages, color=GREY, linestyle=(0, (2, 2)), linewidth=0.9, zorder=1)
    for text, pages in (("Linux", 33), ("FreeBSD", 4096)):
        top = upright and pages < 1000  # where there is no curve
        at = (pages * 0.94, 0.98 if top else 0.03) if upright else (0.995, pages * 1.06)
        axes.text(*at, text, transform=transform, rotation=90 if upright else 0, fontsize=6.5,
                  color=INK, ha="right", va="top" if top else "bottom", zorder=4)


def ceiling_sign() -> Line2D:
    return Line2D([], [], color=GREY, linestyle=(0, (2, 2)), linewidth=0.9,
                  label=CEILING_LABEL)


def break_evens(groups: dict) -> Figure:
    """N* over W, one line for each operation, size and mode."""
    made = []
    for number, best in enumerate(groups.values()):
        first = best[0]
        label = f"{first.pages.name}, {first.pages.setting.words}, against {first.flush.op}"
        made.append(Series(label, multiples.look(number), [spread(one) for one in best
                                                           if one.crossing.value is not None]))
    highest = max(v for one in made for p in one.points for v in p[1:])
    lowest = min(v for one in made for p in one.points for v in p[1:])
    panel = Panel("", made, lambda axes: fix(axes, lowest, highest))
    return multiples.draw([panel], "working set (W) in pages", "break-even N* in pages",
                          ordinal=True, extra=(ceiling_sign(),), legend_columns=1,
                          y_scale=axis.Scale(1, highest, None))


def spread(one) -> tuple:
    """A break-even as a point; an open end of its interval ends at the last page measured."""
    at, reach = one.crossing, one.pages.curve.points
    return (one.w, at.value, reach[0].x if at.low is None else at.low,
            reach[-1].x if at.high is None else at.high)


def fix(axes, lowest: float, highest: float) -> None:
    """A logarithmic axis that shows every ceiling."""
    axes.set_yscale("log", base=2)
    axes.set_ylim(min(lowest, 1) / 1.3, max(highest, 4096) * 2)
    axes.yaxis.set_major_locator(multiples.FixedLocator([4 ** n for n in range(8)]))
    axes.yaxis.set_major_formatter(lambda value, _: axis.short(value))
    ceilings(axes, axes.axhline, axes.get_yaxis_transform(), upright=False)
