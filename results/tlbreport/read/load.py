"""Reads a run's files and verifies them: columns, fields, row counts, checksums."""

import csv
import io
import os
import re
import zlib

from . import consistency, cores, headline, keeping, samples, trust
from .run import Problem, Row, Run, Table
from .schema import CHECKS, FILES, FITS, REQUIRED, column_faults, count_fault, quote

NOT_BY_SCREEN = ("histogram.csv", "samples.csv", "summary.txt")
WRITTEN_HERE = ("derived.csv", "tidy.csv")  # the report's own: machine.csv says nothing of it


class NotARun(Exception):
    """The folder is not there, or holds no file of a run."""


def load(path: str, unparsed: tuple = ()) -> Run:
    """The run in a folder, with every problem found in it; raises NotARun.

    Of the files in `unparsed` bytes, checksum and count of rows are checked, and no field.
    """
    run = Run(path)
    present = csv_names(path)
    if not set(present) & set(FILES):
        raise NotARun(f"{path}: holds none of {', '.join(FILES)}")
    read_table(run, "machine.csv")
    run.machine = facts(run)
    stated = stated_files(run)
    for name in dict.fromkeys([*REQUIRED, *stated, *FILES, *present]):
        if name in present or name in stated or name in REQUIRED:
            if name not in run.tables and name not in WRITTEN_HERE:
                read_table(run, name, name not in unparsed)
            check_stated(run, name, stated.get(name, {}))
    forgive_screen(run)
    cores.split(run)
    for one in (run, *run.others.values()):
        run.problems += consistency.check(one)
        trust.disbelieve(one)
        keeping.believe(one)
    return run


def forgive_screen(run: Run) -> None:
    """A run that was read from its codes has none of the files that do not come by screen.  Where
    machine.csv says that there was a screen, and every such file is missing, that is no damage;
    one that is there would have come another way, and then so would the others."""
    names = [name for name in NOT_BY_SCREEN if name in run.tables]
    if "screen" not in re.split(r"[^a-z]+", run.fact("transport")) or not names or any(
            run.tables[name].found for name in names):
        return
    run.problems = [problem for problem in run.problems if problem.file not in names]
    run.problems += [Problem(name, 0, "does not come by screen: not there if the run was read from "
                             "its codes", damage=False) for name in names]
    for name in names:
        del run.tables[name]


def csv_names(path: str) -> list:
    """The CSV files of a folder, sorted."""
    try:
        return sorted(n for n in os.listdir(path) if n.endswith(".csv"))
    except OSError as error:
        raise NotARun(f"{path}: {error.strerror}") from error


def facts(run: Run) -> dict:
    """machine.csv as a dictionary; a key that comes twice is a problem."""
    found = {}
    for row in run.rows("machine.csv"):
        if row["key"] in found:
            text = f"key: {quote(row['key'])} comes twice"
            run.problems.append(Problem("machine.csv", row.line, text))
        found.setdefault(row["key"], row["value"])
    return found


def stated_files(run: Run) -> dict:
    """What machine.csv states: file name -> {"rows": ..., "crc32": ...}."""
    stated = {}
    for row in run.rows("machine.csv"):
        match = re.fullmatch(r"file_([^/]+)_(rows|crc32)", row["key"])
        if not match:
            continue
        name, what = match.groups()
        if what == "rows" and count_fault(row["value"]):
            text = f"{row['key']}: {quote(row['value'])} {count_fault(row['value'])}"
            run.problems.append(Problem("machine.csv", row.line, text))
        stated.setdefault(name, {})[what] = row["value"]
    return stated


def read_table(run: Run, name: str, with_fields: bool = True) -> None:
    """Adds a file to the run: as much of it as can be read; without fields its records are counted
    alone."""
    table = run.tables[name] = Table(name)
    try:
        with open(os.path.join(run.folder, name), "rb") as file:
            data = file.read()
    except FileNotFoundError:
        run.problems.append(Problem(name, 0, "the file is missing: the run was cut off"))
        return
    except OSError as error:
        run.problems.append(Problem(name, 0, f"cannot be read: {error.strerror}"))
        return
    table.found, table.bytes = True, len(data)
    table.crc32 = f"0x{zlib.crc32(data):08x}"
    if not name.endswith(".csv"):
        table.records = data.count(b"\n")  # plain text has no line of column names
        return
    run.problems += text_faults(name, data)
    reader = samples.parse if name == samples.FILE else parse
    (reader if with_fields else count)(run, table, data.decode("utf-8", "replace"))


