"""The structure of the TLB: its sizes by their knees, its PCIDs by what they keep."""

import math

from ..draw import multiples
from ..find import capacity
from ..read import sweep, trust
from . import cost, geometry
from ..find.capacity import Capacity, capacities
from ..draw.figure import INK, picture
from ..find.knees import Knee, knees
from ..read.markup import Markup, breakable, join, paragraph, table, tag
from ..draw.multiples import Panel
from ..read.run import Run
from ..read.schema import count_fault
from ..read.sweep import FILE, interval

SIZES_BENCH, SIZES_PARAM = "tlb_size", "pages"
LEVELS = ("l1", "l2")
KNEES_NOTE = (
    "One access to each of W pages in a random cycle, against the same lines through a large "
    "mapping: what is left is translation. Where the curve leaves a plateau, a level of the TLB "
    "is full. Each knee is fitted by two segments that meet, with its 95 % interval, in which the "
    "rise may flatten, since misses come slowly where a random entry is replaced; where no W "
    "between the plateau and what lies beyond it was measured it is only known to be between two "
    "of them, as in \"64 to 89\". The dashed lines are what CPUID says. A second level that does "
    "not repeat what the first holds shows "
    "the sum of both; the code of the measurement takes an entry or two. A knee that CPUID does "
    "not know may be one of the paging-structure caches, or of the data cache that holds the "
    "page tables."
)
CAPACITY_NOTE = (
    "A page is touched in one PCID, k others are visited with s pages touched in each, and the "
    "first comes back with bit 63 set: does the page still hit? Against a probe that was kept for "
    "sure. noflush and flush: how the others were loaded. The capacity counts the probed PCID; "
    "where places were left out between the last that kept it and the first that lost it, it is "
    "between the two. A translation that moved to a farther level of the TLB is kept: it is lost "
    "where the probe costs more than half of a walk, which is what a page costs to fetch again "
    "behind a flush, or beyond both levels of the TLB. A place whose interval holds that bound "
    "decides nothing. Published for one Intel part: the second level keeps 4."
)


def knee_curves(run: Run) -> list:
    """(curve, its knees) of each kind and page size."""
    return [(one, knees(one.points))
            for one in sweep.curves(run, SIZES_BENCH, SIZES_PARAM)]


def stated(run: Run, variant: str) -> dict:
    """Level -> entries that CPUID says hold translations of this kind and page size: those of
    its own and those that data and code share."""
    kind, size = (variant.split("-") + [""])[:2]
    found = {}
    for level in LEVELS:
        facts = [run.fact(f"tlb_{level}_{side}_{size}_entries") for side in (kind, "unified")]
        found[level] = sum(float(text) for text in facts if text and not count_fault(text))
    return {level: entries for level, entries in found.items() if entries}


def tlb(run: Run) -> Markup:
    """Knees, then PCIDs."""
    return join([tag("h3", "Entries"), *entries(run), tag("h3", "PCIDs"), *pcids(run)])


def entries(run: Run) -> list:
    """The curves with their knees against CPUID."""
    rows, found = sweep.rows(run, SIZES_BENCH), knee_curves(run)
    lack = sweep.lacking(run, SIZES_BENCH, found)
    if lack:
        return [paragraph(lack, class_="lack"), cost.details(run, rows)]
    panels = [Panel(one.variant, [multiples.of_curve(one, "translation", multiples.look(0))],
                    lambda axes, one=one, at=at: mark(axes, at, stated(run, one.variant)))
              for one, at in found]
    figure = multiples.draw(panels, "pages (W)", "TSC ticks per access", extra=signs(),
                            y_scale=multiples.linear(panels))
    alt = "Cost of translation over the pages accessed, in TSC ticks, with its knees."
    return [paragraph(KNEES_NOTE, class_="note"),
            tag("figure", picture(run, "knees", alt, figure, FILE)),
            sizes(run, found), geometry.differences(run, found, stated), cost.details(run, rows)]


def mark(axes, found: list, known: dict) -> None:
    """The knees with their intervals, and what CPUID says."""
    colour = multiples.COLOURS[1]
    for knee in found:
        axes.axvspan(knee.low, max(knee.high, knee.low * 1.001), color=colour, alpha=0.3,
                     linewidth=0, zorder=1)
        if knee.value is not None:
            axes.axvline(knee.value, color=colour, linewidth=1.1, zorder=2)
        first, last = axes.get_xlim()
        is_first = knee.low < first * (last / first) ** 0.08  # no room on its left
        axes.text(knee.high * 1.05 if is_first else knee.low * 0.95, 0.97,
                  knee.words.removesuffix(".0"), rotation=90, fontsize=7.5, color="#a33c00",
                  ha="left" if is_first else "right", va="top",
                  transform=axes.get_xaxis_transform())
    for number in known.values():
        axes.axvline(number, color=INK, linewidth=1.1, linestyle=(0, (3, 3)), zorder=3)


