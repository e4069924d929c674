"""Small multiples: panels with the same axes, one legend for all."""

import math
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from . import axis
from .axis import short
from .figure import BLUE, GREEN, GREY, INK, ORANGE, PINK, SKY, VERMILLION, plain
from ..read.sweep import Curve, doubted

WIDTH_INCHES, PANEL_INCHES, GAP_INCHES = 10.0, 2.1, 0.52
LEFT_INCHES, BOTTOM_INCHES, LEGEND_INCHES = 0.75, 0.75, 0.17
LEGEND_COLUMNS = 3
COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PINK, SKY, INK)
MARKERS = "osD^vP*X"
SOLID, DASHED, DOTTED = "-", (0, (5, 1.5)), (0, (1.5, 1.2))
DASHES = (SOLID, DASHED, DOTTED)
# The same in every plot; what shares a colour never stands in one mode of the processor, or has
# other dashes.
OPERATIONS = {
    "none": (GREY, ".", DOTTED),
    "cr3_reload": (VERMILLION, "s", SOLID),
    "cr3_pcid_flush": (VERMILLION, "D", SOLID),
    "cr3_pcid_noflush": (GREEN, "v", SOLID),
    "invlpg": (BLUE, "o", SOLID),
    "invlpgb_tlbsync": (BLUE, "X", DASHED),
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
    """Series under a title; dress(axes) adds what is no series."""

    title: str
    series: list
    dress: object = None


def look(number: int) -> tuple:
    """Colour, marker and dashes; different for each of the first 21."""
    return (COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)],
            DASHES[number // len(COLOURS) % len(DASHES)])


def of_op(op: str) -> tuple:
    """The look of an operation."""
    return OPERATIONS.get(op, (GREY, "X", DASHED))


def draw(panels: list, x_label: str, y_label: str, *, columns: int = 3, ordinal: bool = False,
         extra: tuple = (), reach: tuple = (), y_scale=None,
         legend_columns: int = LEGEND_COLUMNS) -> Figure:
    """The panels in rows.  Ordinal: every x measured at the same distance from the next;
    otherwise by powers of two.  extra: more signs of the legend; reach: x that must be seen."""
    signs = legend_signs(panels) + list(extra)
    figure, places = frame(panels, signs, columns, legend_columns)
    xs = sorted({p[0] for panel in panels for one in panel.series for p in one.points}
                | set(reach))
    scale = y_scale or shared(panels)
    for axes, panel, is_first in places:
        stand(axes, scale, labelled=is_first)
        place = walk(axes, xs, ordinal)
        for one in panel.series:
            line(axes, one, place)
        if panel.dress:
            panel.dress(axes)
    logarithmic = f" (logarithmic beyond {short(scale.linear)})" if scale.linear else ""
    name_axes(figure, len(signs), legend_columns, x_label, y_label + logarithmic)
    return figure


def frame(panels: list, signs: list, columns: int, legend_columns: int) -> tuple:
    """An empty figure with a legend, and (axes, panel, whether it begins a row) of each."""
    columns = min(columns, len(panels))
    bottom = below(len(signs), legend_columns)
    height = bottom + math.ceil(len(panels) / columns) * (PANEL_INCHES + GAP_INCHES)
    figure = Figure(figsize=(WIDTH_INCHES, height))
    room = (WIDTH_INCHES - LEFT_INCHES) / columns
    places = []
    for number, panel in enumerate(panels):
        row, column = divmod(number, columns)
        top = height - row * (PANEL_INCHES + GAP_INCHES) - GAP_INCHES
        axes = figure.add_axes(((LEFT_INCHES + column * room) / WIDTH_INCHES,
                                (top - PANEL_INCHES) / height, (room - 0.25) / WIDTH_INCHES,
                                PANEL_INCHES / height))
        axes.set_title(plain(panel.title, 60), fontsize=9, fontweight="bold", loc="left",
                       parse_math=False)
        places.append((axes, panel, column == 0))
    figure.legend(handles=signs, loc="lower center", ncol=legend_columns, fontsize=7.5,
                  frameon=False, bbox_to_anchor=(0.5, 0.08 / height), handlelength=3.2)
    return figure, places


def below(signs: int, legend_columns: int) -> float:
    """Inches under the panels: their axis and the legend."""
    return BOTTOM_INCHES + LEGEND_INCHES * math.ceil(signs / legend_columns)


def name_axes(figure: Figure, signs: int, legend_columns: int, x_label: str, y_label: str) -> None:
    """One name for the axes of all panels."""
    bottom, height = below(signs, legend_columns), figure.get_size_inches()[1]
    figure.text((LEFT_INCHES + WIDTH_INCHES) / 2 / WIDTH_INCHES, (bottom - 0.38) / height, x_label,
                ha="center", va="center", parse_math=False)
    figure.text(0.14 / WIDTH_INCHES, (bottom + height - GAP_INCHES) / 2 / height, y_label,
                rotation=90, ha="center", va="center", parse_math=False)


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


def stand(axes, scale: axis.Scale, labelled: bool) -> None:
    """The axis of values, its numbers only at the left end of a row."""
    if scale.linear:
        axes.set_yscale("symlog", linthresh=scale.linear, linscale=0.4)
        axes.set_ylim(scale.low * 1.4 - (scale.linear / 4 if scale.low < 0 else 0),
                      scale.high * 1.5)
    else:
        margin = 0.06 * (scale.high - scale.low)
        axes.set_ylim(scale.low - (margin if scale.low < 0 else 0), scale.high + margin)
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(lambda value, _: short(value))
    axes.tick_params(labelsize=8, labelleft=labelled)
    axes.grid(color="#e0e0e0", linewidth=0.6, zorder=0)
    axes.axhline(0, color="#999999", linewidth=0.8, zorder=1)


def walk(axes, xs: list, ordinal: bool):
    """The axis of the sweep; where an x stands on it."""
    if ordinal:
        axes.set_xlim(-0.4, max(len(xs) - 0.6, 0.4))
        axes.xaxis.set_major_locator(FixedLocator(range(len(xs))))
        axes.set_xticklabels([short(x) for x in xs])
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
    axes.xaxis.set_major_locator(FixedLocator(([0] if low <= 0 else []) + powers))
    axes.xaxis.set_minor_locator(NullLocator())
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
