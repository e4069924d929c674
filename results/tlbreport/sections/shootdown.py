"""What it costs to drop translations in the TLBs of other processors."""

from ..draw import multiples, percentile_panels, plot_strips
from ..find import remote
from ..read import sweep, trust
from . import broadcast, cost, remote_words
from ..draw.figure import INK, picture
from ..read.markup import Markup, breakable, join, paragraph, table, tag
from ..draw.multiples import DASHED, DOTTED, SOLID, Line2D
from ..draw.percentile_panels import LOOKS
from ..read.run import Run
from ..find.shots import BENCH, MODES_HOW, measured_shots, varied
from ..read.sweep import FILE, interval

NOTE = (
    "One processor changes entries, others drop the old translations and say so, then the frames "
    "may be used again. Baseline: INVLPG of each page, one interrupt for each target (unicast), "
    "the answer behind the operation (late), the own translations before others are asked "
    "(before), a line for each target's answer (own). Each time is the whole without the changing "
    "of the entries: requests, own flush, sending, waiting. Behind every shootdown each target "
    "reads through the pages; one stale word fails the row."
)
TARGETS_NOTE = (
    "One page, INVLPG, by the number of processors asked. poll: the targets watch a line of "
    "memory. Level line: the own flush alone, nobody asked (local)."
)
PAGES_NOTE = (
    "All other processors asked, by the number of pages. Dashed: the own flush alone. INVLPGB: a "
    "broadcast, nobody is interrupted; what of it is issuing, and what waiting (TLBSYNC), is in the "
    "rows broadcast-issue and broadcast-tlbsync."
)
DIFFERENCE_NOTE = (
    "Each row less the baseline with as many targets and pages: what is left of 0 is cheaper than "
    "the baseline. Its interval is the difference of the ends of the 95 % intervals."
)
TOGETHER_NOTE = (
    "So many processors begin at once, each for a page of its own and all others, interrupts off; "
    "whoever waits serves requests meanwhile. Under one lock, or free of it. The time is the boot "
    "processor's."
)
AROUND_NOTE = (
    "Where the interrupts' curve over the targets meets the broadcast, which always reaches all. "
    "The curve is made rising and straight between its medians; where rows contradict each other "
    "by more than their intervals, the interval holds the crossing by each of them."
)


def shootdown(run: Run) -> Markup:
    """All pictures that there are rows for, and all rows."""
    rows, found = sweep.rows(run, BENCH), measured_shots(run)
    lack = sweep.lacking(run, BENCH, found)
    if lack:
        return join([paragraph(lack, class_="lack"), remote_words.not_measured(run, BENCH),
                     cost.details(run, rows)])
    return join([paragraph(NOTE, class_="note"), remote_words.not_measured(run, BENCH), shown(run),
                 *by_targets(run, found), *by_pages(run, found), *differences(run, found),
                 *crossings(run), *together(run, found), cost.details(run, rows)])


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


def level(axes, local) -> None:
    """The own flush alone as a level line."""
    if local:
        axes.axhline(local.number("p50"), color=INK, linestyle=DOTTED, linewidth=1, zorder=1)


def by_pages(run: Run, found: list):
    """A line for each operation, with all targets; the own flush alone beside it."""
    asked = [(one, row) for one, row in found if one.is_usual or one.how == "broadcast"]
    most = max((one.targets for one, _ in asked), default=0)
    lines = {}
    for one, row in found:
        if one.how == "local" or ((one.is_usual or one.how == "broadcast")
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
                     *remote_words.numbers(row.number("p50"), base.number("p50"), value),
                     *(tag("td", text, class_="number")
                       for text in (interval(low, high), percent))])
    if not groups:
        return
    strips = [(f"{what}, less the baseline",
               [one for *_, one in sorted(mine, key=lambda one: one[:2])])
              for what, mine in groups.items()]
    ends = plot_strips.scale(strips)
    yield tag("h3", "Each dimension against the baseline")
    yield paragraph(DIFFERENCE_NOTE, class_="note")
    for number, page in enumerate(plot_strips.pages(strips)):
        alt = ("Difference of each variation to the baseline, in TSC ticks; the table has the "
               "numbers.")
        yield tag("figure", picture(run, f"shootdown-against-{number}", alt, plot_strips.draw(
            page, ends, "TSC ticks more than the baseline"), FILE))
    head = ["varied", "to", "pages, targets", "median", "baseline", "difference", "interval",
            "of the baseline"]
    yield tag("details", tag("summary", f"{len(body)} differences in numbers"),
              table(head, body, "Against the baseline, in TSC ticks", trust.marked(run, FILE)))


def crossings(run: Run):
    """From how many targets INVLPGB is cheaper."""
    found = broadcast.against(run)
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


def together(run: Run, found: list):
    """Under a lock and without one, over the initiators."""
    by_kind = {}
    for one, row in found:
        if one.how == "together":
            by_kind.setdefault((one.op, one.pcids, one.protocol[0]), []).append(
                (one.initiators, row))
    if not by_kind:
        return
    lines = [(f"{op}, {'under a lock' if how == 'lock' else 'without a lock'}",
              (multiples.of_op(op)[0], "o" if how == "lock" else "D",
               SOLID if how == "lock" else DASHED), places)
             for (op, _, how), places in by_kind.items()]
    alt = "Cost of a shootdown while others begin one, over their number, in TSC ticks."
    yield tag("h3", "Several at once")
    yield paragraph(TOGETHER_NOTE, class_="note")
    yield tag("figure", picture(run, "shootdown-together", alt, percentile_panels.drawn(
        percentile_panels.panels("", lines), "processors that begin at once", legend_columns=4), FILE))
