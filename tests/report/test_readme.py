"""results/README.md: its tables have every column of every file, and every claim, and no other."""

import os
import re
import unittest

from long_coverage import CLAIMS, stated
from rundir import RESULTS_FOLDER

from tlbreport import derived, tidy
from tlbreport.read.schema import FILES


def shown() -> dict:
    """File -> columns, as the table has them; a file that is not named is that of the line above."""
    with open(os.path.join(RESULTS_FOLDER, "README.md"), encoding="utf-8") as file:
        table = file.read().split("## Every column")[1].split("\n## ")[0]
    found, names = {}, []
    for line in re.findall(r"^\| .*", table, re.M)[2:]:
        cells = [cell.strip() for cell in line.split("|")]
        names = cells[1].split(", ") if cells[1] else names
        for name in names:
            found.setdefault(name, []).extend(re.findall(r"`(\w+)`", cells[2]))
    return found


def dimensions() -> dict:
    """Benchmark -> the columns of tidy.csv that its variants fill, as the table has them; what
    stands in brackets is a word."""
    with open(os.path.join(RESULTS_FOLDER, "README.md"), encoding="utf-8") as file:
        part = file.read().split("## tidy.csv")[1].split("\n## ")[0]
    lines = [re.sub(r"\([^)]*\)", "", line).split("|") for line in re.findall(r"^\| `.*", part, re.M)]
    return {re.search(r"`(\w+)`", cells[1])[1]: set(re.findall(r"`(\w+)`", cells[2]))
            for cells in lines}


class Readme(unittest.TestCase):
    def test_the_table_of_coverage_has_each_claim_with_its_number_once(self):
        self.assertEqual({name: cells[0] for name, cells in stated().items()},
                         {name: f"{claim.percent:.0f}" for name, claim in CLAIMS.items()})

    def test_the_table_of_columns_has_each_column_of_each_file_once(self):
        wanted = {**FILES, "derived.csv": derived.COLUMNS, "tidy.csv": tidy.COLUMNS}
        self.assertEqual({name: sorted(columns) for name, columns in shown().items()},
                         {name: sorted(columns) for name, columns in wanted.items()})
