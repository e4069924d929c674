"""Cost over the pages dropped, against one full flush; and the break-even over the working set."""

import math

from ..find.breakeven import CEILINGS, comparable
from ..read.sweep import doubted
from . import axis, multiples
from .canvas import Figure
from .figure import DOWN, GREY, INK, SKY, UP
from .multiples import Panel, Series
from .shapes import Line2D

PAIR = (SKY, "s", multiples.DASHED)  # of page-table isolation
CEILING_LABEL = "ceilings: " + ", ".join(f"{kernel} {pages}" for kernel, pages in CEILINGS)
# Why a break-even has no value: how it is marked, and what the mark means.
SIDES = {"beyond": (UP, "beyond the pages measured"), "below": (DOWN, "below them"),
         "twice": ("x", "rows contradict each other: no value")}
# So that level lines at the same height are all seen.
LEVELS = ("-", (0, (6, 6)), (6, (6, 6)), (0, (2, 4)), (3, (2, 4)))


def curves(sweeps: list, flushes: list) -> Figure:
    """A panel for each working set; the sweeps are of one page size and mode."""
    against = {id(one): any(comparable(pages.setting, one.setting) for pages in sweeps)
               for one in flushes}
    full = [one for one in flushes if against[id(one)]]
    names = dict.fromkeys(map(named, full))
    dashes = {name: LEVELS[at % len(LEVELS)] for at, name in enumerate(names)}
    panels = []
    for w in sorted({one.setting.w for one in sweeps}):
        mine = [one for one in sweeps if one.setting.w == w]
        here = [one for one in full if one.setting.w == w]
        panels.append(Panel(f"W = {w} pages", [series(one) for one in mine],
                            lambda axes, here=here: levels(axes, here, dashes), True))
    colours = {named(one): multiples.of_op(one.op)[0] for one in full}
    signs = [Line2D([], [], color=colours[name], linestyle=dashes[name], linewidth=1.6, label=name)
             for name in names]
    signs.append(ceiling_sign())
    points = [*(p for one in sweeps for p in one.curve.points), *(one.point for one in full)]
    scale = axis.scale([v for p in points for v in (p.low, p.high)], [p.y for p in points])
    return multiples.draw(panels, "pages dropped (N)", "TSC ticks with refill", extra=signs,
                          reach=tuple(pages for _, pages in CEILINGS), y_scale=scale)


def named(one) -> str:
    """A full flush in the legend."""
    many = "" if one.name != one.op else "one "
    total = ", a sum" if one.other else ""
    return doubted(f"{many}{one.name} ({one.kind}{total})", one.doubt)


def series(one) -> Series:
    """A sweep as a line; the pair of page-table isolation has a look of its own."""
    look = PAIR if one.setting.scope == "pti" else multiples.of_op(one.op)
    return Series(f"N x {one.name}", look,
                  [(p.x, p.y, p.low, p.high) for p in one.curve.points], one.doubt)


def levels(axes, full: list, dashes: dict) -> None:
    """The full flushes as level lines with their intervals, the ceilings as upright ones."""
    for one in full:
        colour = multiples.of_op(one.op)[0]
        axes.axhspan(one.point.low, one.point.high, color=colour, alpha=0.25, linewidth=0)
        axes.axhline(one.point.y, color=colour, linestyle=dashes[named(one)], linewidth=1.6,
                     zorder=2)
    ceilings(axes, axes.axvline, axes.get_xaxis_transform(), upright=True)


def ceilings(axes, draw, transform, upright: bool) -> None:
    """A line for each kernel's ceiling; that of Asterinas has no room for a name."""
    for pages in {pages for _, pages in CEILINGS}:
        draw(pages, color=GREY, linestyle=(0, (2, 2)), linewidth=0.9, zorder=1)
    for text, pages in (("Linux", 33), ("FreeBSD", 4095)):
        top = upright and pages < 1000  # where there is no curve
        at = (pages * 0.94, 0.98 if top else 0.03) if upright else (0.995, pages * 1.06)
        axes.text(*at, text, transform=transform, rotation=90 if upright else 0, fontsize=6.5,
                  color=INK, ha="right", va="top" if top else "bottom", zorder=4)


def ceiling_sign() -> Line2D:
    return Line2D([], [], color=GREY, linestyle=(0, (2, 2)), linewidth=0.9,
                  label=CEILING_LABEL)


def break_evens(groups: dict) -> Figure:
    """N* over W, one line for each operation, size and mode; an arrow where it is beyond what was
    measured."""
    made, marked = [], []
    for number, best in enumerate(groups.values()):
        first, look = best[0], multiples.look(number)
        label = f"{first.pages.name}, {first.pages.setting.words}"
        why = next((one.doubt for one in best if one.doubt), "")
        made.append(Series(label, look, [spread(one) for one in best], why))
        marked += [(one, look[0]) for one in best if one.crossing.side]
    ends = [v for one in made for p in one.points for v in p[1:] if not math.isnan(v)]
    order = sorted({one.w for best in groups.values() for one in best})
    panel = Panel("", made, lambda axes: fix(axes, min(ends), max(ends), order, marked),
                  True)
    signs = [ceiling_sign(), *(
        Line2D([], [], color=INK, marker=marker, fillstyle="none", linestyle="", markersize=7,
               label=text)
        for side, (marker, text) in SIDES.items()
        if any(one.crossing.side == side for one, _ in marked))]
    return multiples.draw([panel], "working set (W) in pages", "break-even N* in pages",
                          ordinal=True, extra=tuple(signs),
                          y_scale=axis.Scale(1, max(2, *ends), None))


def spread(one) -> tuple:
    """A break-even as a point; what is open ends at the last page measured.  One that rows
    contradict is drawn as its interval alone, and breaks the line."""
    at, reach = one.crossing, one.pages.curve.points
    first, last = reach[0].x, reach[-1].x
    value = {"below": first, "beyond": last, "twice": math.nan}.get(at.side, at.value)
    return one.w, value, first if at.low is None else at.low, last if at.high is None else at.high


def fix(axes, lowest: float, highest: float, order: list, marked: list) -> None:
    """A logarithmic axis that shows every ceiling, arrows to what lies beyond, and a sign in the
    interval of what rows contradict."""
    for one, colour in marked:
        place, (_, end, *ends) = order.index(one.w), spread(one)
        if one.crossing.side == "twice":
            axes.plot([place], [math.sqrt(math.prod(ends))], color=colour, linestyle="",
                      marker=SIDES["twice"][0], markersize=7, zorder=4)
            continue
        far = end * 1.9 if one.crossing.side == "beyond" else end / 1.9
        axes.plot([place, place], [end, far], color=colour, linewidth=1.3)
        axes.plot([place], [far], UP if far > end else DOWN, color=colour, markersize=6)
    axes.set_yscale("log", base=2)
    axes.set_ylim(min(lowest, 1) / (2.2 if marked else 1.3), max(highest, 4096) * 2.5)
    axes.yaxis.set_major_locator(4 ** n for n in range(8))
    axes.yaxis.set_major_formatter(lambda value, _: axis.short(value))
    ceilings(axes, axes.axhline, axes.get_yaxis_transform(), upright=False)
