"""The command line: folders in, one page out, and a status that says how it went."""

import argparse
import os
import sys

from .read.load import NotARun, load

DONE, DAMAGED, USAGE, LACKING = 0, 1, 2, 3
PRINTED_PROBLEMS = 20
PRINTED_CHANGES = 10
NAMES = ("report.html", "compare.html", "pooled.html")  # of one run, two, and more
PACKAGES = "python3-numpy python3-scipy"

DESCRIPTION = """\
Reads the CSV files of a run, checks their columns, fields, row counts and
checksums, and writes one HTML page that needs no other file: what each
operation costs, what it drops, what may be believed and why.  What follows
from several rows together goes to DIR/derived.csv; DIR/tidy.csv has the rows
with every dimension in a column of its own.

Of a tree of runs (--fleet DIR --out SITE), a database and a site.

Of two runs, writes a page that says in which rows B differs from A; of more,
taken as boots of one machine, one with the range over them.

--export writes no page, but the rows for tools that people have already."""
EXPORTS = ("gobench", "lava", "json")
STATUSES = """\
exit status:
  0  the page is written, the files are whole
  1  the page is written, and it says which files are missing, damaged or cut,
     or that no row of two runs could be compared
  2  a folder is no run or the command is wrong: nothing is written.  Or a file
     could not be written: the message names what is missing
  3  a Python package is missing; nothing is written.  Or what makes figures
     is missing: the page is written"""


def main(arguments: list) -> int:
    """Runs the command; returns its exit status."""
    options = parser().parse_args(arguments)
    refused = refusal(options)
    if refused:
        return complain(refused, USAGE)
    try:
        if options.fleet:
            return fleet(options)
        if options.contribute:
            return contribute(options)
        return export(options) if options.export else draw(options)
    except NotMade as error:
        return complain(str(error), LACKING)
    except ImportError as error:
        return complain(f"{error}: apt-get install {PACKAGES}", LACKING)
    except (NotARun, NotWritten) as error:
        return complain(str(error), USAGE)
    except OSError as error:
        where = error.filename or options.output or "standard output"
        return complain(f"{where}: {error.strerror}", USAGE)


def refusal(options) -> str:
    """Which options do not go together; empty if all do."""
    several = len(options.folders) > 1
    for_one_page = options.export or options.lines or options.figures
    if options.fleet:
        others = (options.folders, options.contribute, options.emulated)
        if any(others) or for_one_page or not options.output:
            return "--fleet DIR takes --out SITE, and nothing else"
    elif options.contribute and (for_one_page or options.output):
        return "--contribute takes the folders of runs, and nothing else"
    elif options.emulated and not options.contribute:
        return "--emulated goes with --contribute"
    elif not options.folders and not options.contribute:
        return "the folder of a run is missing: --help"
    if options.export and options.export != "gobench" and several:
        return f"--export {options.export} takes one run"
    if options.export and (options.lines or options.figures):
        return "--lines and --figures go with a page, not with --export"
    return "--figures takes one run" if options.figures and several else ""


def draw(options) -> int:
    """Writes the page, and what goes with it."""
    name = NAMES[min(len(options.folders), 3) - 1]
    out = options.output or os.path.join(options.folders[0], name)
    runs = [load(folder) for folder in options.folders]
    found = matched(runs)
    made = pages(runs, found, out)
    if options.lines:
        made.append((options.lines, findings(runs)))
    write_all(made)
    if options.figures:
        draw_alone(runs[0], options.figures)
    status = told(runs)
    if found:
        for one in found.changed[:PRINTED_CHANGES]:
            print(one.words, file=sys.stderr)
        print(found.counts, file=sys.stderr)
    print(out)
    return DAMAGED if found and not found.compared else status


def fleet(options) -> int:
    """Brings a site up to date with a tree of runs."""
    from .fleet.site import fleet as made_of
    from .fleet.store import NotAFleet

    try:
        made = made_of(options.fleet, options.output, write_whole)
    except NotAFleet as error:
        return complain(str(error), USAGE)
    for text in made.problems(options.fleet)[:PRINTED_PROBLEMS]:
        print(text, file=sys.stderr)
    more = len(made.problems(options.fleet)) - PRINTED_PROBLEMS
    if more > 0:
        print(f"and {more} more, all in the page", file=sys.stderr)
    print(os.path.join(options.output, "index.html"))
    return DAMAGED if made.damaged or made.unread else DONE


