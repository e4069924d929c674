"""Rows of ipi, shootdown and lazy: what their variants say, and what became of them."""

import re
from dataclasses import dataclass

from . import multiples
from .figure import BLUE, GREEN, GREY, INK, ORANGE, VERMILLION
from .markup import Markup, breakable, join, paragraph, tag
from .multiples import DASHED, DOTTED, SOLID, Panel, Series
from .run import Row, Run
from .schema import DISTANCES
from .sweep import doubt, point, rows
from .variant import label, measured

STATES = ("spin", "pause", "hlt", "mwait", "off")
FIGURES = ("rtt", "send", "oneway", "handler")
CORES = {"pcore": "performance", "ecore": "efficient"}  # as machine.csv calls their type
APICS = ("xapic", "x2apic")
NO_IPI = ("dry", "self", "poll", "store")  # no interrupt goes to another processor
LOOKS = {
    "dry": (INK, ".", DOTTED),
    "self": (INK, "v", DASHED),
    "poll": (GREY, "s", DOTTED),
    "store": (GREEN, "X", DASHED),
    "unicast": (BLUE, "o", SOLID),
    "cluster": (GREEN, "^", SOLID),
    "shorthand": (ORANGE, "P", SOLID),
    "nmi": (VERMILLION, "D", DASHED),
}
MODES = tuple(LOOKS)
PERCENTILES = ("p50", "p95", "p99")
FAILED = ("failed", "timeout")
NAMED = 20  # rows of one reason
# What a reason means to whoever relies on the protocol; the text it contains.
MEANS = (
    ("stale words", "a processor had said that it had dropped a translation, and used it"),
    ("a late store", "a processor had said that it had dropped a translation, and a store of its "
                     "landed through it"),
    ("was lost", "fewer interrupts were taken than sent"),
    ("came twice", "more interrupts were taken than sent"),
    ("woke nobody", "a store to the line that a sleeping processor monitors did not wake it; "
                    "operating systems that wake idle processors so would wait in vain"),
    ("did not answer", "the call was not answered in time; it is not known why"),
    ("no answer in time", "the call was not answered in time; it is not known by whom"),
    ("is given up", "it had not answered before"),
)


@dataclass(frozen=True)
class Call:
    """What the variant of a row of `ipi` says."""

    mode: str
    state: str  # of the targets; empty without any
    figure: str
    about: str  # a distance and perhaps a type of core, or fromI, or empty: so many, or none
    apic: str


def call(row: Row):
    """The call a row of `ipi` is of; None if its variant names none."""
    mode, *parts = row["variant"].split("-")
    state = parts.pop(0) if parts and re.fullmatch(r"spin|pause|hlt|off|mwait[0-9a-f]*",
                                                   parts[0]) else ""
    figure = parts.pop(0) if parts and parts[0] in FIGURES else ""
    apic = parts.pop() if parts and parts[-1] in APICS else ""
    about = parts.pop(0) if parts else ""
    known = about in ("", *DISTANCES) or re.fullmatch(r"from\d+", about)
    if about in DISTANCES and parts and parts[0] in CORES:
        about = f"{about} {parts.pop(0)}"
    if mode not in MODES or not figure or not known or parts:
        return None
    return Call(mode, state, figure, about, apic)


def ok(run: Run, bench: str) -> list:
    """The rows of a benchmark that have a median and an interval, in ticks."""
    return [row for row in rows(run, bench) if measured(row) and point(row)]


def targets(row: Row) -> int:
    """Processors called; 0 where the field is empty."""
    return int(row.number("targets") or 0)


def rank(word: str, known: tuple) -> tuple:
    """The place of a word among known ones; unknown ones behind them, by name."""
    begins = [at for at, one in enumerate(known) if word.startswith(one)]
    return (begins[0] if begins else len(known), word)


def state_rank(state: str) -> tuple:
    """Spinning first, deep sleep last."""
    return rank(state, STATES)


def percentile(row: Row, which: str, x: float):
    """(x, y, low, high); only the median has an interval.  None without the number."""
    y = row.number(which)
    if y is None:
        return None
    ends = ("ci95_lo", "ci95_hi") if which == "p50" else (which, which)
    return (x, y, *(row.number(end) for end in ends))


