"""Small multiples: panels with the same axes, one legend for all."""

from dataclasses import dataclass

from ..read.sweep import Curve, doubted
from . import axis
from .axis import short
from .canvas import Figure
from .figure import (BLUE, GREEN, GREY, INK, ORANGE, PINK, SKY, VERMILLION, Facets,
                     plain)
from .shapes import DASHED, DOTTED, SOLID, Line2D

FEW_PLACES = 2  # of which there is no curve: their numbers are a table
NEAR = 0.025  # of an axis: curves that are no farther apart look like one
WIDTH_INCHES, HEIGHT_INCHES = 3.6, 2.6  # of a panel: what a column of a paper holds
LEFT_INCHES, RIGHT_INCHES, BOTTOM_INCHES, TOP_INCHES = 0.66, 0.32, 0.5, 0.34
COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PINK, SKY, INK)
MARKERS = "osD^vP*X"
DASHES = (SOLID, DASHED, DOTTED)
LONGEST_NAMES = 52  # characters beside curves that cover each other
# The same in every plot; what shares a colour never stands in one mode of the processor, or has
# other dashes.
OPERATIONS = {
    "none": (GREY, ".", DOTTED),
    "cr3_reload": (VERMILLION, "s", SOLID),
    "cr3_pcid_flush": (VERMILLION, "D", SOLID),
    "cr3_pcid_noflush": (GREEN, "v", SOLID),
    "invlpg": (BLUE, "o", SOLID),
    "invlpgb_tlbsync": (BLUE, "X", DASHED),
    "cr3_pti_deferred": (GREEN, "P", DASHED),
    "invlpgb_context": (ORANGE, "s", DASHED),
    "invlpgb_all_global": (PINK, "v", DASHED),
    "invlpgb_all_non_global": (SKY, "P", DASHED),
    "invpcid_address": (SKY, "^", SOLID),
    "invpcid_context": (ORANGE, "P", SOLID),
    "invpcid_by_cr3": (ORANGE, "X", DASHED),
    "invpcid_by_cr3_seed": (ORANGE, "*", DOTTED),
    "invpcid_all_global": (PINK, "*", SOLID),
    "invpcid_all_non_global": (GREEN, "^", DASHED),
    "cr4_pge_toggle": (INK, "D", SOLID),
    "cr4_smep_set": (INK, "o", DASHED),
    "cr0_pg_toggle": (INK, "X", DOTTED),
}


@dataclass(frozen=True)
class Series:
    """Points (x, y, low, high) under a name, with a look; hollow where there is a doubt."""

    label: str
    look: tuple
    points: list
    doubt: str = ""

    @property
    def name(self) -> str:
        return doubted(self.label, self.doubt)


def of_curve(one: Curve, label: str, look: tuple) -> Series:
    """A curve under a name."""
    return Series(label, look, [(p.x, p.y, p.low, p.high) for p in one.points], one.doubt)


@dataclass(frozen=True)
class Panel:
    """Series under a title; dress(axes) adds what is no series, is_more: what was measured."""

    title: str
    series: list
    dress: object = None
    is_more: bool = False


def look(number: int) -> tuple:
    """Colour, marker and dashes; different for each of the first 21."""
    return (COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)],
            DASHES[number // len(COLOURS) % len(DASHES)])


def of_op(op: str) -> tuple:
    """The look of an operation."""
    return OPERATIONS.get(op, (GREY, "X", DASHED))


def draw(panels: list, x_label: str, y_label: str, *, columns: int = 3, ordinal: bool = False,
         extra: tuple = (), reach: tuple = (), y_scale=None, **_) -> Facets:
    """The panels.  Ordinal: every x measured at the same distance from the next; otherwise by
    powers of two.  extra: more signs of the key; reach: x that may be seen where curves come
    near."""
    del columns
    made = Facets([], legend_signs(panels) + list(extra), few(panels, x_label, y_label))
    scale = y_scale or shared(panels)
    logarithmic = f" (logarithmic beyond {short(scale.linear)})" if scale.linear else ""
    xs = sorted({p[0] for panel in panels for one in panel.series for p in one.points}
                | {x for x in reach if x <= 1.1 * furthest(panels)})
    for panel in panels:
        figure, axes = frame(panel.title, x_label, y_label + logarithmic)
        stand(axes, scale)
        place = walk(axes, xs, ordinal)
        for one in panel.series:
            line(axes, one, place)
        for group in near(panel.series, axes):
            name_together(axes, group, place)
        if panel.dress:
            panel.dress(axes)
        made.figures.append(figure)
    return made


def few(panels: list, x_label: str, y_label: str) -> tuple:
    """What a table has to say in the place of panels that have no curve; empty if they have."""
    places = sorted({p[0] for panel in panels for one in panel.series for p in one.points})
    if not 0 < len(places) <= FEW_PLACES or any(panel.is_more for panel in panels):
        return ()
    body = [(panel.title, one.name, [next((p[1:] for p in one.points if p[0] == x), None)
                                     for x in places])
            for panel in panels for one in panel.series]
    return ["", f"{y_label}, interval", *(f"{x_label}: {short(x)}" for x in places)], body


def near(series: list, axes) -> list:
    """Groups of curves that lie on each other wherever both were measured."""
    axes.complete()
    share = axes.yaxis.share
    groups = []
    for one in series:
        mine = {p[0]: share(p[1]) for p in one.points}
        for group in groups:
            other = {p[0]: share(p[1]) for p in group[0].points}
            both = set(mine) & set(other)
            if len(both) > FEW_PLACES and all(abs(mine[x] - other[x]) < NEAR for x in both):
                group.append(one)
                break
        else:
            groups.append([one])
    return [group for group in groups if len(group) > 1]


def name_together(axes, group: list, place: dict) -> None:
    """The names of curves that cover each other, where the last of them ends."""
    x, y = max((p[0], p[1]) for p in group[-1].points)
    names = " \u2248 ".join(plain(one.label) for one in group)
    if len(names) > LONGEST_NAMES:
        names = f"{len(group)} curves cover each other"
    axes.text(place[x], y, names, fontsize=6, ha="right", va="above", color=group[0].look[0])


def furthest(panels: list) -> float:
    """The last x that was measured in any panel."""
    return max((p[0] for panel in panels for one in panel.series for p in one.points), default=1)


def frame(title: str, x_label: str, y_label: str) -> tuple:
    """An empty panel and its axes."""
    figure = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES))
    axes = figure.add_axes((LEFT_INCHES / WIDTH_INCHES, BOTTOM_INCHES / HEIGHT_INCHES,
                            (WIDTH_INCHES - LEFT_INCHES - RIGHT_INCHES) / WIDTH_INCHES,
                            (HEIGHT_INCHES - BOTTOM_INCHES - TOP_INCHES) / HEIGHT_INCHES))
    axes.set_title(plain(title, 60), fontsize=9)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.yaxis.is_ticks = y_label.startswith("TSC ticks")
    return figure, axes


