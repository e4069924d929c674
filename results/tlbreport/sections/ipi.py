"""What it costs to call other processors, and how long until they have answered."""

import re

from matplotlib.patches import Patch

from ..draw import decomposition, heatmap, multiples, percentile_panels, plot_cdf, plot_strips
from ..find import bands, remote
from ..read import sweep, trust
from . import cost, remote_words
from ..read.histograms import histograms
from ..draw.figure import picture
from ..read.markup import Markup, join, paragraph, table, tag
from ..find.remote import MODES, call, targets
from ..draw.percentile_panels import LOOKS
from ..read.run import Row, Run
from ..read.sweep import FILE, interval
from ..read.variant import key

BENCH, PARAM = "ipi", "targets"
HISTOGRAM = "histogram.csv"
NOTE = (
    "rtt: from before the request to the last answer, on the clock of whoever calls; less the same "
    "code without sending and waiting. Controls: dry calls nobody and must cost 0, self calls its "
    "own processor, poll waits for targets that watch a line of memory, without an interrupt. "
    "States of the targets: spin, pause (PAUSE in a loop), hlt, mwait with its hint, off "
    "(interrupts off, for poll)."
)
TARGETS_NOTE = (
    "Median with its 95 % interval, then the percentiles that only one answer in 20 or in 100 is "
    "later than: with many targets the latest of them counts. poll stands in each row. Grey: "
    "published round trips to one processor, in cycles."
)
CDF_NOTE = (
    "Which ticks how many of the round trips took at most, for each number of targets; the axis is "
    "logarithmic in the share above, so that p99 can be read. From "
    "histogram.csv where the row has one there, its samples spread evenly over each bucket; "
    "otherwise straight between the percentiles of the row, which are marked."
)
PARTS_NOTE = (
    "send: until the instruction that sends was done. delivery: from there until the target's "
    "first reading of its clock, in its handler. fetch of the request (the rows called handler): "
    "until it has the line of its calls; saving registers, EOI and IRET are not in it. "
    "acknowledgement: until the answer was seen. The parts are medians of rows of their own, with "
    "the stamps in them; the acknowledgement is what is left of the round trip. Whisker: half the "
    "interval of the offset between the two clocks. Round trips of very different lengths are "
    "drawn as shares. Where the offset is not known, or the one-way "
    "time is not inside the round trip, what lies between is not told apart."
)
SHARE_NOTE = (
    "One target, the first at each distance: the same core, its cluster, its cache, "
    "its package, the machine. The share of the interrupt is the round trip less that of poll at "
    "the same distance; the interval is the difference of the ends of their 95 % intervals."
)


def ipi(run: Run) -> Markup:
    """All pictures that there are rows for, and all rows."""
    rows = sweep.rows(run, BENCH)
    found = [row for row in remote.ok(run, BENCH) if call(row)]
    lack = sweep.lacking(run, BENCH, found)
    if lack:
        return join([remote_words.processors(run), paragraph(lack, class_="lack"),
                     remote_words.not_measured(run, BENCH), cost.details(run, rows)])
    return join([paragraph(NOTE, class_="note"), remote_words.processors(run),
                 remote_words.not_measured(run, BENCH), *rounds(run, found), *distributions(run, found),
                 *parts(run), *modes(run, found), *pairs(run, found), cost.details(run, rows)])


def counted(found: list) -> dict:
    """(APIC, state) -> mode -> round trips by the number of targets; poll in each."""
    groups, polled = {}, {}
    for row in found:
        one = call(row)
        if row["param"] != PARAM or one.figure != "rtt" or one.about:
            continue
        if one.mode == "poll":
            polled.setdefault(one.apic, []).append(row)
        else:
            of_mode = groups.setdefault((one.apic, one.state), {})
            of_mode.setdefault(one.mode, []).append(row)
    for apic, mine in polled.items():
        for at in [at for at in groups if at[0] == apic] or [(apic, "off")]:
            groups.setdefault(at, {})["poll"] = mine
    order = sorted(groups, key=lambda at: (remote.rank(at[0], remote.APICS),
                                           remote.state_rank(at[1])))
    return {at: {mode: groups[at][mode] for mode in MODES if mode in groups[at]} for at in order}


def rounds(run: Run, found: list):
    """Round trip over the number of targets: a row for each APIC and state, a column for each
    percentile."""
    made = []
    for (apic, state), by_mode in counted(found).items():
        lines = [(mode, LOOKS[mode], [(targets(row), row) for row in mine])
                 for mode, mine in by_mode.items()]
        made += percentile_panels.panels(f"{apic}, {state}", lines, to_one)
    if not made:
        yield lacks("round trips by the number of targets")
        return
    sign = Patch(color=plot_strips.BAND, alpha=0.16, label="published, one target, in cycles")
    alt = "Round trip over the number of targets, in TSC ticks; the table has the numbers."
    yield tag("h3", "Round trip by the number of targets")
    yield paragraph(TARGETS_NOTE, class_="note")
    yield tag("figure", picture(run, "ipi-targets", alt, percentile_panels.drawn(
        made, "processors called", extra=(sign,), legend_columns=6), FILE))
    yield percentiles(run, found)