def panels(title: str, lines: list, dress=None) -> list:
    """A panel for each percentile; a line is (label, look, [(x, row)])."""
    made = []
    for which in PERCENTILES:
        series = []
        for name, look, places in lines:
            found = [percentile(row, which, x) for x, row in sorted(places, key=lambda p: p[0])]
            if any(found):
                series.append(Series(name, look, [one for one in found if one],
                                     doubt(*(row for _, row in places))))
        made.append(Panel(f"{title}: {which}".lstrip(": "), series,
                          dress if which == "p50" else None))
    return made


def difference(here: Row, there: Row) -> tuple:
    """The median of one less that of the other: value, low, high, by the ends of the 95 %
    intervals, so of 95 % at least."""
    one, other = point(here), point(there)
    return one.y - other.y, one.low - other.high, one.high - other.low


def processors(run: Run) -> Markup:
    """How many processors there were, and what became of the others."""
    words = {"found": "cpus_found", "started": "cpus_started", "not asked to start":
             "cpus_not_asked", "failed to start": "cpus_failed", "lost on the way": "cpus_lost"}
    told = [f"{run.fact(key)} {what}" for what, key in words.items()
            if run.fact(key) not in ("", "0")]
    why = [f"{key}: {value}" for key, value in run.machine.items()
           if value and re.fullmatch(r"cpus_not_asked_why|cpu_failed_\d+|cpu_\d+_lost", key)]
    if not told:
        return Markup("")
    return paragraph(f"Processors: {', '.join(told)}.", *(f" {text}." for text in why),
                     class_="lack" if why else "note")


def not_measured(run: Run, bench: str) -> Markup:
    """What failed, loudly, and what was skipped, with how many rows for each reason."""
    mine = rows(run, bench)
    counts = {}
    for row in mine:
        if row["status"] == "skipped":
            reason = row["reason"] or "no reason given"
            counts[reason] = counts.get(reason, 0) + 1
    text = ", ".join(f"{reason} ({count} row{'s' if count > 1 else ''})"
                     for reason, count in counts.items())
    return join([failures([row for row in mine if row["status"] in FAILED]), doubted(mine),
                 paragraph(f"Skipped: {text}.", class_="note") if text else ""])


def failures(found: list) -> Markup:
    """Each row that failed or had no answer, under what that means."""
    if not found:
        return Markup("")
    by_reason = {}
    for row in found:
        by_reason.setdefault((row["status"], row["reason"] or "no reason given"), []).append(row)
    items = []
    for (status, reason), mine in by_reason.items():
        names = [join([breakable(row["op"]), f" {name(row)}"]) for row in mine[:NAMED]]
        if len(mine) > NAMED:
            names.append(f"and {len(mine) - NAMED} more, in the table of all rows")
        items.append(tag("li", tag("strong", f"{status}: {reason}"), meaning(reason),
                         f" {len(mine)} row{'s' if len(mine) > 1 else ''}: ", join(names, "; ")))
    many = "s" if len(found) > 1 else ""
    return tag("div", paragraph(tag("strong", f"✗ {len(found)} row{many} failed or had no "
                                              "answer.")),
               tag("ul", *items, class_="problems"), class_="box bad")


def doubted(mine: list) -> Markup:
    """The operations of these rows that are not believed."""
    ops = dict.fromkeys(row["op"] for row in mine if row["believed"] == "0")
    if not ops:
        return Markup("")
    return paragraph("Not believed, since a must cell failed: ", join(map(breakable, ops), ", "),
                     ". What is drawn of them is no basis for anything.", class_="lack")


def meaning(reason: str) -> str:
    """What follows from a reason, in brackets; empty if nobody knows."""
    return next((f" ({text})." for part, text in MEANS if part in reason), ".")


def name(row: Row) -> str:
    """Variant, parameter and targets."""
    many = f"  targets={row['targets']}" if row["targets"] and row["param"] != "targets" else ""
    return label(row) + many


def numbers(*values) -> list:
    """Table cells of numbers with one decimal; empty where there is none."""
    return [tag("td", "" if value is None else f"{value:.1f}", class_="number")
            for value in values]


def drawn(made: list, x_label: str, **more):
    """Panels of percentiles, each kind in a row, every place measured at the same distance."""
    return multiples.draw([panel for panel in made if panel.series], x_label, "TSC ticks",
                          columns=len(PERCENTILES), ordinal=True, **more)
