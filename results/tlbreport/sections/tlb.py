"""The structure of the TLB: its sizes by their knees, its PCIDs by what they keep."""

import math

from ..draw import multiples, tables
from ..draw.figure import INK, picture
from ..draw.markup import Markup, breakable, join, paragraph, table, tag
from ..draw.multiples import Panel
from ..find import capacity, geometry
from ..find.capacity import Capacity, capacities
from ..find.knees import Knee
from ..read import sweep, trust
from ..read.run import Run
from ..read.sweep import FILE, interval

KNEES_NOTE = (
    "One access to each of W pages in a random cycle, less the same accesses through a large "
    "page: what is left is translation. Where the curve leaves a plateau, a level of the TLB is "
    "full (a knee). Each knee is fitted by two segments that meet, with its 95 % interval. The "
    "rise may flatten, since misses come slowly where a random entry is replaced. Where no W "
    "between the plateau and what lies beyond it was measured, the knee is only known to be "
    "between two of them, as in \"64 to 89\". The dashed lines are what CPUID says. A second "
    "level that does not repeat what the first holds shows the sum of both; the code of the "
    "measurement takes an entry or two. A knee that CPUID does not name may be one of the "
    "paging-structure caches, or of the data cache that holds the page tables."
)
CAPACITY_NOTE = (
    "A page is touched in one PCID; then k other PCIDs are entered, with s pages touched in each; "
    "then the first PCID comes back, with bit 63 of CR3 set. Does the page still hit in the TLB? "
    "The cost is held against a page that was surely kept. noflush and flush: how the other PCIDs "
    "were loaded. The capacity counts the first PCID too; where places were left out between the "
    "last that kept it and the first that lost it, the capacity is between the two. A translation "
    "that moved to a farther level of the TLB is kept. It is lost where the access costs more "
    "than the middle of a hit of that level and a walk, which is what a page costs to fetch again "
    "after a flush, or beyond both levels of the TLB; half of a walk where tlb_size does not show "
    "such a hit. A place whose interval holds that bound decides nothing. Published for "
    "one Intel part: the second level keeps 4."
)
LEAF_02 = (
    " Leaf 02H is a list of descriptors, which has named wrong ways on Skylake and Comet Lake "
    "(errata SKL148, CML081): a processor that has leaf 18H is asked by that one."
)


def tlb(run: Run) -> Markup:
    """Knees, then PCIDs."""
    return join([tag("h3", "Entries"), *entries(run), tag("h3", "PCIDs"), *pcids(run)])


def entries(run: Run) -> list:
    """The curves with their knees against CPUID."""
    rows, found = sweep.rows(run, geometry.BENCH), geometry.knee_curves(run)
    lack = sweep.lacking(run, geometry.BENCH, found)
    if lack:
        return [paragraph(lack, class_="lack"), tables.details(run, rows)]
    panels = [Panel(one.variant, [multiples.of_curve(one, "translation", multiples.look(0))],
                    lambda axes, one=one, at=at: mark(axes, at, geometry.stated(run, one.variant)))
              for one, at in found]
    figure = multiples.draw(panels, "pages (W)", "TSC ticks per access", extra=signs(),
                            y_scale=multiples.linear(panels))
    alt = "Cost of translation over the pages accessed, in TSC ticks, with its knees."
    return [paragraph(KNEES_NOTE, class_="note"),
            tag("figure", picture(run, "knees", alt, figure, FILE)),
            sizes(run, found), differences(run, found), tables.details(run, rows)]


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
            body.append([name, "no knee", "", "", "",
                         *against(None, geometry.stated(run, one.variant))])
        for knee in at:
            numbers = (knee.words, interval(knee.low, knee.high), f"{knee.before:z.2f}",
                       f"{knee.after:.2f}")
            body.append([name, *(tag("td", text, class_="number") for text in numbers),
                         *against(knee, geometry.stated(run, one.variant))])
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
        return [paragraph(lack, class_="lack"), tables.details(run, rows)]
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
            kept(run, found), tables.details(run, rows)]


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


def differences(run: Run, curves: list) -> Markup:
    """What CPUID says held against all curves and their knees.  Nothing where the timing shows
    nothing of a TLB."""
    if trust.against((run,), FILE):
        return Markup("")
    source = run.fact("tlb_source")
    silent = [one.variant for one, _ in curves if not geometry.stated(run, one.variant)]
    rows = [(one.variant, said) for one, found in curves if geometry.stated(run, one.variant)
            for said in geometry.compared(found, geometry.stated(run, one.variant),
                                          one.points[-1].x)]
    held = len(curves) - len(silent)
    if not held:
        return paragraph("CPUID says nothing of these TLBs: the knees stand alone.", class_="note")
    text = (f"What CPUID says (leaf {source or 'not recorded'}) is held against the knees of "
            f"{held} curve{'s' if held > 1 else ''}: ")
    text += "they differ, as listed." if rows else "every level has its knee, and no knee is left."
    if silent:
        text += f" It says nothing of {', '.join(silent)}."
    parts = [paragraph(text + (LEAF_02 if source == "02H" else ""), class_="note")]
    if rows:
        body = [[tag("th", variant, class_="name", scope="row"), said] for variant, said in rows]
        parts.append(table(["access", "CPUID against tlb_size"], body, "Where the two differ"))
    return join(parts)
