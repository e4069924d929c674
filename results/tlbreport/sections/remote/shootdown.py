"""What it costs to drop translations in the TLBs of other processors."""

from ...draw import multiples, percentile_panels, plot_strips, tables
from ...draw.figure import INK, picture
from ...draw.markup import Markup, breakable, join, paragraph, table, tag
from ...draw.multiples import DASHED, DOTTED, SOLID, Line2D
from ...draw.percentile_panels import LOOKS
from ...find import remote, shots
from ...find.shots import BENCH, MODES_HOW, measured_shots, varied
from ...read import sweep, trust
from ...read.run import Run
from ...read.sweep import FILE, interval
from . import rar, target_refill, wording

NOTE = (
    "One processor changes page-table entries; others drop the old translations and answer; then "
    "the page frames may be used again. Baseline: INVLPG of each page; one interrupt for each "
    "target (unicast); targets answer after the operation (late); the caller drops its own "
    "translations while the others work (alongside), as Linux and FreeBSD do; each target answers "
    "in a cache line of its own (own). before: the caller drops its own first, as Xen does. "
    "shared: one request and one counter for all. csd: a queue for each target, and one request that all "
    "read, as in Linux. early: targets answer before the operation; kernels do "
    "not. Each time is the whole, without changing the entries: requests, own flush, "
    "sending, waiting. After every shootdown each target reads through the pages; one stale word "
    "fails the row."
)
TARGETS_NOTE = (
    "One page, INVLPG, by the number of processors asked. poll: the targets watch a line of "
    "memory. Level line: the caller's own flush alone, with nobody asked (local)."
)
PAGES_NOTE = (
    "All other processors are asked, by the number of pages. Dashed: the caller's own flush "
    "alone. INVLPGB is a broadcast: nobody is interrupted. How long it takes to issue, and how "
    "long to wait for it (TLBSYNC), is in the rows broadcast-issue and broadcast-tlbsync."
)
DIFFERENCE_NOTE = (
    "Each row less the baseline with as many targets and pages: what is left of 0 is cheaper than "
    "the baseline. The interval is the difference of the ends of the two 95 % intervals."
)
TOGETHER_NOTE = (
    "So many processors begin a shootdown at once, each for a page of its own, and each asks all "
    "others; while it waits it serves the others' requests: with interrupts on (irqson) in its "
    "handler, as kernels do, and then only who finds nobody else's request there interrupts. "
    "Under one lock; without a lock, as of as many address spaces (free); or of one address "
    "space, whose generations (tlb_gen) let a processor skip what it has dropped already (gen). "
    "The time is the boot processor's."
)
BATCH_NOTE = (
    "Pages are unmapped one behind the other, each with a shootdown of its own, or all with one "
    "full flush, as Linux's reclaim does (arch_tlbbatch_flush), or with one broadcast "
    "(invlpgb_flush_all_nonglobals). What the targets lose by that, and fetch again, stands below, and in refill."
)
FREED_NOTE = (
    "Others may walk freed tables in software, with interrupts off: Linux interrupts all behind a "
    "broadcast (tlb_remove_table_sync_one). A flush by interrupts has done that already."
)
HOWS = {"lock": "under a lock", "free": "without a lock", "gen": "by tlb_gen"}
HOW_LOOKS = {"lock": "o", "free": "D", "gen": "s"}
AROUND_NOTE = (
    "Interrupts cost more with each target; the broadcast always reaches all processors. This is "
    "where the two cost the same. The curve is made rising, and taken as straight between its "
    "medians; where rows contradict each other by more than their intervals, the interval holds "
    "the crossing by each of them."
)


def shootdown(run: Run) -> Markup:
    """All pictures that there are rows for, and all rows."""
    rows, found = sweep.rows(run, BENCH), measured_shots(run)
    lack = sweep.lacking(run, BENCH, found)
    if lack:
        return join([paragraph(lack, class_="lack"), wording.not_measured(run, BENCH),
                     tables.details(run, rows)])
    return join([paragraph(NOTE, class_="note"), wording.not_measured(run, BENCH), shown(run),
                 *by_targets(run, found), *by_pages(run, found), *differences(run, found),
                 *crossings(run), *rar.requests(run), *freed_tables(run), *batched(run),
                 target_refill.target_refill(run), *together(run, found), tables.details(run, rows)])


def shown(run: Run) -> Markup:
    """Whether a missing flush would have been seen."""
    facts = {row["test"]: row["value"].removesuffix(".000") for row in run.rows("selftest.csv")}
    share, words = facts.get("shootdown_shown", ""), facts.get("shootdown_words", "")
    if not share:
        return paragraph("It is not known whether a missing flush would have been seen: "
                         "selftest.csv has no shootdown_shown.", class_="lack")
    return paragraph(f"{words or 'Some'} words were read behind shootdowns. Without a shootdown "
                     f"such words were stale in {share} % of the chunks of samples: in those a "
                     "missing flush would have been seen.", class_="note")