def text_faults(name: str, data: bytes) -> list:
    """What is wrong with a file as text."""
    faults = []
    if data and not data.endswith(b"\n"):
        line = data.count(b"\n") + 1
        faults.append(Problem(name, line, "does not end with a newline: the file was cut"))
    if b"\r" in data:
        line = data[: data.index(b"\r")].count(b"\n") + 1
        faults.append(Problem(name, line, "holds a carriage return"))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        faults.append(Problem(name, line, "is not UTF-8"))
    return faults


def records(text: str):
    """(line it begins on, fields) of each record."""
    if '"' not in text and "\r" not in text:  # then a line is a record, and a comma ends a field
        yield from ((number, line.split(",") if line else [])
                    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1) if text)
        return
    reader, line = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    for fields in reader:
        yield line, fields
        line = reader.line_num + 1


def parse(run: Run, table: Table, text: str) -> None:
    """Fills the table.  A row with too few or too many fields is named and left out."""
    found, error = [], None
    try:
        for record in records(text):
            found.append(record)
    except csv.Error as raised:
        error = raised
    if found:
        fill(run, table, found[0][1], found[1:])
    if error:
        fault = f"is not CSV after this line, the rest is left out: {error}"
        run.problems.append(Problem(table.name, found[-1][0] if found else 0, fault))
    if not found:
        run.problems.append(Problem(table.name, 0, "the file is empty"))


def fill(run: Run, table: Table, names: list, found: list) -> None:
    """Puts records into the table."""
    run.problems += [Problem(table.name, *fault) for fault in column_faults(table.name, names)]
    table.records = len(found)
    doubtful = checks(table.name, names, [fields for _, fields in found])
    for line, fields in found:
        if len(fields) != len(names):
            fault = f"{len(fields)} fields instead of {len(names)}: the row is left out"
            run.problems.append(Problem(table.name, line, fault))
    rows = [Row(line, zip(names, fields)) for line, fields in found
            if len(fields) == len(names)] if table.name in FILES else []
    for row in rows if doubtful else ():
        run.problems += field_faults(table.name, row, doubtful)
    table.rows = [headline.applied(row) for row in rows] if table.name == headline.FILE else rows


def count(run: Run, table: Table, text: str) -> None:
    """Counts the records behind the line of column names; no field is looked at."""
    if '"' not in text:  # then a line is a record
        table.records = max(text.count("\n") + (not text.endswith("\n")) - 1, 0)
        return
    try:
        table.records = max(sum(1 for _ in records(text)) - 1, 0)
    except csv.Error as error:
        fault = f"is not CSV, its rows are not counted: {error}"
        run.problems.append(Problem(table.name, 0, fault))


def checks(name: str, names: list, found: list) -> list:
    """The checks of columns in which some field is malformed: only these are made row by row."""
    columns = dict(zip(names, zip(*(fields for fields in found if len(fields) == len(names)))))
    return [(column, check) for column, check in CHECKS.get(name, ())
            if column in columns and is_malformed(check, columns[column])]


def is_malformed(check, texts: tuple) -> bool:
    """Whether a check finds something in a field of a column that is not empty."""
    fits = FITS.get(check)
    return not fits(texts) if fits else any(map(check, set(texts) - {""}))


def field_faults(name: str, row: Row, doubtful: list) -> list:
    """The malformed fields of a row, of those columns."""
    faults = []
    for column, check in doubtful:
        text = row[column]
        fault = check(text) if text else ""
        if fault:
            faults.append(Problem(name, row.line, f"{column}: {quote(text)} {fault}"))
    return faults


def check_stated(run: Run, name: str, stated: dict) -> None:
    """Compares a file with what machine.csv says of it."""
    table = run.tables.get(name)
    if table is None or name == "machine.csv" or not run.tables["machine.csv"].found:
        return
    table.stated_rows = stated.get("rows", "")
    table.stated_crc32 = prefixed(stated.get("crc32", ""))
    if table.found:
        for text in stated_faults(table):
            run.problems.append(Problem(name, 0, text, damage=bool(stated) or name in FILES))


def prefixed(crc32: str) -> str:
    """A checksum with its 0x, without which a spreadsheet takes 4e805012 for a number; older
    programs wrote it bare."""
    return f"0x{crc32}" if re.fullmatch("[0-9a-f]{8}", crc32) else crc32


def stated_faults(table: Table):
    """In what a file differs from what machine.csv says of it."""
    rows, crc32 = table.stated_rows, table.stated_crc32
    if not rows:
        yield "machine.csv states no row count: not checked"
    elif not count_fault(rows) and int(rows) != table.records:
        yield f"{table.records} rows, machine.csv says {rows}: the file is not whole"
    if not crc32:
        yield "machine.csv states no CRC-32: not checked"
    elif crc32 != table.crc32:
        yield f"CRC-32 {table.crc32}, machine.csv says {quote(crc32)[1:-1]}: cut or changed"