def signs() -> tuple:
    return (multiples.Line2D([], [], color=multiples.COLOURS[1], linewidth=1.4,
                             label="knee with its interval"),
            multiples.Line2D([], [], color=INK, linewidth=1.1, linestyle=(0, (3, 3)),
                             label="entries that CPUID says"))


def sizes(run: Run, found: list) -> Markup:
    """Each knee against the level of CPUID that is nearest."""
    head = ["access", "knee", "interval", "ticks before", "ticks after", "CPUID", "against CPUID"]
    body = []
    for one, at in found:
        name = tag("th", one.variant, class_="name", scope="row")
        if not at:
            body.append([name, "no knee", "", "", "", *against(None, stated(run, one.variant))])
        for knee in at:
            numbers = (knee.words, interval(knee.low, knee.high), f"{knee.before:z.2f}",
                       f"{knee.after:.2f}")
            body.append([name, *(tag("td", text, class_="number") for text in numbers),
                         *against(knee, stated(run, one.variant))])
    return table(head, body, "Entries: knees in pages, costs in TSC ticks per access",
                 trust.marked(run, FILE))


def against(knee: Knee | None, known: dict) -> tuple:
    """What CPUID says of the nearest level, and whether the knee agrees."""
    if not known:
        return "not stated", ""
    if knee is None:
        return ", ".join(f"{level} {entries:.0f}" for level, entries in known.items()), ""
    # Nearest by ratio: half of a level is as far from it as twice of it.
    level = min(known, key=lambda one: abs(math.log(known[one] / knee.middle)))
    entries = known[level]
    if knee.low <= entries <= knee.high:
        verdict = "inside the interval"
    else:
        verdict = f"knee is {100 * (knee.middle / entries - 1):+.1f} % of it away"
    return f"{level} {entries:.0f}", verdict


def pcids(run: Run) -> list:
    """The probe over the PCIDs visited, and the capacity."""
    rows, found = sweep.rows(run, capacity.BENCH), capacities(run)
    lack = sweep.lacking(run, capacity.BENCH, found)
    if lack:
        return [paragraph(lack, class_="lack"), cost.details(run, rows)]
    panels = [Panel(f"{one.curve.variant}, {one.curve.op}",
                    [multiples.of_curve(one.curve, "probe after the return", multiples.look(0))],
                    lambda axes, one=one: mark_capacity(axes, one)) for one in found]
    sign = multiples.Line2D([], [], color=multiples.COLOURS[1], linewidth=1.4,
                            label="capacity with its interval")
    figure = multiples.draw(panels, "other PCIDs visited (k)", "TSC ticks above a kept one",
                            extra=(sign,), y_scale=multiples.linear(panels))
    alt = "Cost of a probe after other PCIDs were visited, in TSC ticks, with the capacity."
    return [paragraph(CAPACITY_NOTE, class_="note"),
            tag("figure", picture(run, "pcids", alt, figure, FILE)),
            kept(run, found), cost.details(run, rows)]


def mark_capacity(axes, one: Capacity) -> None:
    """Up to how many others the probed PCID stays: one less than the capacity."""
    if one.high is None:
        return
    colour, end = multiples.COLOURS[1], one.high
    axes.axvspan(one.low - 1, end, color=colour, alpha=0.25, linewidth=0, zorder=1)
    axes.text(one.low - 1, 0.97, f"{one.words} kept", rotation=90, fontsize=7.5, color="#a33c00",
              ha="right", va="top", transform=axes.get_xaxis_transform())


def kept(run: Run, found: list) -> Markup:
    """The capacity of each variant."""
    head = ["operation", "variant", "PCIDs that keep a translation", "interval", "ticks kept",
            "ticks lost"]
    body = []
    for one in found:
        value = one.words + one.remark
        lost = f"{one.lost:.2f}" if one.lost is not None else ""
        cells = (value, interval(one.low, one.high, 0), f"{one.kept:z.2f}", lost)
        body.append([tag("th", breakable(sweep.doubted(one.curve.op, one.curve.doubt)),
                         class_="name", scope="row"), one.curve.variant,
                     *(tag("td", text, class_="number") for text in cells)])
    return table(head, body, "PCIDs: how many keep a translation",
                 trust.marked(run, FILE))