def by_targets(run: Run, found: list):
    """A line for each way to ask; the row of each state of the targets."""
    lines = {}
    for one, row in found:
        if one.is_asked and one.op == "invlpg" and one.pages == 1:
            lines.setdefault(one.how, []).append((one.targets, row))
    if not lines:
        return
    local = next((row for one, row in found if one.how == "local" and one.pages == 1
                  and one.op == "invlpg" and not one.pcids), None)
    made = percentile_panels.panels("", [(how, LOOKS[how], lines[how]) for how in MODES_HOW if how in lines],
                         lambda axes: level(axes, local))
    sign = Line2D([], [], color=INK, linestyle=DOTTED, linewidth=1, label="own flush alone (local)")
    alt = "Cost of a shootdown of one page over the number of targets, in TSC ticks."
    yield tag("h3", "By the number of targets")
    yield paragraph(TARGETS_NOTE, class_="note")
    yield tag("figure", picture(run, "shootdown-targets", alt, percentile_panels.drawn(
        made, "processors asked", extra=(sign,) if local else (), legend_columns=6), FILE))
    yield tables.in_kernels([row for places in lines.values() for _, row in places]
                     + ([local] if local else []))


def level(axes, local) -> None:
    """The own flush alone as a level line."""
    if local:
        axes.axhline(local.number("p50"), color=INK, linestyle=DOTTED, linewidth=1, zorder=1)


def by_pages(run: Run, found: list):
    """A line for each operation, with all targets; the own flush alone beside it."""
    asked = [(one, row) for one, row in found if one.is_usual or one.is_broadcast]
    most = max((one.targets for one, _ in asked), default=0)
    lines = {}
    for one, row in found:
        if one.how == "local" or ((one.is_usual or one.is_broadcast)
                                  and one.targets == most):
            lines.setdefault((one.op, one.pcids, one.how == "local"), []).append((one.pages, row))
    if not lines:
        return
    made = []
    for pcids in (False, True):
        mine = [(" ".join([op, *(p for p in parts if p == "otherpcid"),
                           *(["alone"] if alone else [])]), looks(op, parts, alone), places)
                for (op, parts, alone), places in lines.items() if bool(parts) == pcids]
        made += percentile_panels.panels("with PCIDs" if pcids else "no PCIDs", mine) if mine else []
    alt = "Cost of a shootdown of all others over the pages, in TSC ticks, by operation."
    yield tag("h3", f"By the number of pages, {most} target{'s' if most > 1 else ''}")
    yield paragraph(PAGES_NOTE, class_="note")
    yield tag("figure", picture(run, "shootdown-pages", alt, percentile_panels.drawn(made, "pages changed",
                                legend_columns=4), FILE))
    yield tables.in_kernels([row for places in lines.values() for _, row in places])


def looks(op: str, pcids: tuple, alone: bool) -> tuple:
    """The look of the operation; the own flush alone is dashed."""
    colour, marker, _ = multiples.of_op(op)
    dashes = DASHED if alone else DOTTED if "otherpcid" in pcids else SOLID
    return colour, "" if alone else marker, dashes


def differences(run: Run, found: list):
    """Each dimension against the baseline."""
    groups, body = {}, []
    for what, words, one, row, base in varied(found):
        value, low, high = remote.difference(row, base)
        many = f"{one.targets} target{'s' if one.targets > 1 else ''}"
        where = f"{one.pages} page{'s' if one.pages > 1 else ''}, {many}"
        look = LOOKS[one.how] if one.how in LOOKS else multiples.of_op(one.op)
        if what == "operation on the targets":
            look = multiples.of_op(one.op)
        groups.setdefault(what, []).append((one.pages, one.targets, plot_strips.Strip(
            f"{words}; {where}", value, low, high, look=look[:2],
            doubt=sweep.doubt(row, base))))
        percent = f"{100 * value / base.number('p50'):+.1f} %" if base.number("p50") > 0 else ""
        body.append([tag("th", what, class_="name", scope="row"), breakable(words), where,
                     *wording.numbers(row.number("p50"), base.number("p50"), value),
                     *(tag("td", text, class_="number")
                       for text in (interval(low, high), percent))])
    if not groups:
        return
    strips = [(f"{what}, less the baseline",
               [one for *_, one in sorted(mine, key=lambda one: one[:2])])
              for what, mine in groups.items()]
    yield tag("h3", "Each dimension against the baseline")
    yield paragraph(DIFFERENCE_NOTE, class_="note")
    alt = "Difference of each variation to the baseline, in TSC ticks; the table has the numbers."
    yield from plot_strips.figures(run, "shootdown-against", alt, strips,
                                   "TSC ticks more than the baseline", FILE)
    head = ["varied", "to", "pages, targets", "median", "baseline", "difference", "interval",
            "of the baseline"]
    yield tag("details", tag("summary", f"{len(body)} differences in numbers"),
              table(head, body, "Against the baseline, in TSC ticks", trust.marked(run, FILE)))
    yield tables.in_kernels([row for _, _, _, row, _ in varied(found)])


