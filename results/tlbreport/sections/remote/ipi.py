"""What it costs to call other processors, and how long until they have answered."""

from ...draw import (decomposition, heatmap, multiples, percentile_panels, plot_cdf, plot_strips,
                    tables)
from ...draw.figure import picture
from ...draw.markup import Markup, join, paragraph, table, tag
from ...draw.percentile_panels import LOOKS
from ...draw.shapes import Patch
from ...find import bands, remote
from ...find.remote import MODES, alone, call, ipi_shares, targets
from ...read import sweep, trust
from ...read.row_name import key
from ...read.run import Row, Run
from ...read.samples import histograms
from ...read.sweep import FILE, interval
from ...read.variant import Variant
from . import waking, wording

BENCH, PARAM = "ipi", "targets"
HISTOGRAM = "histogram.csv"
NOTE = (
    "rtt: the round trip, from before the request until the last answer, on the clock of the "
    "processor that calls, less the same code without sending and waiting. Controls: dry calls "
    "nobody and must cost 0; self calls its own processor; poll: the targets watch a line of "
    "memory, and no interrupt is sent. States in which the targets wait: spin, pause (PAUSE in a "
    "loop), hlt, mwait with its hint, off (interrupts off, for poll)."
)
TARGETS_NOTE = (
    "Median with its 95 % interval, then p95 and p99: with many targets the latest of them "
    "counts, so their percentiles matter. poll stands in each row for comparison. Grey: published "
    "round trips to one processor, in cycles."
)
CDF_NOTE = (
    "Which share of the round trips took longer than so many ticks, for each number of targets; "
    "the axis of shares is logarithmic, so that p99 can be read. From histogram.csv where it has "
    "the row, with samples spread evenly over each bucket; otherwise straight lines between the "
    "row's percentiles, which are marked."
)
PARTS_NOTE = (
    "send: until the instruction that sends was done. delivery: from there until the target first "
    "reads its clock, in its handler. fetch of the request (the rows called handler): until the "
    "target has the cache line of its request; saving registers, EOI and IRET are not in it. "
    "acknowledgement: until the caller saw the answer. Each part is the median of rows of its "
    "own, with the reading of the clocks in it; the acknowledgement is what is left of the round "
    "trip. Whisker: half the interval of the offset between the two clocks. Round trips of very "
    "different lengths are drawn as shares. Where the offset is not known, or the one-way time is "
    "not inside the round trip, send and delivery cannot be told apart and are hatched."
)
SHARE_NOTE = (
    "One target, the first at each distance: on the same core, in the same cluster, at the same "
    "cache, in the same package, in the machine. The share of the interrupt is the round trip to an "
    "idle target less that of poll at the same distance; its interval is the difference of the ends "
    "of their 95 % intervals."
)


def ipi(run: Run) -> Markup:
    """All pictures that there are rows for, and all rows."""
    rows = sweep.rows(run, BENCH)
    found = [row for row in remote.ok(run, BENCH) if call(row)]
    lack = sweep.lacking(run, BENCH, found)
    if lack:
        return join([wording.processors(run), paragraph(lack, class_="lack"),
                     wording.not_measured(run, BENCH), tables.details(run, rows)])
    return join([paragraph(NOTE, class_="note"), wording.processors(run),
                 wording.not_measured(run, BENCH), *rounds(run, found), *distributions(run, found),
                 *parts(run), *modes(run, found),
                 waking.waking(run, alone(found)), *pairs(run, found), tables.details(run, rows)])


def is_single(one: Variant) -> bool:
    """Whether the call is of a single target that has a name: its distance, or its number."""
    return one.distance != "" or one.sender is not None


def counted(found: list) -> dict:
    """(APIC, state) -> mode -> round trips by the number of targets; poll in each."""
    groups, polled = {}, {}
    for row in found:
        one = call(row)
        if row["param"] != PARAM or one.figure != "rtt" or is_single(one):
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
    yield tables.in_kernels([row for by_mode in counted(found).values() for mine in by_mode.values()
                      for row in mine])
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
    alt = "Round trip by mode and state of the target, in TSC ticks; the table has the numbers."
    yield from plot_strips.figures(run, "ipi-modes", alt, strips, "TSC ticks, round trip", FILE)
    yield tables.in_kernels([row for mine in groups.values() for row in mine])
    yield shares(run, groups)


def title(apic: str, place: tuple) -> str:
    distance, core = place
    words = {"": "controls", "machine": "other package"}.get(distance, f"same {distance}")
    return ", ".join((apic, words, *([core] if core else [])))


def named(row: Row) -> str:
    one = call(row)
    return ", ".join(part for part in (one.mode, one.state) if part)


def published(row: Row) -> tuple:
    """The published range, of calls by interrupt inside one package."""
    one = call(row)
    if one.mode in remote.NO_IPI or one.distance in ("", "machine"):
        return ()
    return bands.ROUND_TRIP.low, bands.ROUND_TRIP.high


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
                         *wording.numbers(row.number("p50"), row.number("p95"), row.number("p99"),
                                         value), tag("td", ends, class_="number"),
                         *([tag("td", tables.mark(band) if band else "")] if flags else [])])
    head = ["mode, state", "where", "median", "p95", "p99", "share of the interrupt", "interval",
            *(["published range"] if flags else [])]
    return table(head, body, "Round trips to one target in TSC ticks", trust.marked(run, FILE))


def pairs(run: Run, found: list):
    """From each processor to each other."""
    known = {}
    for row in sweep.rows(run, BENCH):
        one = call(row)
        if one and one.sender is not None and row["param"] == "to" and row.number("value") \
                is not None and one.figure == "rtt":
            known.setdefault((one.apic, one.mode), {})[
                one.sender, int(row.number("value"))] = row
    if not known:
        yield paragraph("No pairs were called one by one: the distances above stand for them.",
                        class_="note")
        return
    good = {row.line for row in found}
    yield tag("h3", "From each processor to each other")
    yield paragraph("Median of the round trip. 0 is the boot processor, which waits in another "
                    "state than the others where its column says so. Of more than 16 processors "
                    "(64 in full) one of each last-level cache calls one of each other, and a "
                    "neighbour; where there are more caches, one of each package does so, and "
                    "processor 0 calls one of each cache.", class_="note")
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
