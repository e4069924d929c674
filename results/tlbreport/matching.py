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


@dataclass(frozen=True)
class Compared:
    """A row of both runs; result and interval in thousandths of its unit."""

    first: Row
    second: Row
    result: shift.Shift
    interval: tuple | None  # of the difference of medians; None without enough samples
    source: str  # where the samples were: samples or histogram

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
        elif not reason and all(key in found for found in buckets):
            both = [spread(found[key]) for found in buckets]
            compared.append(Compared(row, there[key], shift.compare(*both, percent), None,
                                     "histogram"))
        else:
            left_out.append((row, reason or NEITHER))
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


def spread(buckets: list) -> np.ndarray:
    """Thousandths again from a histogram: the samples of a bucket at the middles of as many
    equal parts of it, a single one at its middle."""
    low, high, count = (np.array(column) for column in zip(*sorted(buckets)))
    count = count.astype(int)
    rank = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    part = (rank + 0.5) / np.repeat(count, count)
    values = np.repeat(low, count) + part * np.repeat(high - low, count)
    return np.rint(values * MILLI).astype(np.int64)