def crossings(run: Run):
    """From how many targets INVLPGB is cheaper."""
    found = shots.against(run)
    yield tag("h3", "Interrupts against INVLPGB")
    if not found:
        reasons = dict.fromkeys(f"{row['status']} {row['reason']}".strip()
                                for row in sweep.rows(run, BENCH) if row["op"] == "invlpgb_tlbsync"
                                and row["status"] != "ok")
        text = "; ".join(reasons) or "it needs rows of both with two numbers of targets at least"
        yield paragraph(f"There is no crossing: {text}.", class_="lack")
        return
    body = [[tag("th", sweep.doubted(one.shot.how, one.doubt), class_="name", scope="row"),
             breakable(one.shot.variant),
             *(tag("td", text, class_="number") for text in (
                 str(one.pages), one.crossing.words,
                 interval(one.crossing.low, one.crossing.high)))] for one in found]
    yield paragraph(AROUND_NOTE, class_="note")
    if any(one.doubt for one in found):
        yield paragraph("Not all of these operations passed their verification: such a crossing "
                        "recommends nothing.", class_="lack")
    head = ["asked by", "variant", "pages", "INVLPGB is cheaper from so many targets", "interval"]
    yield table(head, body, "Targets from which the broadcast is cheaper", trust.marked(run, FILE))
    yield tables.in_kernels([point.row for one in found for point in (*one.points, one.level)])


def batched(run: Run):
    """A shootdown for each page against one full flush for all."""
    found = shots.batches(run)
    if not found:
        return
    body = []
    for one, way in ((one, way) for one in found for way in one.ways):
        value, low, high = remote.difference(one.each, way)
        body.append([tag("td", str(one.pages), class_="number"),
                     *wording.numbers(one.each.number("p50"), way.number("p50")),
                     breakable(sweep.doubted(way["op"], sweep.doubt(one.each, way))),
                     *wording.numbers(value), tag("td", interval(low, high), class_="number")])
    yield tag("h3", "A flush for each page, or one for many")
    yield paragraph(BATCH_NOTE, class_="note")
    yield table(["pages", "a shootdown each", "one full flush", "by", "saved", "interval"], body,
                "Batched unmap, in TSC ticks", trust.marked(run, FILE))
    yield tables.in_kernels([row for one in found for row in (one.each, *one.full, *one.ways)])


def freed_tables(run: Run):
    """A broadcast and an interrupt behind it, against either alone."""
    found = shots.freed(run)
    if not found:
        return
    body = [[breakable(sweep.doubted(one.both["op"], sweep.doubt(one.both))),
             *(tag("td", text, class_="number") for text in (str(one.pages), str(one.targets))),
             *(number for row in (one.both, one.alone, one.asked) for number in (
                 wording.numbers(row.number("p50")) if row else [""])),
             breakable(one.asked["op"]) if one.asked else ""] for one in found]
    yield tag("h3", "Page tables are freed")
    yield paragraph(FREED_NOTE, class_="note")
    yield table(["broadcast", "pages", "targets", "and an interrupt", "broadcast alone",
                 "interrupts alone", "by"], body, "Freed page tables, in TSC ticks",
                trust.marked(run, FILE))
    yield tables.in_kernels([one.both for one in found])


def together(run: Run, found: list):
    """Under a lock, without one, and by generations, over the initiators."""
    by_kind = {}
    for one, row in found:
        if one.how == "together":
            by_kind.setdefault((one.op, one.pcids, *one.protocol), []).append(
                (one.initiators, row))
    if not by_kind:
        return
    lines = [(", ".join(filter(None, (op, HOWS[how], irqs))),
              (multiples.of_op(op)[0], HOW_LOOKS[how], SOLID if irqs else DASHED), places)
             for (op, _, how, irqs), places in by_kind.items()]
    alt = "Cost of a shootdown while others begin one, over their number, in TSC ticks."
    yield tag("h3", "Several at once")
    yield paragraph(TOGETHER_NOTE, class_="note")
    yield tag("figure", picture(run, "shootdown-together", alt, percentile_panels.drawn(
        percentile_panels.panels("", lines), "processors that begin at once", legend_columns=4), FILE))
    yield tables.in_kernels([row for places in by_kind.values() for _, row in places])
