"""The rows as test cases of LAVA, which takes them from what a test prints.

The program says the same on its serial line with lava = 1 (lib/stream/lava.c): names, results and
numbers are those of here, to the letter."""

from . import tidy
from .read import trust
from .read.keeping import KEEPERS
from .read.row_name import word
from .read.run import Row, Run

CELLS = {"pass": "pass", "fail": "fail", "skipped": "skip"}  # of verify.csv and selftest.csv


def lava(run: Run) -> str:
    """A line for each row, self-test and required check.  A row passes if it may be quoted: it was
    measured, is believed, its timing is valid and no file is damaged."""
    said = list(of_run(run))
    said += [signal(row_id(row), result(row, line), *measured(row, line))
             for row, line in tidy.lines(run)]
    return "".join(f"{line}\n" for line in said)


def of_run(run: Run):
    """What holds for all of it: the timing, the files, self-tests, required checks."""
    for core_type, one in (("", run), *run.others.items()):
        of_core = [core_type] if core_type else []
        yield signal(slug("timing_valid", *of_core),
                     "pass" if trust.judge(one).timing else "fail")
        for row in one.rows("selftest.csv"):
            value = row["value"] if row.number("value") is not None else ""
            yield signal(slug("selftest", row["test"], *of_core),
                         CELLS.get(row["verdict"], "unknown"), value, row["unit"])
        for row in one.rows("verify.csv"):
            if row["rule"] == "must":
                cpu = f"cpu{row['cpu']}" if row["cpu"] else ""
                yield signal(slug("verify", row["op"], row["entry"], f"pcide{row['pcide']}",
                                  f"tce{row['tce']}", row["phase"], cpu, *of_core),
                             CELLS.get(row["verdict"], "unknown"))
    yield signal(slug("files_whole"), "pass" if run.is_whole else "fail")


def result(row: Row, line: dict) -> str:
    """pass, fail, skip or unknown: nobody can say.  What has nothing to drop is unknown: that it
    keeps what it should follows from other rows, which the program does not compare."""
    if row["status"] != "ok":
        return "skip" if row["status"] == "skipped" else "fail"
    if line["believed"] == "0":
        return "fail"
    may_be_quoted = line["timing_valid"] == "1" and line["files_whole"] == "1"
    is_verified = row["op"] == "none" or line["believed"] == "1" and row["op"] not in KEEPERS
    return "pass" if may_be_quoted and is_verified else "unknown"


def measured(row: Row, line: dict) -> tuple:
    """The cost and its unit: nanoseconds where the rate of the clock is known."""
    if line["p50_ns"]:
        return line["p50_ns"], "ns"
    return (line["p50"] if row["status"] == "ok" else ""), row["unit"]


def row_id(row: Row) -> str:
    """The name of a row: no two rows of a run have the same."""
    swept = f"{row['param']}-{row['value']}" if row["param"] else ""
    targets = f"targets-{row['targets']}" if row["targets"] else ""
    return slug(row["bench"], row["op"], row["variant"], swept, targets, row["core_type"])


def slug(*parts: str) -> str:
    """A name without blanks and slashes, for an address too."""
    return word(".".join(filter(None, parts)))


def signal(name: str, verdict: str, measurement: str = "", units: str = "") -> str:
    """One test case."""
    said = f"TEST_CASE_ID={name} RESULT={verdict}"
    if measurement:
        said += f" UNITS={slug(units) or 'none'} MEASUREMENT={measurement}"
    return f"<LAVA_SIGNAL_TESTCASE {said}>"
