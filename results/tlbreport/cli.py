"""The command line: folders in, one page out, and a status that says how it went."""

import argparse
import os
import sys

from .read.load import NotARun, load

DONE, DAMAGED, USAGE, LACKING = 0, 1, 2, 3
PRINTED_PROBLEMS = 20
NAMES = ("report.html", "compare.html", "pooled.html")  # of one run, two, and more
PACKAGES = "python3-matplotlib python3-numpy python3-scipy"

DESCRIPTION = """\
Reads the CSV files of a run, checks their columns, fields, row counts and
checksums, and writes one HTML page that needs no other file: what each
operation costs, what it drops, what may be believed and why.  What follows
from several rows together goes to DIR/derived.csv.

Of two runs, writes a page that says in which rows B differs from A; of more,
taken as boots of one machine, one with the range over them."""
STATUSES = """\
exit status:
  0  the page is written, the files are whole
  1  the page is written, and it says which files are missing, damaged or cut,
     or that no row of two runs could be compared
  2  a folder is no run, or the command is wrong; nothing is written
  3  a Python package is missing; nothing is written"""


def main(arguments: list) -> int:
    """Runs the command; returns its exit status."""
    options = parser().parse_args(arguments)
    name = NAMES[min(len(options.folders), 3) - 1]
    out = options.output or os.path.join(options.folders[0], name)
    try:
        runs = [load(folder) for folder in options.folders]
        found = matched(runs)
        for path, text in pages(runs, found, out):
            write_whole(path, text)
    except ImportError as error:
        return complain(f"{error}: apt-get install {PACKAGES}", LACKING)
    except NotARun as error:
        return complain(str(error), USAGE)
    except OSError as error:
        return complain(f"{error.filename or out}: {error.strerror}", USAGE)
    for run in runs:
        tell(run)
    if found:
        print(found.counts, file=sys.stderr)
    print(out)
    damaged = any(p.damage for run in runs for p in run.problems)
    return DAMAGED if damaged or (found and not found.compared) else DONE


def matched(runs: list):
    """The rows of two runs, held against each other; None of another number of runs.  Packages are
    wanted only from here on."""
    if len(runs) != 2:
        return None
    from .find.matching import match

    return match(*runs)


def pages(runs: list, found, out: str):
    """(path, text) of what is to be written."""
    if found:
        from .comparison import comparison

        return [(out, comparison(*runs, found))]
    if len(runs) > 2:
        from .pooled import pooled

        return [(out, pooled(*runs))]
    from .derived import NAME, derived
    from .page import page

    run = runs[0]
    return [(out, page(run)), (os.path.join(run.folder, NAME), derived(run))]


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="report.py", description=DESCRIPTION, epilog=STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("folders", metavar="DIR", nargs="+",
                      help="the folder of a run; two: A and B, to be compared; more: boots "
                           "of one machine")
    made.add_argument("-o", "--output", metavar="FILE",
                      help="write the page there (default: DIR/report.html, A/compare.html, "
                           "A/pooled.html)")
    return made


def write_whole(path: str, text: str) -> None:
    """Writes a file so that it is never seen half-written."""
    partial = f"{path}.partial"
    try:
        with open(partial, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.replace(partial, path)
    except BaseException:
        if os.path.exists(partial):
            os.remove(partial)
        raise


def tell(run) -> None:
    """Names the problems, and the notes after them, with the folder as it was given."""
    ordered = sorted(run.problems, key=lambda p: not p.damage)
    for problem in ordered[:PRINTED_PROBLEMS]:
        note = "" if problem.damage else " (note)"
        print(f"{os.path.join(run.folder, str(problem))}{note}", file=sys.stderr)
    if len(ordered) > PRINTED_PROBLEMS:
        print(f"and {len(ordered) - PRINTED_PROBLEMS} more, all in the page", file=sys.stderr)


def complain(text: str, status: int) -> int:
    """Says what is wrong; returns the status."""
    print(f"report.py: {text}", file=sys.stderr)
    return status
