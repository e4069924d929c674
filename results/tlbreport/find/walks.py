"""What of a page walk comes from what it meets: rows of `walks` less the plainest of their kind."""

from dataclasses import dataclass

from ..read import variant
from ..read.row_name import measured
from ..read.run import Row, Run
from ..read.sweep import point, rows
from . import remote

BENCH, NEAREST = "walks", "l1"


@dataclass(frozen=True)
class Extra:
    """Ticks that a row takes more than its plainer one, from low to high."""

    row: Row
    plain: Row
    value: float
    low: float
    high: float


def ok(run: Run) -> list:
    """The rows that have a median in ticks and an interval, of known variants."""
    return [row for row in rows(run, BENCH)
            if measured(row) and variant.is_known(row) and point(row)]


def plainer(row: Row) -> str:
    """The variant that lacks just what this row is about; empty if it is the plainest, or about
    something that is in the TLB."""
    said = variant.of(row)
    if row["op"] == "none":
        return ""
    if said.beside:
        return said.changed(beside="").text
    if said.meets:
        return said.changed(meets="").text
    return said.changed(lies=NEAREST).text if said.lies != NEAREST else ""


def extras(run: Run) -> list:
    """Each walk less the plainer one behind the same operation, in the order of the rows."""
    found = ok(run)
    at = {(row["op"], row["core_type"], row["variant"]): row for row in found}
    pairs = ((row, at.get((row["op"], row["core_type"], plainer(row)))) for row in found)
    return [Extra(row, plain, *remote.difference(row, plain)) for row, plain in pairs
            if plain is not None]


def counted(run: Run, figure: str) -> list:
    """(row, of 1000 accesses so many): page faults, or entries left as they were."""
    return [(row, row.number("p50")) for row in rows(run, BENCH)
            if row["status"] == "ok" and variant.of(row).figure == figure
            and row.number("p50") is not None]