def legend_signs(panels: list) -> list:
    """A sign for each label, in the order of the first use."""
    looks = {one.name: one for panel in panels for one in panel.series}
    return [Line2D([], [], color=one.look[0], marker=one.look[1], linestyle=one.look[2],
                   markersize=4.5, linewidth=1.2, label=plain(name, 75),
                   markerfacecolor=inside(one))
            for name, one in looks.items()]


def inside(one: Series) -> str:
    """The colour that fills its markers."""
    return "white" if one.doubt else one.look[0]


def shared(panels: list) -> axis.Scale:
    """One axis of values for all panels."""
    points = [p for panel in panels for one in panel.series for p in one.points]
    return axis.scale([v for p in points for v in p[1:]], [p[1] for p in points])


def linear(panels: list) -> axis.Scale:
    """One axis for all panels, not logarithmic however far the values are apart."""
    scale = shared(panels)
    return axis.Scale(scale.low, scale.high, None)


def stand(axes, scale: axis.Scale) -> None:
    """The axis of values."""
    if scale.linear:
        axes.set_yscale("symlog", linthresh=scale.linear, linscale=0.4)
        axes.set_ylim(scale.low * 1.4 - (scale.linear / 4 if scale.low < 0 else 0),
                      scale.high * 1.5)
    else:
        margin = 0.06 * (scale.high - scale.low)
        axes.set_ylim(scale.low - (margin if scale.low < 0 else 0), scale.high + margin)
    axes.yaxis.set_major_formatter(lambda value, _: short(value))
    axes.grid(color="#e0e0e0", linewidth=0.6)
    axes.axhline(0, color="#999999", linewidth=0.8, zorder=1)


def walk(axes, xs: list, ordinal: bool):
    """The axis of the sweep; where an x stands on it."""
    if ordinal:
        axes.set_xlim(-0.4, max(len(xs) - 0.6, 0.4))
        axes.set_xticks(range(len(xs)), [short(x) for x in xs])
        return {x: number for number, x in enumerate(xs)}
    low, high = xs[0], max(xs[-1], 2)
    if low > 0:
        axes.set_xscale("log", base=2)
        axes.set_xlim(low / 1.2, high * 1.2)
    else:
        axes.set_xscale("symlog", base=2, linthresh=1, linscale=1)
        axes.set_xlim(low - 0.3, high * 1.2)
    step = 2 if high / max(low, 1) <= 64 else 4
    powers = [step ** n for n in range(0, 20) if low <= step ** n <= high]
    axes.xaxis.set_major_locator(([0] if low <= 0 else []) + powers)
    axes.xaxis.set_major_formatter(lambda value, _: short(value))
    return {x: x for x in xs}


def line(axes, one: Series, place: dict) -> None:
    """The medians joined, a bar for each interval."""
    colour, marker, dashes = one.look
    xs = [place[p[0]] for p in one.points]
    axes.vlines(xs, [p[2] for p in one.points], [p[3] for p in one.points], color=colour,
                linewidth=2.6, alpha=0.4, zorder=2)
    axes.plot(xs, [p[1] for p in one.points], color=colour, marker=marker, linestyle=dashes,
              markersize=3.6, linewidth=1.1, zorder=3, markerfacecolor=inside(one))