def contribute(options) -> int:
    """Adds runs to the table of machines; without runs draws the table again."""
    from .fleet import contribute as reference

    try:
        if options.folders:
            added = reference.contribute(options.folders, options.contribute, options.emulated)
        else:
            added = reference.redraw(options.contribute) or []
    except reference.Refused as error:
        return complain(str(error), USAGE)
    for folder, left_out in added:
        print(f"{folder} (left out: {', '.join(left_out) or 'nothing'})")
    return DONE


def export(options) -> int:
    """Writes the runs in another format, to a file or to standard output."""
    runs = [load(folder) for folder in options.folders]
    text = exported(options.export, runs)
    if options.output:
        write_whole(options.output, text)
    else:
        sys.stdout.write(text)
    return told(runs)


def told(runs: list) -> int:
    """Names what is wrong with the files; the status that follows from them."""
    for run in runs:
        tell(run)
    return DONE if all(run.is_whole for run in runs) else DAMAGED


class NotMade(Exception):
    """A program that makes figures is missing or failed; the text says which."""


def draw_alone(run, folder: str) -> None:
    """Writes each figure of a run into a folder."""
    from subprocess import CalledProcessError

    from .figures import NoConverter, write_figures

    try:
        made = write_figures(run, folder)
    except (NoConverter, CalledProcessError) as error:
        raise NotMade(f"no figures: {error}") from None
    print(f"{len(made)} figures in {folder}", file=sys.stderr)


def exported(form: str, runs: list) -> str:
    """The runs in that format."""
    from . import as_json, gobench, lava

    if form == "gobench":
        return gobench.gobench(runs)
    return lava.lava(runs[0]) if form == "lava" else as_json.as_json(runs[0])


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
    from . import derived, tidy
    from .page import page

    run = runs[0]
    return [(out, page(run)), (os.path.join(run.folder, derived.NAME), derived.derived(run)),
            (os.path.join(run.folder, tidy.NAME), tidy.tidy(run))]


def findings(runs: list) -> str:
    """What follows from the rows of one run, for a terminal; of several runs nothing."""
    from . import terminal

    return terminal.lines(runs[0]) if len(runs) == 1 else ""


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="report.py", description=DESCRIPTION, epilog=STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("folders", metavar="DIR", nargs="*",
                      help="the folder of a run; two: A and B, to be compared; more: boots "
                           "of one machine")
    made.add_argument("--fleet", metavar="DIR",
                      help="read every run below DIR that the database in SITE does not have as it "
                           "is, and draw a site of all: machines, processors, operations, settings")
    made.add_argument("--contribute", metavar="REFERENCE",
                      help="check runs of one machine (whole, timing valid, three boots), strip what "
                           "is private and add them to that folder and its table; no runs: draw the "
                           "table again")
    made.add_argument("--emulated", action="store_true",
                      help="with --contribute: take what is no measurement of hardware, and mark it")
    made.add_argument("-o", "--output", "--out", metavar="FILE",
                      help="write the page there (default: DIR/report.html, A/compare.html, "
                           "A/pooled.html)")
    made.add_argument("--export", choices=EXPORTS,
                      help="write no page but the rows, to FILE of -o or to standard output: as "
                           "Go's benchmarks, which benchstat reads (of several runs too), as "
                           "signals of LAVA's test cases, or as JSON")
    made.add_argument("--figures", metavar="FOLDER",
                      help="of one run, write each figure there too, as SVG and PDF of a column's "
                           "width (3.3 in), and card.png, the headline table (1200 x 630)")
    made.add_argument("--lines", metavar="FILE",
                      help="of one run, write what follows from its rows there too, in a few "
                           "lines for a terminal")
    return made


class NotWritten(Exception):
    """A file could not be written; the text says which are missing, and why."""


def write_all(made: list) -> None:
    """Writes (path, text) each; whatever was written before one that fails stays."""
    for number, (path, text) in enumerate(made):
        try:
            write_whole(path, text)
        except OSError as error:
            names = ", ".join(os.path.basename(one) for one, _ in made[number:])
            raise NotWritten(f"{path}: {error.strerror}; missing: {names}; the files of the run "
                             "are as they were") from None


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
