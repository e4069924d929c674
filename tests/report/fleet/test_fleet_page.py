"""results/fleet.md: its table has every column, and its queries run on the database and on CSV."""

import csv
import io
import os
import re
import sqlite3

from rundir import RESULTS_FOLDER, cost
from test_fleet import VERIFIED, FleetTest
from test_policy import crossing_at

from tlbreport.fleet import schema

with open(os.path.join(RESULTS_FOLDER, "fleet.md"), encoding="utf-8") as page:
    TEXT = page.read()


def stated() -> dict:
    """Table -> columns, as the page has them; a table that is not named is that of the line above."""
    found, name = {}, ""
    part = TEXT.split("## What is in fleet.sqlite")[1].split("\n## ")[0]
    for line in re.findall(r"^\| .*", part, re.M)[2:]:
        cells = line.split("|")
        name = cells[1].strip() or name
        found.setdefault(name, []).extend(re.findall(r"`(\w+)`", cells[2]))
    return found


def queries() -> list:
    """The indented SELECTs of the page."""
    part = TEXT.split("## Queries")[1].split("\n## ")[0]
    return [re.sub(r"^    ", "", block, flags=re.M)
            for block in re.findall(r"(?:^    .*\n)+", part, re.M)]


class Page(FleetTest):
    def test_the_table_has_each_column_of_each_table_once(self):
        base = sqlite3.connect(":memory:")
        base.executescript(schema.TABLES)
        tables = [name for name, in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        self.assertEqual(
            {name: sorted(columns) for name, columns in stated().items()},
            {name: sorted(row[1] for row in base.execute(f"PRAGMA table_info({name})"))
             for name in tables})
        base.close()

    def test_the_queries_run_and_the_first_says_the_same_of_exported_files(self):
        for number, pages in enumerate((10, 40)):
            self.add_run(f"m{number}/ceiling", crossing_at(pages), verify=VERIFIED, model=str(number))
            for boot in range(3):
                self.add_run(f"m{number}/{boot}", [
                    cost("invlpg", variant, 200 + more + boot) for variant, more in (
                        ("first-bare-4k", 0), ("first-bare-4k-pcide", 40))
                ], model=str(number), brand=f"B{number}")
            self.add_run(f"m{number}/wide", [cost("invlpg", "first-bare-4k", 900, converged="0")],
                         model=str(number), brand=f"B{number}")
        self.draw()
        costs, ceilings = (self.ask(query) for query in queries())
        self.assertEqual(sorted(costs), [
            (f"B{number}", "0x2b000590", variant, 1, 3, least, least + 0.5, least + 1.0)
            for number in (0, 1)
            for variant, least in (("first-bare-4k", 100.0), ("first-bare-4k-pcide", 120.0))])
        self.assertEqual([row[2] for row in ceilings], [2])
        base = sqlite3.connect(":memory:")
        for part in ("m0", "m1"):
            load_csv(base, self.exported(f"machine LIKE '{part}%'"))
        self.assertEqual(sorted(base.execute(queries()[0])), sorted(costs))
        base.close()

    def test_a_reader_of_csv_is_told_to_look_for_numbers(self):
        self.assertRegex(TEXT, r"spark\.read\.csv\(.*inferSchema=True")

    def exported(self, where: str) -> str:
        """What the page's command writes, of one part of the runs."""
        base = sqlite3.connect(os.path.join(self.site, schema.NAME))
        found = base.execute(f"SELECT * FROM measured WHERE {where}")
        out = io.StringIO()
        csv.writer(out).writerows([[column[0] for column in found.description], *found])
        base.close()
        return out.getvalue()


def load_csv(base, text: str) -> None:
    """A CSV file as rows of `measured`, its numbers as numbers, as DuckDB and Spark find them."""
    names, *rows = csv.reader(io.StringIO(text))
    number = ("timing_valid", "files_whole", "believed", "converged", "p50", "ci99_lo", "ci99_hi",
              "p99", "p50_ns")
    base.execute("CREATE TABLE IF NOT EXISTS measured (" + ", ".join(
        f"{name} {'REAL' if name in number else 'TEXT'}" for name in names) + ")")
    base.executemany(f"INSERT INTO measured VALUES ({', '.join('?' * len(names))})",
                     [[field or None for field in row] for row in rows])
