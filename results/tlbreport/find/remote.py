"""Rows of ipi, shootdown and lazy: what their variants say, and what became of them."""

import re
from dataclasses import dataclass

from ..read.run import Row, Run
from ..read.schema import DISTANCES
from ..read.sweep import point, rows
from ..read.variant import label, measured

STATES = ("spin", "pause", "hlt", "mwait", "off")
FIGURES = ("rtt", "send", "oneway", "handler")
CORES = {"pcore": "performance", "ecore": "efficient"}  # as machine.csv calls their type
APICS = ("xapic", "x2apic")
MODES = ("dry", "self", "poll", "store", "unicast", "cluster", "shorthand", "nmi")
NO_IPI = ("dry", "self", "poll", "store")  # no interrupt goes to another processor
FAILED = ("failed", "timeout")


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


def difference(here: Row, there: Row) -> tuple:
    """The median of one less that of the other: value, low, high, by the ends of the 95 %
    intervals, so of 95 % at least."""
    one, other = point(here), point(there)
    return one.y - other.y, one.low - other.high, one.high - other.low


def name(row: Row) -> str:
    """Variant, parameter and targets."""
    many = f"  targets={row['targets']}" if row["targets"] and row["param"] != "targets" else ""
    return label(row) + many