def lacks(what: str) -> Markup:
    return paragraph(f"There are no {what}.", class_="lack")


def to_one(axes) -> None:
    """The published range of a call of one processor, which is the first place."""
    axes.fill_between([-0.3, 0.3], bands.ROUND_TRIP.low, bands.ROUND_TRIP.high,
                      color=plot_strips.BAND, alpha=0.16, linewidth=0, zorder=0)


def percentiles(run: Run, found: list) -> Markup:
    """The same in numbers."""
    body = []
    for (apic, state), by_mode in counted(found).items():
        for mode, mine in by_mode.items():
            for row in sorted(mine, key=targets):
                body.append([tag("th", mode, class_="name", scope="row"),
                             call(row).state or state, apic,
                             tag("td", str(targets(row)), class_="number"),
                             tag("td", row["p50"], class_="number"),
                             tag("td", f"[{row['ci95_lo']}, {row['ci95_hi']}]", class_="number"),
                             *(tag("td", row[c], class_="number") for c in ("p95", "p99", "max"))])
    head = ["mode", "targets wait in", "APIC", "targets", "median", "95 % interval", "p95", "p99",
            "max"]
    unique = list(dict.fromkeys(tuple(line) for line in body))  # poll is in each group
    return tag("details", tag("summary", f"{len(unique)} round trips in numbers"),
               table(head, unique, "Round trips in TSC ticks", trust.marked(run, FILE)))


def distributions(run: Run, found: list):
    """A figure for each APIC and state, a panel for each mode, a line for each number."""
    buckets = histograms(run)
    groups = counted(found)
    if groups:
        yield tag("h3", "How the round trips are distributed")
        yield paragraph(CDF_NOTE, class_="note")
    for number, ((apic, state), by_mode) in enumerate(groups.items()):
        counts = sorted({targets(row) for mine in by_mode.values() for row in mine})
        panels = [(f"{mode}, {apic}, {state if mode != 'poll' else 'off'}", [
            (f"{targets(row)} target{'s' if targets(row) > 1 else ''}",
             multiples.look(counts.index(targets(row))),
             plot_cdf.of_row(row, buckets.get(key(row), [])))
            for row in sorted(mine, key=targets)]) for mode, mine in by_mode.items()]
        files = (FILE, HISTOGRAM) if buckets else (FILE,)
        alt = (f"Cumulative distribution of round trips, {apic}, targets in {state}, in TSC ticks; "
               "the table has percentiles.")
        yield tag("figure", picture(run, f"ipi-cdf-{number}", alt, plot_cdf.draw(panels), *files))


def parts(run: Run):
    """The round trips in their parts."""
    found = decomposition.trips(run)
    if not found:
        yield lacks("calls of which both the round trip and the send were measured")
        return
    yield tag("h3", "What a round trip is made of")
    yield paragraph(PARTS_NOTE, class_="note")
    split = ([one for one in found if not one.many], [one for one in found if one.many])
    pictured = [page for mine in split if mine for page in decomposition.pages(mine)]
    for number, page in enumerate(pictured):
        alt = "Parts of round trips, stacked, in TSC ticks; the numbers stand in the picture."
        yield tag("figure", picture(run, f"ipi-parts-{number}", alt, decomposition.draw(page),
                                    FILE, "machine.csv"))
    doubts = [tag("li", f"{one.name}: {one.doubt}.") for one in found if one.doubt]
    if doubts:
        yield tag("ul", *doubts, class_="problems")


def alone(found: list) -> dict:
    """(APIC, distance) -> the round trips to one target, dry and self under no distance."""
    groups = {}
    for row in found:
        one = call(row)
        if one.figure == "rtt" and not row["param"]:
            groups.setdefault((one.apic, one.about), []).append(row)
    for mine in groups.values():
        mine.sort(key=lambda row: (remote.rank(call(row).mode, MODES),
                                   remote.state_rank(call(row).state)))
    return {at: groups[at] for at in sorted(groups, key=lambda at: (
        remote.rank(at[0], remote.APICS), remote.rank(at[1], ("", *remote.DISTANCES)[1:])))}


