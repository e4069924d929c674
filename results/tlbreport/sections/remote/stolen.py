"""What a call takes from its target, what that costs the machine, and targets that are not idle."""

from ...draw import plot_strips, tables
from ...draw.figure import BLUE, GREEN, ORANGE, VERMILLION
from ...draw.markup import Markup, breakable, join, paragraph, table, tag
from ...find import as_linux, remote, shots, stolen as lost_time
from ...read import sweep, trust, variant
from ...read.run import Row, Run
from ...read.samples import HISTOGRAM, histograms
from ...read.sweep import FILE, interval
from ...read.tails import LEAST, p999
from . import wording

BENCH = lost_time.BENCH
NOTE = (
    "A counted loop runs on the target. Interrupted once it lasts longer: by entry, handler, EOI "
    "and IRET, and by whatever runs slower after that. The cost is that difference, on the "
    "target's clock. none: the call asks for nothing. invlpg: it is a shootdown of one page. "
    "broadcast: INVLPGB by another processor, which interrupts nobody."
)
COST_NOTE = (
    "What a shootdown of one page costs the machine: the wait of the processor that begins it, "
    "and what all targets lose. The loss is that of one target that spins, taken as often as "
    "there are targets; in shootdown itself they wait in pause or hlt."
)
WORKS_NOTE = (
    "Calls of one target that is not idle. misses: its loads miss all caches; stores: 64 stores "
    "are pending; ring3: it is in ring 3, and entry and exit switch CR3 as with page-table "
    "isolation; cli: it has interrupts off for 20 us at a time; sibling: it waits in PAUSE, and "
    "the other thread of its core is busy. pause is the idle one, for comparison. p99.9 is the "
    f"upper end of a bucket of {HISTOGRAM}, where it has {LEAST} samples or more."
)
LOOKS = {("none", "unicast"): BLUE, ("none", "nmi"): ORANGE, ("invlpg", "unicast"): VERMILLION,
         (shots.BROADCAST, "broadcast"): GREEN}


def stolen(run: Run) -> Markup:
    """All of it, as far as there are rows."""
    rows, found = sweep.rows(run, BENCH), lost_time.losses(run)
    works = not_idle(run)
    lack = "" if works else sweep.lacking(run, BENCH, found)
    if lack:
        return join([paragraph(lack, class_="lack"), wording.not_measured(run, BENCH),
                     tables.details(run, rows)])
    return join([wording.not_measured(run, BENCH), *losses(run, found), *machine(run),
                 *with_tails(run, works), tables.details(run, rows)])


def losses(run: Run, found: list):
    """A strip for each row."""
    if not found:
        return
    strips = {}
    for row in found:
        said = variant.of(row)
        name = ", ".join(filter(None, (said.mode, said.state, said.distance, said.core,
                                       "pcide" if said.pcide else "")))
        look = LOOKS.get((row["op"], said.mode), BLUE), "o"
        strips.setdefault(row["op"], []).append(plot_strips.strip(row, name, look))
    yield tag("h3", "What a call takes from its target")
    yield paragraph(NOTE, class_="note")
    alt = "Time that a target loses to a call, in TSC ticks; the table of all rows has the numbers."
    yield from plot_strips.figures(run, "stolen", alt, list(strips.items()),
                                   "TSC ticks lost by the target", FILE)
    yield tables.in_kernels(found)


def machine(run: Run):
    """The sums, and from where the broadcast costs less."""
    costs, broadcast = lost_time.by_interrupts(run), lost_time.by_broadcast(run)
    known = [("interrupts", one) for one in costs] + (
        [("broadcast", broadcast)] if broadcast else [])
    if not known:
        return
    body = [[tag("th", sweep.doubted(how, one.doubt), class_="name", scope="row"),
             tag("td", str(one.targets), class_="number"),
             *wording.numbers(one.wait.number("p50"), one.lost.number("p50"), one.machine.y),
             tag("td", interval(one.machine.low, one.machine.high), class_="number")]
            for how, one in known]
    yield tag("h3", "What a shootdown costs the machine")
    yield paragraph(COST_NOTE, class_="note")
    yield table(["by", "targets", "wait", "lost by each target", "machine", "interval"], body,
                "Shootdown of one page, in TSC ticks", trust.marked(run, FILE))
    found = lost_time.against(run)
    if found:
        text = (f"On that sum INVLPGB is cheaper from so many targets: {found.crossing.words} "
                f"{interval(found.crossing.low, found.crossing.high)}.")
        yield paragraph(sweep.doubted(text, found.doubt))
    elif as_linux.broadcasts(run):
        yield paragraph("Not known from how many targets INVLPGB is cheaper on that sum: it needs "
                        "what a target loses to INVLPGB, and two numbers of targets.",
                        class_="lack")


def not_idle(run: Run) -> list:
    """(what, work, row), the idle target of the same place first."""
    found = []
    for row in remote.ok(run, "ipi"):
        said = remote.call(row)
        if said and said.distance and said.figure == "rtt" \
                and (said.state in remote.WORKS or said.state == "pause"):
            what = ", ".join(filter(None, (said.mode, said.distance, said.core, said.apic)))
            found.append((f"call by {what}", said, row))
    for one, row in shots.measured_shots(run):
        said = variant.of(row)
        if one.pages == 1 and one.op == "invlpg" and one.targets == 1 and one.how == "unicast" \
                and one.protocol == shots.USUAL \
                and (said.state in remote.WORKS or not said.pcide):
            found.append(("shootdown of a page", said, row))
    busy = {what for what, said, _ in found if said.state in remote.WORKS}
    shown = [one for one in found if one[0] in busy]
    return sorted(shown, key=lambda one: (one[0], remote.state_rank(one[1].state), one[1].pcide))


def with_tails(run: Run, works: list):
    """A line for each, with the ends of its distribution."""
    if not works:
        return
    buckets = histograms(run)
    body = [[tag("th", what, class_="name", scope="row"),
             breakable(said.state + (", pcide" if said.pcide else "")),
             *wording.numbers(row.number("p50"), row.number("p95"), row.number("p99"),
                              p999(row, buckets), row.number("max")),
             tag("td", row["n"], class_="number")] for what, said, row in works]
    yield tag("h3", "Targets that are not idle")
    yield paragraph(WORKS_NOTE, class_="note")
    yield table(["call", "target", "median", "p95", "p99", "p99.9", "max", "samples"], body,
                "Targets that are not idle, in TSC ticks", trust.marked(run, FILE))
    yield tables.in_kernels([row for *_, row in works])
