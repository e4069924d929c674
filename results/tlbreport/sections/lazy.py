"""What lazy TLB mode saves, and what it costs who is interrupted and who comes back."""

import re

from ..draw import multiples, percentile_panels, plot_strips
from ..find import remote
from ..read import sweep, trust
from . import cost, remote_words
from ..draw.figure import BLUE, GREEN, ORANGE, VERMILLION, picture
from ..read.markup import Markup, join, paragraph, table, tag
from ..draw.multiples import DASHED, SOLID, Panel, Series
from ..read.run import Row, Run
from ..read.sweep import FILE, interval

BENCH, PARAM = "lazy", "lazy"
SERIES = 8  # requests in the series of `saved`
NOTE = (
    "A processor that uses no page of an address space is asked once to drop translations of it, "
    "leaves the mask, and is asked no more until it comes back; then it drops them all. Eager is "
    "the point with 0 lazy targets: everybody is awake and takes every request."
)
COST_NOTE = (
    "first: the first request that finds so many of the targets lazy, who are interrupted for the "
    "last time. next: those behind it, for which nobody lazy is interrupted."
)
SAVED_NOTE = (
    f"Interrupts that a series of {SERIES} requests takes less than with everybody awake. Dashed: "
    f"all but the first of each lazy target, {SERIES - 1} each."
)
OTHERS_NOTE = (
    "interrupted: the handler on the target, awake (it drops and stays) or lazy (it leaves). "
    "return: coming back unasked meanwhile (stayed), asked (left: CR3 is loaded again), and to "
    "other tables (other: loaded anyway). incl: with the first accesses to 512 pages behind that."
)
WAYS = {"stayed": GREEN, "left": VERMILLION, "other": ORANGE, "awake": BLUE, "lazy": VERMILLION}
LINES = {"first": (VERMILLION, "D", SOLID), "next": (BLUE, "o", SOLID)}


def lazy(run: Run) -> Markup:
    """Cost over the lazy targets, interrupts saved, and what it costs others."""
    rows, found = sweep.rows(run, BENCH), remote.ok(run, BENCH)
    swept = over_lazy(found)
    others = [row for row in found if kind(row) in ("interrupted", "return")]
    lack = sweep.lacking(run, BENCH, [*swept, *others])
    if lack:
        return join([paragraph(lack, class_="lack"), remote_words.not_measured(run, BENCH),
                     cost.details(run, rows)])
    return join([paragraph(NOTE, class_="note"), remote_words.not_measured(run, BENCH),
                 *requests(run, swept), *saved(run, rows), *aside(run, others),
                 cost.details(run, rows)])


def kind(row: Row) -> str:
    return row["variant"].split("-")[0]


def over_lazy(found: list) -> dict:
    """(first or next, state) -> its rows by the number of lazy targets."""
    lines = {}
    for row in found:
        match = re.fullmatch(r"(first|next)-(\w+)", row["variant"])
        if match and row["param"] == PARAM:
            lines.setdefault(match.groups(), []).append((int(row.number("value")), row))
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
                         *remote_words.numbers(row.number("p50"), row.number("p95"), row.number("p99"),
                                         value), tag("td", ends, class_="number")])
    head = ["request", "targets wait in", "lazy", "median", "p95", "p99", "less eager", "interval"]
    yield table(head, body, "Lazy against eager, in TSC ticks", trust.marked(run, FILE))


def most(swept: dict) -> int:
    """How many targets there were."""
    return max(remote.targets(row) for places in swept.values() for _, row in places)


def saved(run: Run, rows: list):
    """Interrupts saved over the lazy targets."""
    points = sorted((point.x, point.y, point.low, point.high) for point in (
        sweep.point(row, "count") for row in rows if kind(row) == "saved"
        and row["param"] == PARAM) if point)
    if not points:
        return
    most_saved = Series("all but the first request of each", (multiples.INK, "", DASHED),
                        [(x, (SERIES - 1) * x, (SERIES - 1) * x, (SERIES - 1) * x)
                         for x, *_ in points])
    panel = Panel("", [Series("saved", (BLUE, "o", SOLID), points), most_saved])
    alt = "Interrupts saved over the number of lazy targets."
    yield tag("h3", "Interrupts saved")
    yield paragraph(SAVED_NOTE, class_="note")
    yield tag("figure", picture(run, "lazy-saved", alt, multiples.draw(
        [panel], "lazy targets", f"interrupts in {SERIES} requests", ordinal=True,
        y_scale=multiples.linear([panel])), FILE))


def aside(run: Run, others: list):
    """For who is interrupted and who comes back."""
    groups = {}
    for row in others:
        what, which, *rest = [*row["variant"].split("-"), ""]
        more = "with 512 pages behind it" if "incl" in rest else ""
        title = ", ".join(part for part in (what, more) if part)
        groups.setdefault(title, []).append(plot_strips.strip(
            row, ", ".join([which, *(part for part in rest if part not in ("incl", ""))]),
            (WAYS.get(which, BLUE), "o")))
    if not groups:
        return
    strips = sorted(groups.items())
    yield tag("h3", "For who is interrupted, and who comes back")
    yield paragraph(OTHERS_NOTE, class_="note")
    ends = plot_strips.scale(strips)
    for number, page in enumerate(plot_strips.pages(strips)):
        alt = "Cost of being interrupted and of coming back, in TSC ticks."
        yield tag("figure", picture(run, f"lazy-others-{number}", alt, plot_strips.draw(
            page, ends, "TSC ticks"), FILE))
