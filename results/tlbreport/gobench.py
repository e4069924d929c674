"""The rows in the format of Go's benchmarks, which benchstat reads.

golang.org/design/14313-benchmark-format: lines of configuration hold for all results behind them.
benchstat compares only results of the same configuration, so whatever says how far a number may
be believed is configuration, and what differs from run to run of one machine stands behind #.
"""

from statistics import median

from . import tidy
from .read import trust
from .read.row_name import key, word
from .read.run import Row, Run

LEAST_PAIRS, MOST_GROUPS = 32, 16  # of samples.csv: pairs of a group, groups of a row
BELIEVED = {"1": "yes", "0": "no", "": "unknown"}
# What may differ between runs that are compared.
ABOUT = "run_id date program commit microcode tsc_hz".split()


def gobench(runs: list) -> str:
    """All runs, one behind the other.  A line for each group of a row's samples, where samples.csv
    has them, else one line of its cost."""
    return "\n\n".join("\n".join(one_run(run)) for run in runs) + "\n"


def one_run(run: Run) -> list:
    """Its lines: what it is, then the rows, those that are believed first."""
    said = ["# " + ", ".join(f"{name} {run.fact(name) or 'not recorded'}" for name in ABOUT),
            f"cpu: {one_line(run.fact('brand'))}", f"env: {one_line(run.fact('env'))}"]
    groups, rest = {}, {}
    for row, line in tidy.lines(run):
        if row["status"] == "ok":
            settled = (line["core_type"], line["timing_valid"], line["files_whole"],
                       BELIEVED.get(line["believed"], "unknown") if row["op"] != "none" else "yes")
            groups.setdefault(settled, []).append((row, line))
        else:
            why = f"{row['status']}: {row['reason']}"
            rest[why] = rest.get(why, 0) + 1
    for settled in sorted(groups, key=lambda key: (key[0] != "", key[3] != "yes")):
        said += ["", *configuration(run, *settled)]
        for row, line in groups[settled]:
            said += results(run, row, line)
    return said + [f"# {count} rows {one_line(why)}" for why, count in rest.items()]


def configuration(run: Run, core_type: str, valid: str, whole: str, believed: str):
    """How far the results behind it may be believed."""
    of = run.others.get(core_type, run)
    yield f"core-type: {one_line(core_type) or 'boot'}"
    yield f"timing-valid: {valid}"
    yield f"timing-reason: {one_line(' '.join(trust.judge(of).reasons)) or 'none'}"
    yield f"files-whole: {whole}"
    yield f"believed: {believed}"


def results(run: Run, row: Row, line: dict):
    """The lines of a row: a name, how many samples, values with units."""
    of = run.others.get(line["core_type"], run)
    each = groups_of(run, row) or [(row.number("n"), row.number("p50"))]
    for count, value in each:
        if value is None:
            continue
        values = f"{value:z.3f} {row['unit']}{'/op' if row['unit'] in ('ticks', 'cycles') else ''}"
        if of.hz and row["unit"] == "ticks":
            values = f"{1e9 * value / of.hz:z.3f} ns/op {values}"
        yield f"{name(row)} {max(1, int(count or 1))} {values}"


def groups_of(run: Run, row: Row) -> list:
    """(pairs, median) of groups of pairs in the order they were taken; none without samples, or
    where the clock steps: there a median of few pairs is a step of it."""
    mine = run.samples.get(key(row) + ((row["core_type"],) if row["core_type"] else ()))
    if mine is None or row["estimator"] == "huber" or row["unit"] != "ticks":
        return []
    pairs = len(mine.differences)
    many = min(MOST_GROUPS, pairs // LEAST_PAIRS)
    ends = [pairs * number // many for number in range(many + 1)] if many else []
    return [(end - start, median(mine.differences[start:end]) / mine.divisor)
            for start, end in zip(ends, ends[1:])]


def name(row: Row) -> str:
    """BenchmarkSingleOp/variant=first-bare-4k/op=invlpg.  It does not end with the variant, of
    which benchstat would take a number at the end for GOMAXPROCS."""
    bench = "".join(part.capitalize() for part in row["bench"].split("_"))
    parts = [("variant", row["variant"]), (row["param"], row["value"]),
             ("targets", row["targets"]), ("op", row["op"])]
    return f"Benchmark{word(bench)}" + "".join(
        f"/{word(key)}={word(value)}" for key, value in dict(parts).items() if key and value)


def one_line(text: str) -> str:
    """A value of a configuration line."""
    return " ".join(text.split())
