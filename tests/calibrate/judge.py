"""Each published figure of a run beside its truth."""

import csv
import io
import os
import sys
from dataclasses import dataclass

import expect
from truth import Range, Truth

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "results"))
from tlbreport.derived import derived  # noqa: E402
from tlbreport.read.load import load  # noqa: E402

REPEATED = 16  # marginal operations, and switches, of a window
BREAK_EVEN_STEP = 0.01  # pages: a tick of windows that differ by a hundred ticks for a page
ROUNDING = 0.0006  # of a figure with three decimals, and of milli-ticks
SUITE = "not measured"


@dataclass
class Figure:
    """value, its interval at 99 % and, of rows, at 95 %; truth None where there is none, for the
    reason.  machine, kind and name say which it is."""

    machine: str
    kind: str
    name: str
    unit: str
    value: float | None
    interval: tuple
    narrow: tuple | None
    truth: Range | None = None
    reason: str = ""
    step: float = 0.0  # what one tick of the clock, or a step of a sweep, says of it

    @property
    def error(self) -> float:
        """How far the point is from the truth."""
        return max(self.truth.low - self.value, self.value - self.truth.high, 0.0)

    @property
    def percent(self) -> float | None:
        near = min(abs(self.truth.low), abs(self.truth.high))
        return 100 * self.error / near if near > 0 else None

    @property
    def near(self) -> bool:
        """Within one tick or 1 %; pages and PCIDs within one."""
        return self.error <= max(1.0, 0.01 * abs(self.truth.low)) + ROUNDING

    def holds(self, interval) -> bool:
        return self.holds_within(interval, 0.0)

    def holds_within(self, interval, step: float) -> bool:
        """The same, where the clock may have shown up to a step less or more than there was."""
        low, high = interval
        return (low - step - ROUNDING <= self.truth.high
                and high + step + ROUNDING >= self.truth.low)


def tick_of(row: dict) -> float:
    """What a tick of a window is of the row's figure: it is of so many accesses, operations,
    or switches."""
    if row["bench"] in ("refill", "tlb_size"):
        return 1 / max(int(row["value"] or 1), 1)
    if row["bench"] == "walks":
        return 1.0 if row["unit"] == "count" else 1 / expect.WALKED
    if row["bench"] == "switch" or row["variant"].startswith("marginal"):
        return 1 / REPEATED
    return 1.0


def number(text: str) -> float | None:
    return float(text) if text else None


def interval(row: dict, low: str, high: str) -> tuple:
    """An end that is not known is as far away as can be."""
    ends = number(row[low]), number(row[high])
    return (float("-inf") if ends[0] is None else ends[0],
            float("inf") if ends[1] is None else ends[1])


def kind_of_row(row: dict) -> str:
    words = row["variant"].split("-")
    if row["bench"] == "single_op":
        return "cost, first misses" if "incl" in words else f"cost, {words[0]}"
    if row["bench"] == "refill":
        if "large" in words:
            return "translation of an access"
        return "refill, cold" if "cold" in words else "refill, warm"
    if row["bench"] == "tlb_size":
        return f"access, {words[0]}"
    return row["bench"]


def kind_of_derived(row: dict) -> str:
    if row["what"] == "knee":
        return "knee, " + " ".join(row["variant"].split("-")[:2])
    return row["what"].replace("_", " ")


def with_truth(figure: Figure, find, *arguments) -> Figure:
    """Of what was not measured the truth does not matter."""
    if figure.reason:
        return figure
    try:
        figure.truth = find(*arguments)
    except expect.Unknown as unknown:
        figure.reason = str(unknown)
    return figure


def of_row(machine: str, truth: Truth, row: dict) -> Figure:
    name = " ".join(filter(None, (row["bench"], row["op"], row["variant"],
                                  row["param"] and f"{row['param']}={row['value']}")))
    measured = row["status"] == "ok"
    figure = Figure(machine, kind_of_row(row), name, row["unit"], number(row["cost"]),
                    interval(row, "cost_lo", "cost_hi"), None,
                    reason="" if measured else f"{SUITE}: {row['reason']}", step=tick_of(row))
    # ci95 is of the median; where the estimate is another there is no such interval of it.
    if measured and row["estimator"] == "median":
        figure.narrow = interval(row, "ci95_lo", "ci95_hi")
    return with_truth(figure, expect.of_row, truth, row)


def of_derived(machine: str, truth: Truth, row: dict) -> Figure:
    """Intervals of derived.csv are at 95 %, or what evidence says: they count as such."""
    ends = interval(row, "lo", "hi")
    value = number(row["value"])
    figure = Figure(machine, kind_of_derived(row),
                    f"{row['what']} {row['op']} {row['variant']}", row["unit"], value, ends, ends)
    figure.step = {"break_even": BREAK_EVEN_STEP, "walk_extra": 2 / expect.WALKED}.get(
        row["what"], 0.0)
    figure = with_truth(figure, expect.of_derived, truth, row)
    if value is None and figure.truth is not None:
        figure.value = min(max(figure.truth.low, ends[0]), ends[1])
    return figure


def of_clock(machine: str, truth: Truth, facts: dict) -> Figure:
    hz = truth.fact("tsc_khz") * 1000.0
    value = number(facts.get("tsc_hz", ""))
    figure = Figure(machine, "rate of the TSC", "tsc_hz", "hz", value, (value, value), None)
    figure.truth = Range(hz * (1 - 1e-4), hz * (1 + 1e-4))
    return figure


def chases_of(rows) -> list:
    """What is to be asked of the truth for these rows."""
    asked = set()
    for row in rows:
        words = row["variant"].split("-")
        if row["bench"] == "refill":
            asked.add(f"data-{words[0]}-{row['value']}")
        elif row["bench"] == "tlb_size":
            asked.add(f"{words[0]}-{words[1]}-{row['value']}")
        elif row["bench"] == "range" and words[-1] != "w0":
            asked.add(f"data-4k-{words[-1][1:]}")
    return sorted(asked) + [name + expect.WINDOW for name in sorted(asked)]


def figures(machine: str, folder: str, program: str, file: str) -> list:
    """Of the run in folder; file is its machine's, as it was run."""
    run = load(folder)
    with open(os.path.join(folder, "results.csv"), newline="") as rows:
        rows = [row for row in csv.DictReader(rows) if not row["core_type"].startswith("eff")]
    truth = Truth(program, file, chases_of(rows))
    out = [of_clock(machine, truth, run.machine)]
    out += [of_row(machine, truth, row) for row in rows if row["unit"] != "cycles"]
    out += [of_derived(machine, truth, row)
            for row in csv.DictReader(io.StringIO(derived(run)))]
    return out
