"""Medians over what was swept, with their intervals: what curves and crossings are made of."""

import math
from dataclasses import dataclass, replace

from . import variant
from .row_name import measured
from .run import Row, Run, once
from .schema import OPS, in_order
from .verdicts import must_phases, said_of

FILE = "results.csv"
# What an interval knows of: nothing of other chunks, nor of other boots.
WITHIN = "within the chunks of this boot"
# What a row is taken to differ by from boot to boot, as a standard deviation: pages are placed
# differently in each, which no boot shows.  It is assumed.
BOOTS_PERCENT = 2.0
NORMAL_95 = 1.959964
BOOTS_SHARE = NORMAL_95 * BOOTS_PERCENT / 100  # of a cost: half of the 95 % interval of that
NOT_BELIEVED, NO_VERDICT = "not believed", "no verdict"
# Benchmarks that have a section of their own, where their rows stand.
BENCHES = ("refill", "walks", "range", "switch", "policy", "tlb_size", "pcid_capacity",
           "ipi", "shootdown", "lazy", "stolen", "nested")


@dataclass(frozen=True)
class Point:
    """A median and its 95 % interval at a place of the sweep."""

    x: float
    y: float
    low: float
    high: float
    row: Row

    @property
    def over_boots(self) -> "Point":
        """With the interval that other boots may have: what is advised has to hold in them."""
        more = BOOTS_SHARE * abs(self.y)
        return Point(self.x, self.y, self.y - math.hypot(self.y - self.low, more),
                     self.y + math.hypot(self.high - self.y, more), self.row)


@dataclass(frozen=True)
class Curve:
    """What one operation in one variant costs over the sweep, by x, each x once."""

    op: str
    variant: str
    points: tuple

    @property
    def over_boots(self) -> "Curve":
        return replace(self, points=tuple(point.over_boots for point in self.points))

    @property
    def doubt(self) -> str:
        return doubt(*(point.row for point in self.points))

    @property
    def believed(self) -> bool:
        return not self.doubt

    def at(self, x: float) -> Point | None:
        """The point there; None if there is none."""
        return next((point for point in self.points if point.x == x), None)


def rows(run: Run, bench: str) -> list:
    """All rows of a benchmark, whatever became of them."""
    return list(run.tables[FILE].of_bench(bench)) if FILE in run.tables else []


def point(row: Row, unit: str = "ticks"):
    """The row as a point; None without a median, an interval, or in another unit.

    x is 0 where nothing was swept.  A count of the program itself needs no interval.
    """
    x = row.number("value") if row["param"] else 0.0
    return None if x is None else at(row, x, unit)


def at(row: Row, x: float, unit: str = "ticks"):
    """The row as a point at that place; None if it cannot be one."""
    if row["status"] != "ok" or row["unit"] != unit:
        return None
    numbers = [row.number(column) for column in ("p50", "ci95_lo", "ci95_hi")]
    if unit == "count" and numbers[1:] == [None, None]:
        numbers = numbers[:1] * 3
    return None if None in numbers else Point(x, *numbers, row)


@once
def curves(run: Run, bench: str, param: str, unit: str = "ticks") -> list:
    """The curves of a benchmark over a parameter, by operation in the contract's order; none of
    rows whose variant is not known."""
    found = {}
    for row in rows(run, bench):
        at = point(row, unit) if row["param"] == param and variant.is_known(row) else None
        if at:
            found.setdefault((row["op"], row["variant"]), {}).setdefault(at.x, at)
    made = [Curve(*key, tuple(sorted(places.values(), key=lambda one: one.x)))
            for key, places in found.items()]
    ops = in_order((one.op for one in made), OPS)
    return sorted(made, key=lambda one: ops.index(one.op))


def doubt(*rows: Row) -> str:
    """Why these rows may carry no recommendation; empty if their operations passed their
    verification."""
    said = {row["believed"] for row in rows if row["op"] != "none"}
    return NOT_BELIEVED if "0" in said else NO_VERDICT if said - {"1"} else ""


def doubted(name: str, why: str) -> str:
    """A name with the doubt about it."""
    return f"{name}; {why}" if why else name


def verified(run: Run, op: str, row: Row) -> bool:
    """Whether an operation passed its verification in the state of a row, also where no row is
    named after it."""
    said = said_of(must_phases(run), op, row).values()
    return any("pass" in one for one in said) and not any("fail" in one for one in said)


def lacking(run: Run, bench: str, drawn: list) -> str:
    """What to say where a benchmark left nothing to draw; empty if there is something drawn."""
    if drawn:
        return ""
    mine = rows(run, bench)
    if not mine:
        return f"There is no row of {bench}: it was not run."
    if any(measured(row) for row in mine):
        return (f"No row of {bench} can be drawn: none has a variant, a place in the sweep and an "
                "interval that are known.")
    reasons = dict.fromkeys(f"{r['status']} {r['reason']}".strip() for r in mine)
    return f"No row of {bench} was measured: {'; '.join(reasons)}."


def interval(low, high, digits: int = 1) -> str:
    """'[1.0, 2.0]'; an end beyond what was measured is left open."""
    ends = ["…" if end is None else f"{end:.{digits}f}" for end in (low, high)]
    return f"[{ends[0]}, {ends[1]}]"
