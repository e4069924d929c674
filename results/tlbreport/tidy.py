"""tidy.csv: a row for each row of results.csv, every dimension of it in a column of its own."""

import csv
import io
from dataclasses import fields
from fractions import Fraction

from .read import trust, variant
from .read.run import Row, Run
from .read.variant import FORMS, Variant

NAME, FILE = "tidy.csv", "results.csv"
RUN = "run_id processor microcode env timing_valid files_whole".split()
KEY = "core_type bench op variant".split()
# Column -> field of a variant.
DIMENSIONS = {one.name.removeprefix("is_"): one.name for one in fields(Variant)
              if one.name != "bench"}
# What `param` may be, but for targets, which every row has; each holds the row's value.
SWEPT = "pages touched processes pcids to initiators lazy".split()
ROW = ("targets farthest status reason unit n p50 ci99_lo ci99_hi min p05 p95 p99 max mean spread "
       "converged believed outlier estimator").split()
NANOSECONDS = {f"{column}_ns": column for column in ("p50", "ci99_lo", "ci99_hi")}
COLUMNS = [*RUN, *KEY, *DIMENSIONS, *SWEPT, *ROW, *NANOSECONDS]
FLAGS = tuple(one.name for one in fields(Variant) if one.type is bool)


def tidy(run: Run) -> str:
    """The whole file: the boot processor's rows first, then those of other types of core."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for _, line in lines(run):
        writer.writerow([line[column] for column in COLUMNS])
    return out.getvalue()


def lines(run: Run):
    """(row, column -> text) of each row, in the order of the file."""
    for one in (run, *run.others.values()):
        about = of_run(one, run)
        for row in one.rows(FILE):
            yield row, {**about, **{column: row[column] for column in (*KEY, *ROW)},
                        **dimensions(row), **swept(row), **nanoseconds(row, one.hz)}


def of_run(run: Run, whole: Run) -> dict:
    """What each row of a run repeats, so that rows of several may stand in one table; the files
    are those of the whole."""
    return {"run_id": run.fact("run_id"), "processor": run.fact("brand"),
            "microcode": run.fact("microcode"), "env": run.fact("env"),
            "timing_valid": str(int(trust.judge(run).timing)),
            "files_whole": str(int(whole.is_whole))}


def dimensions(row: Row) -> dict:
    """Column -> what the row's variant says.  Empty: it says nothing, or its benchmark has no such
    dimension; all of them, if the variant is not known."""
    said = variant.of(row)
    there = {slot.name for form in FORMS.get(said.bench, ()) for slot in form} \
        if variant.is_known(row) else ()
    return {column: text(said, name) if name in there else ""
            for column, name in DIMENSIONS.items()}


def text(said: Variant, name: str) -> str:
    """A dimension that the benchmark has: 0 or 1 of what is there or not, else the word or number;
    empty where the variant does not say."""
    value = getattr(said, name)
    if name == "target_pcid":
        return value or "current"
    if name in FLAGS:
        return str(int(value))
    return "" if value is None else str(value)


def swept(row: Row) -> dict:
    """Column -> the value, of the parameter that the row sweeps."""
    return {param: row["value"] if row["param"] == param else "" for param in SWEPT}


def nanoseconds(row: Row, hz: int | None) -> dict:
    """Column -> ticks as nanoseconds; empty of another unit, or where the TSC's rate is not
    known."""
    made = {}
    for column, of in NANOSECONDS.items():
        known = hz and row["unit"] == "ticks" and row["status"] == "ok"
        ticks = row[of] if known and row.number(of) is not None else ""
        made[column] = ticks and places(Fraction(ticks) * 10 ** 9 / hz)
    return made


def places(value: Fraction) -> str:
    """Three decimal places, halves away from 0, as the program rounds."""
    whole, rest = divmod((abs(value) * 2000 + 1) // 2, 1000)
    sign = "-" if value < 0 and (whole or rest) else ""
    return f"{sign}{whole}.{rest:03d}"
