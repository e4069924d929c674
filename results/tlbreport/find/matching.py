"""Two runs, row by row: which rows can be compared, with what samples, and what comes out."""

import math
from dataclasses import dataclass

import numpy as np

from ..read import variant
from ..read.headline import divisor
from ..read.row_name import by_key
from ..read.run import Row, Run
from ..read.samples import MILLI, histograms
from . import shift

SEED = 1  # of the bootstrap: the same files give the same page
NO_INTERVAL = "no mean, or too few samples for an interval of the median"
SAMPLES, MEDIANS, SUMMARY = "samples", "medians", "summary"  # what two rows are compared by
# A machine that differs by more from itself, by its own self-test, shows no difference at all.
MOST_SAME_TWICE = 10.0
MOST_STEP = 2.0  # ticks: a clock that steps by more is looked through by its estimate
FINEST = 4  # of Huber's estimate: parts of the clock's step that it tells apart


@dataclass(frozen=True)
class Compared:
    """A row of both runs; result and interval in thousandths of its unit."""

    first: Row
    second: Row
    result: shift.Shift
    interval: tuple | None  # of the difference of medians, within the chunks; None of few samples
    source: str  # what was compared: samples; medians and means; summary: medians alone

    @property
    def percent(self):
        """The shift in percent of the first median; None where that is near 0."""
        return self.in_percent(self.result.shift)

    def in_percent(self, value: float):
        """Thousandths of the unit in percent of the first median; None where a median is within a
        step of the clock, of which percents say nothing."""
        if self.is_near_zero:
            return None
        return 100 * value / MILLI / abs(self.first.number("p50"))

    @property
    def is_near_zero(self) -> bool:
        """Whether a median is no more than a step of the clock, or is that of nothing."""
        return any(abs(row.number("p50") or 0) <= min(row.number("quantum") or 0, MOST_STEP)
                   for row in (self.first, self.second))

    @property
    def ratio(self):
        """The second median by the first; None where one is near 0, or below it."""
        medians = self.first.number("p50"), self.second.number("p50")
        return None if self.is_near_zero or min(medians) <= 0 else medians[1] / medians[0]

    @property
    def size(self) -> float:
        """What changed rows are sorted by; those near 0 come last."""
        return abs(self.percent or 0.0)

    @property
    def words(self) -> str:
        """The change in a line."""
        row = self.first
        at = f" {row['param']}={row['value']}" if row["param"] else ""
        many = f" targets={row['targets']}" if row["targets"] else ""
        percent = "near 0" if self.percent is None else f"{self.percent:+.1f} %"
        return (f"{percent:>9}  {row['bench']} {row['op']} {row['variant']}{at}{many}: "
                f"{row['p50']} to {self.second['p50']} {row['unit']}")


@dataclass(frozen=True)
class Matching:
    """All rows of two runs."""

    compared: tuple
    left_out: tuple  # (row, reason)

    @property
    def changed(self) -> list:
        """The rows that differ, the largest change first."""
        return sorted((one for one in self.compared if one.result.different),
                      key=lambda one: -one.size)

    @property
    def counts(self) -> str:
        """What came of them, in a line."""
        different = sum(one.result.different for one in self.compared)
        return (f"{different} of {len(self.compared)} rows differ, "
                f"{len(self.left_out)} not compared")


def means(compared: tuple) -> dict:
    """Operation -> (geometric mean of its ratios, how many, how many differ)."""
    found = {}
    for one in compared:
        if one.ratio is not None:
            found.setdefault(one.first["op"], []).append(one)
    return {op: (math.exp(sum(math.log(one.ratio) for one in mine) / len(mine)), len(mine),
                 sum(one.result.different for one in mine)) for op, mine in found.items()}


def match(first: Run, second: Run) -> Matching:
    """Every row of either run, compared or with the reason why not."""
    here, there = by_key(first), by_key(second)
    refused = unrepeated(first, "A") or unrepeated(second, "B")
    buckets = histograms(first), histograms(second)
    percent = max(same_twice(first) or 0, same_twice(second) or 0)
    compared, left_out = [], []
    for key, row in here.items():
        reason = refused or why_not(row, there.get(key))
        both = None if reason else known(row, there[key], [found.get(key) for found in buckets])
        if not reason and usable(first, second, key):
            compared.append(by_samples(row, there[key], first.samples[key],
                                       second.samples[key], percent))
        elif both and all(both):
            source = MEDIANS if all(key in found for found in buckets) else SUMMARY
            compared.append(by_medians(row, there[key], both, percent, source))
        else:
            left_out.append((row, reason or NO_INTERVAL))
    left_out += [(row, "only in B") for key, row in there.items() if key not in here]
    return Matching(tuple(compared), tuple(left_out))


def unrepeated(run: Run, name: str) -> str:
    """Why nothing can be compared with a run that does not repeat itself; empty if it does, or
    nobody knows."""
    found = same_twice(run)
    if found is None or found <= MOST_SAME_TWICE:
        return ""
    return (f"{name} differs from itself by {found:.3f} %, more than {MOST_SAME_TWICE:.0f} %: one "
            "row measured seven times")


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
    if variant.of(first).figure == "oneway":
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
    step = max(map(clock_step, (first, second), (here.divisor, there.divisor)))
    return Compared(first, second, shift.compare(*both, percent, step),
                    shift.bootstrap(*both, SEED), SAMPLES)


def by_medians(first: Row, second: Row, both: list, percent: float, source: str) -> Compared:
    """From the medians that the program took of all samples: a bucket is up to 1/16 of its value
    wide, and no shift can be told from within it."""
    step = max(clock_step(row, divisor(row)) for row in (first, second))
    return Compared(first, second, shift.compare_medians(*both, percent, step),
                    shift.between(*both), source)


def known(first: Row, second: Row, buckets: list) -> list:
    """What two rows say of their medians and means, in thousandths; None for one that does not.
    Without a histogram in both runs nobody knows how far the samples scatter about a mean: the
    median stands for it, so that it shows no more than that."""
    made = []
    for row, found in zip((first, second), buckets):
        numbers = [row.number(column) for column in ("p50", "ci99_lo", "ci99_hi", "mean", "n")]
        if None in numbers:
            made.append(None)
            continue
        *median, mean, n = (MILLI * number for number in numbers)
        spread = row.number("spread")
        made.append(shift.Median(
            *median, mean_within(found, mean) if all(buckets) else
            shift.Mean(median[0], shift.error_of(*median[1:]) ** 2, n / MILLI),
            None if spread is None else MILLI * spread))
    return made


def mean_within(buckets: list, mean: float) -> shift.Mean:
    """The program's mean with its error by the histogram: no less than it is, since every sample
    counts at the end of its bucket that is farther from the mean."""
    n = int(sum(count for *_, count in buckets))
    squares = sum(count * max((MILLI * end - mean) ** 2 for end in ends)
                  for *ends, count in buckets)
    return shift.Mean(mean, squares / n / max(n - 1, 1), n)


def clock_step(row: Row, times: int) -> float:
    """The least that a row in ticks can tell apart, in thousandths of its unit; times: operations
    of a window."""
    if row["unit"] != "ticks":
        return 0.0
    finest = FINEST if row["estimator"] == "huber" else 1
    return MILLI * (row.number("quantum") or 0) / times / finest
