"""Rows of ipi, shootdown and lazy, and what of a round trip is the interrupt's."""

from dataclasses import dataclass

from ..read import variant
from ..read.row_name import label, measured
from ..read.run import Row, Run
from ..read.schema import DISTANCES
from ..read.sweep import point, rows
from ..read.variant import Variant

WORKS = ("sibling", "misses", "stores", "ring3", "cli")  # of targets that are not idle
STATES = ("spin", "pause", "hlt", "mwait", "off", *WORKS)
APICS = ("xapic", "x2apic")
MODES = ("dry", "self", "poll", "armed", "store", "unicast", "cluster",
         "shorthand", "nmi")
NO_IPI = ("dry", "self", "poll", "armed", "store")  # no interrupt goes to another processor
FAILED = ("failed", "timeout")


def call(row: Row) -> Variant | None:
    """The call a row of `ipi` is of; None if its variant names none."""
    return variant.of(row) if variant.is_known(row) else None


def place(one: Variant) -> tuple:
    """Where a single target is: its distance, and its type of core where there are several; both
    empty for many targets, and none."""
    return one.distance, one.core


def place_rank(one: tuple) -> tuple:
    """The nearest first, no place last."""
    distance, core = one
    return DISTANCES.index(distance) if distance else len(DISTANCES), core


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


def alone(found: list) -> dict:
    """(APIC, distance) -> the round trips to one target, dry and self under no distance."""
    groups = {}
    for row in found:
        one = call(row)
        if one.figure == "rtt" and not row["param"]:
            groups.setdefault((one.apic, place(one)), []).append(row)
    for mine in groups.values():
        mine.sort(key=lambda row: (rank(call(row).mode, MODES),
                                   state_rank(call(row).state)))
    return {at: groups[at] for at in sorted(groups, key=lambda at: (
        rank(at[0], APICS), place_rank(at[1])))}


def polls(groups: dict) -> dict:
    """(APIC, distance) -> the row of poll."""
    return {at: row for at, mine in groups.items() for row in mine if call(row).mode == "poll"}


def ipi_shares(run: Run) -> list:
    """(row, poll, share, low, high) of each call by interrupt that has a poll beside it.  Who polls
    is idle: what a target that is not takes longer is no interrupt's."""
    groups = alone([row for row in ok(run, "ipi") if call(row)])
    controls = polls(groups)
    return [(row, controls[at], *difference(row, controls[at]))
            for at, mine in groups.items() if at in controls
            for row in mine if call(row).mode not in NO_IPI and call(row).state not in WORKS]


@dataclass(frozen=True)
class Wake:
    """Round trips to one processor that sleeps in MWAIT: by a store, and by an interrupt."""

    place: tuple  # APIC, (distance, core)
    hint: str
    store: Row
    interrupt: Row
    halted: Row | None  # the same by an interrupt from HLT
    armed: Row | None  # by a store that comes before MWAIT


def wakes(groups: dict) -> list:
    """Of what alone() has found, each place and hint with both."""
    made = []
    for at, mine in groups.items():
        rows_of = {(call(row).mode, call(row).state): row for row in mine}
        for (mode, state), store in rows_of.items():
            interrupt = rows_of.get(("unicast", state))
            if mode == "store" and interrupt:
                made.append(Wake(at, state.removeprefix("mwait"), store, interrupt,
                                 rows_of.get(("unicast", "hlt")), rows_of.get(("armed", state))))
    return made
