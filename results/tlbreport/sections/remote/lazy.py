"""What lazy TLB mode saves, and what it costs who is interrupted and who comes back."""

from ...draw import multiples, percentile_panels, plot_strips, tables
from ...draw.figure import BLUE, GREEN, ORANGE, SKY, VERMILLION, picture
from ...draw.markup import Markup, join, paragraph, table, tag
from ...draw.multiples import DASHED, SOLID, Panel, Series
from ...find import remote
from ...read import sweep, trust, variant
from ...read.run import Row, Run
from ...read.sweep import FILE, interval
from . import wording

BENCH, PARAM = "lazy", "lazy"
SERIES = 8  # requests in the series of `saved`
NOTE = (
    "What Linux has done with a processor that uses no page of an address space (enter_lazy_tlb). "
    "mask, up to 2002: it is asked once and leaves the mask; when it comes back it drops all "
    "translations. mask_init_mm, up to 4.13: when it is asked it also loads the page tables of "
    "init_mm (leave_mm). generation, since 4.20: it is not asked; when it comes back it compares "
    "tlb_gen. It is asked only where page tables are freed, and then goes to init_mm. Eager is the "
    "point with 0 lazy targets: every processor is awake and takes every request."
)
COST_NOTE = (
    "first: the first request that finds so many of the targets lazy. By the mask they are "
    "interrupted for the last time. By generation the sender reads the state of each target "
    "(should_flush_tlb) and does not interrupt the lazy ones. first tables: page tables are freed, "
    "and all targets are asked. next: the requests after the first."
)
SAVED_NOTE = (
    f"How many interrupts fewer a series of {SERIES} requests takes than with every processor "
    f"awake. Dashed: all requests to each lazy target, {SERIES} each. By the mask each needs one."
)
OTHERS_NOTE = (
    "interrupted: the handler on the target, which is awake (it drops the translations and stays), "
    "or lazy (it leaves), or lazy and asked for freed page tables. return: a processor comes back "
    "and nothing was changed (stayed), or something was (left), or it comes from init_mm after "
    "page tables were freed (tables), or it changes to other page tables (other). incl: with the "
    "first accesses to 512 pages after that."
)
WAYS = {"stayed": GREEN, "left": VERMILLION, "other": ORANGE, "awake": BLUE, "lazy": VERMILLION,
        "tables": SKY}
LINES = {"mask first": (VERMILLION, "D", SOLID), "mask next": (BLUE, "o", SOLID),
         "mask_init_mm first": (ORANGE, "s", SOLID), "generation first": (GREEN, "^", SOLID),
         "generation first tables": (SKY, "v", SOLID)}


def lazy(run: Run) -> Markup:
    """Cost over the lazy targets, interrupts saved, and what it costs others."""
    rows, found = sweep.rows(run, BENCH), remote.ok(run, BENCH)
    swept = over_lazy(found)
    others = [row for row in found if kind(row) in ("interrupted", "return")]
    lack = sweep.lacking(run, BENCH, [*swept, *others])
    if lack:
        return join([paragraph(lack, class_="lack"), wording.not_measured(run, BENCH),
                     tables.details(run, rows)])
    return join([paragraph(NOTE, class_="note"), wording.not_measured(run, BENCH),
                 *requests(run, swept), *saved(run, rows), *aside(run, others),
                 tables.details(run, rows)])


def kind(row: Row) -> str:
    return variant.of(row).event


def over_lazy(found: list) -> dict:
    """(protocol and request, state) -> its rows by the number of lazy targets."""
    lines = {}
    for row in found:
        said = variant.of(row)
        which = " ".join(filter(None, (said.protocol, said.event, said.way)))
        if which in LINES and row["param"] == PARAM:
            lines.setdefault((which, said.state), []).append((int(row.number("value")), row))
    return {at: sorted(lines[at], key=lambda place: place[0]) for at in sorted(lines)}


def requests(run: Run, swept: dict):
    """Lazy against eager for whoever begins."""
    if not swept:
        return
    states = {state for _, state in swept}
    lines = [(which if len(states) == 1 else f"{which}, {state}", LINES[which], places)
             for (which, state), places in swept.items()]
    alt = "Cost of a request over the number of lazy targets, in TSC ticks; the table has them."
    yield tag("h3", "Lazy against eager, for who asks")
    yield paragraph(COST_NOTE, class_="note")
    yield tag("figure", picture(run, "lazy-requests", alt, percentile_panels.drawn(
        percentile_panels.panels("", lines), f"lazy targets of {most(swept)}"), FILE))
    yield tables.in_kernels([row for places in swept.values() for _, row in places])
    body = []
    for (which, state), places in swept.items():
        eager = next((row for count, row in places if count == 0), None)
        for count, row in places:
            value, low, high = remote.difference(row, eager) if eager else (None,) * 3
            ends = interval(low, high) if eager else ""
            if count == 0:
                value, ends = None, "eager"
            body.append([tag("th", which, class_="name", scope="row"), state,
                         tag("td", str(count), class_="number"),
                         *wording.numbers(row.number("p50"), row.number("p95"), row.number("p99"),
                                         value), tag("td", ends, class_="number")])
    head = ["request", "targets wait in", "lazy", "median", "p95", "p99", "less eager", "interval"]
    yield table(head, body, "Lazy against eager, in TSC ticks", trust.marked(run, FILE))


def most(swept: dict) -> int:
    """How many targets there were."""
    return max(remote.targets(row) for places in swept.values() for _, row in places)


def saved(run: Run, rows: list):
    """Interrupts saved over the lazy targets."""
    lines = []
    for protocol, look in (("mask", (BLUE, "o", SOLID)), ("generation", (GREEN, "^", SOLID))):
        points = sorted((point.x, point.y, point.low, point.high) for point in (
            sweep.point(row, "count") for row in rows if kind(row) == "saved"
            and variant.of(row).protocol == protocol and row["param"] == PARAM) if point)
        lines += [Series(protocol, look, points)] if points else []
    if not lines:
        return
    places = sorted({x for line in lines for x, *_ in line.points})
    lines.append(Series("all requests of each", (multiples.INK, "", DASHED),
                        [(x, SERIES * x, SERIES * x, SERIES * x) for x in places]))
    panel = Panel("", lines)
    alt = "Interrupts saved over the number of lazy targets."
    yield tag("h3", "Interrupts saved")
    yield paragraph(SAVED_NOTE, class_="note")
    yield tag("figure", picture(run, "lazy-saved", alt, multiples.draw(
        [panel], "lazy targets", f"interrupts in {SERIES} requests", ordinal=True,
        y_scale=multiples.linear([panel])), FILE))
    yield tables.in_kernels(rows)


def aside(run: Run, others: list):
    """For who is interrupted and who comes back."""
    groups = {}
    for row in others:
        said = variant.of(row)
        title = said.event + (", with 512 pages behind it" if said.incl else "")
        groups.setdefault(title, []).append(plot_strips.strip(
            row, f"{said.protocol}, {said.way}, {said.state}", (WAYS[said.way], "o")))
    if not groups:
        return
    strips = sorted(groups.items())
    yield tag("h3", "For who is interrupted, and who comes back")
    yield paragraph(OTHERS_NOTE, class_="note")
    alt = "Cost of being interrupted and of coming back, in TSC ticks."
    yield from plot_strips.figures(run, "lazy-others", alt, strips, "TSC ticks", FILE)
    yield tables.in_kernels(others)