def modes(run: Run, found: list):
    """Mode against mode by the state of the target, at each distance."""
    groups = alone(found)
    if not groups:
        yield lacks("round trips to one target")
        return
    strips = [(title(*at), [plot_strips.strip(row, named(row), LOOKS[call(row).mode],
                                              published(row)) for row in mine])
              for at, mine in groups.items()]
    yield tag("h3", "Mode against mode, by distance and by the state of the target")
    yield paragraph(SHARE_NOTE, class_="note")
    ends = plot_strips.scale(strips)
    for number, page in enumerate(plot_strips.pages(strips)):
        alt = "Round trip by mode and state of the target, in TSC ticks; the table has the numbers."
        yield tag("figure", picture(run, f"ipi-modes-{number}", alt, plot_strips.draw(
            page, ends, "TSC ticks, round trip"), FILE))
    yield shares(run, groups)


def title(apic: str, distance: str) -> str:
    far, *core = distance.split() or [""]
    words = {"": "controls", "machine": "other package"}.get(far, f"same {far}")
    return ", ".join((apic, words, *core))


def named(row: Row) -> str:
    one = call(row)
    return ", ".join(part for part in (one.mode, one.state) if part)


def published(row: Row) -> tuple:
    """The published range, of calls by interrupt inside one package."""
    one = call(row)
    if one.mode in remote.NO_IPI or one.about.split()[:1] in ([], ["machine"]):
        return ()
    return bands.ROUND_TRIP.low, bands.ROUND_TRIP.high


def polls(groups: dict) -> dict:
    """(APIC, distance) -> the row of poll."""
    return {at: row for at, mine in groups.items() for row in mine if call(row).mode == "poll"}


def ipi_shares(run: Run) -> list:
    """(row, poll, share, low, high) of each call by interrupt that has a poll beside it."""
    groups = alone([row for row in remote.ok(run, BENCH) if call(row)])
    controls = polls(groups)
    return [(row, controls[at], *remote.difference(row, controls[at]))
            for at, mine in groups.items() if at in controls
            for row in mine if call(row).mode not in remote.NO_IPI]


def shares(run: Run, groups: dict) -> Markup:
    """The table of the modes, with the share of the interrupt."""
    share = {row.line: (value, low, high) for row, _, value, low, high in ipi_shares(run)}
    flags = any(bands.flag(run, row) for mine in groups.values() for row in mine)
    body = []
    for at, mine in groups.items():
        for row in mine:
            value, low, high = share.get(row.line, (None, None, None))
            ends = interval(low, high) if value is not None else ""
            band = bands.flag(run, row)
            body.append([tag("th", named(row), class_="name", scope="row"), title(*at),
                         *remote_words.numbers(row.number("p50"), row.number("p95"), row.number("p99"),
                                         value), tag("td", ends, class_="number"),
                         *([tag("td", bands.mark(band) if band else "")] if flags else [])])
    head = ["mode, state", "where", "median", "p95", "p99", "share of the interrupt", "interval",
            *(["published range"] if flags else [])]
    return table(head, body, "Round trips to one target in TSC ticks", trust.marked(run, FILE))


def pairs(run: Run, found: list):
    """From each processor to each other."""
    known = {}
    for row in sweep.rows(run, BENCH):
        one = call(row)
        if one and one.about.startswith("from") and row["param"] == "to" and row.number("value") \
                is not None and one.figure == "rtt":
            known.setdefault((one.apic, one.mode), {})[
                int(re.sub("from", "", one.about)), int(row.number("value"))] = row
    if not known:
        yield paragraph("No pairs were called one by one: the distances above stand for them.",
                        class_="note")
        return
    good = {row.line for row in found}
    yield tag("h3", "From each processor to each other")
    yield paragraph("Median of the round trip. 0 is the boot processor, which waits in another "
                    "state than the others where its column says so. Of more than 16 processors one "
                    "of each package calls one of each, and processor 0 one of each last-level "
                    "cache.", class_="note")
    for number, ((apic, mode), cells) in enumerate(sorted(known.items())):
        values = {pair: row.number("p50") for pair, row in cells.items() if row.line in good}
        failed = {pair for pair, row in cells.items() if row["status"] in remote.FAILED}
        if not values:
            yield lacks(f"measured pairs with {mode}, {apic}")
            continue
        alt = (f"Round trip from each processor to each other, {mode}, {apic}, in TSC ticks; the "
               "table of all rows has the numbers.")
        yield tag("h4", f"{mode}, {apic}")
        yield tag("figure", picture(run, f"ipi-pairs-{number}", alt, heatmap.draw(
            values, failed, column_names(cells)), FILE))


def column_names(cells: dict) -> dict:
    """Processor -> its number, with its state where that is not the one of most."""
    states = {to: call(row).state for (_, to), row in cells.items()}
    usual = max(states.values(), key=list(states.values()).count)
    return {to: str(to) if state == usual else f"{to}\n{state}" for to, state in states.items()}

