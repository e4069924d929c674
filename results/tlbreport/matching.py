"""Two runs, row by row: which rows can be compared, with what samples, and what comes out."""

from dataclasses import dataclass

import numpy as np

from . import shift
from .distribution import histograms
from .run import Row, Run
from .samples import MILLI
from .variant import by_key

SEED = 1  # of the bootstrap: the same files give the same page
NEITHER = "neither samples.csv nor histogram.csv has it in both runs"
NO_INTERVAL = "too few samples for an interval of the median"


@dataclass(frozen=True)
class Compared:
    """A row of both runs; result and interval in thousandths of its unit."""

    first: Row
    second: Row
    result: shift.Shift
    interval: tuple | None  # of the difference of medians; None without enough samples
    source: str  # what was compared: samples or medians

    @property
    def percent(self):
        """The shift in percent of the first median; None where that is 0."""
        return self.in_percent(self.result.shift)

    def in_percent(self, value: float):
        """Thousandths of the unit in percent of the first median."""
        median = self.first.number("p50")
        return 100 * value / MILLI / abs(median) if median else None


@dataclass(frozen=True)
class Matching:
    """All rows of two runs."""

    compared: tuple
    left_out: tuple  # (row, reason)

    @property
    def counts(self) -> str:
        """What came of them, in a line."""
        different = sum(one.result.different for one in self.compared)
        return (f"{different} of {len(self.compared)} rows differ, "
                f"{len(self.left_out)} not compared")


def match(first: Run, second: Run) -> Matching:
    """Every row of either run, compared or with the reason why not."""
    here, there = by_key(first), by_key(second)
    buckets = histograms(first), histograms(second)
    percent = max(same_twice(first) or 0, same_twice(second) or 0)
    compared, left_out = [], []
    for key, row in here.items():
        reason = why_not(row, there.get(key))
        if not reason and usable(first, second, key):
            compared.append(by_samples(row, there[key], first.samples[key],
                                       second.samples[key], percent))
        elif not reason and all(key in found for found in buckets) and all(
                known(one) for one in (row, there[key])):
            compared.append(by_medians(row, there[key], percent))
        else:
            left_out.append((row, reason or lack(key, buckets)))
    left_out += [(row, "only in B") for key, row in there.items() if key not in here]
    return Matching(tuple(compared), tuple(left_out))


def same_twice(run: Run):
    """By how many percent one row differed when it was measured seven times; None if not known."""
    rows = (r for r in run.rows("selftest.csv") if r["test"] == "a_a_limit")
    return next((r.number("value") for r in rows if r["unit"] == "percent"), None)


def why_not(first: Row, second: Row | None) -> str:
    """Why two rows cannot be compared; empty if they can."""
    if second is None:
        return "only in A"
    for row, name in ((first, "A"), (second, "B")):
        if row["status"] != "ok" or row.number("p50") is None:
            return f"{name}: {row['status'] or 'no status'} {row['reason']}".rstrip()
    if first["unit"] != second["unit"]:
        return f"A in {first['unit']}, B in {second['unit']}"
    if "oneway" in first["variant"].split("-"):
        return "each boot is off by what it does not know of its clocks, which no sample shows"
    return ""


def lack(key: tuple, buckets: tuple) -> str:
    """Why two rows with a median each cannot be compared."""
    return NO_INTERVAL if all(key in found for found in buckets) else NEITHER


def usable(first: Run, second: Run, key: tuple) -> bool:
    """Whether both runs have samples of a row."""
    found = [run.samples.get(key) for run in (first, second)]
    return all(one is not None and len(one.differences) > 0 for one in found)


def by_samples(first: Row, second: Row, here, there, percent: float) -> Compared:
    """From the samples as they were taken."""
    both = [np.rint(np.array(one.differences) * MILLI / one.divisor).astype(np.int64)
            for one in (here, there)]
    return Compared(first, second, shift.compare(*both, percent),
                    shift.bootstrap(*both, SEED), "samples")


def by_medians(first: Row, second: Row, percent: float) -> Compared:
    """From the medians that the program took of all samples: a bucket is up to 1/16 of its value
    wide, and no shift can be told from within it."""
    both = known(first), known(second)
    return Compared(first, second, shift.compare_medians(*both, percent), shift.between(*both),
                    "medians")


def known(row: Row) -> shift.Median | None:
    """A median with its interval in thousandths; None without one."""
    numbers = [row.number(column) for column in ("p50", "ci99_lo", "ci99_hi")]
    return None if None in numbers else shift.Median(*(MILLI * number for number in numbers))
