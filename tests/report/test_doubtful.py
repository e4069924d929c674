"""Rows to look at twice: chunks that differ, and rows that contradict their sweep."""

import csv
import io
import unittest

from pagecheck import PageTest
from rundir import cost, read, refill, write_run

from tlbreport.find import doubtful
from tlbreport.read import load


def swept(costs: dict, **marks) -> list:
    """Rows of a sweep; marks: touched -> what `outlier` is there."""
    rows = refill("invlpg", "4k-data", costs)
    for row in rows:
        row.update({"spread": "12.345", "outlier": marks.get(f"at{row['value']}", "")})
    return rows


BUMP = swept({0: 3549, 1: 10962, 2: 3948, 4: 4300}, at1="1", at2="0")
FLAT = swept({0: 3549, 1: 3700, 2: 3948, 4: 4300}, at1="0", at2="0")


class Doubtful(PageTest):
    """What the program found out of a row stands beside it."""

    def text(self, rows) -> str:
        return self.page(results=rows).text

    def evidence(self, what: str) -> list:
        text = read(self.folder, "derived.csv").decode()
        return [row["evidence"] for row in csv.DictReader(io.StringIO(text)) if row["what"] == what]

    def test_the_spread_of_its_chunks_stands_in_every_row(self):
        text = self.text(FLAT)
        self.assertIn("chunks differ by", text)
        self.assertEqual(text.count(" 12.35 "), len(FLAT))

    def test_an_older_run_has_no_such_column(self):
        text = self.text([cost("invlpg", "first-bare-4k", 212)])
        self.assertNotIn("chunks differ by converged", text)
        self.assertNotIn("status chunks differ by", text)

    def test_a_row_that_contradicts_its_neighbours_is_named_on_the_first_screen(self):
        text = self.text(BUMP)
        self.assertIn("Rows: 4 measured, all converged; 1 contradicts both neighbours in the "
                      "sweep: single_op invlpg first-incl-4k-data touched=1.", text)

    def test_it_is_marked_in_its_table_and_no_other_is(self):
        self.assertEqual(self.text(BUMP).count("contradicts its neighbours"), 1)
        self.assertEqual(self.text(FLAT).count("contradicts its neighbours"), 0)

    def test_what_is_derived_from_it_says_so(self):
        self.text(BUMP)
        self.assertTrue(self.evidence("refill_slope")[0].endswith(
            "; contradicts its neighbours: touched = 1"), self.evidence("refill_slope"))
        self.text(FLAT)
        self.assertNotIn("contradicts", self.evidence("refill_slope")[0])

    def test_rows_that_did_not_converge_are_counted(self):
        rows = [*FLAT[:2], *({**row, "converged": "0"} for row in FLAT[2:])]
        self.assertIn("Rows: 4 measured, 2 not converged.", self.text(rows))

    def test_many_are_counted_and_some_are_named(self):
        rows = [{**row, "outlier": "1", "variant": f"first-incl-4k-data-w{number}"}
                for number in range(3) for row in BUMP]
        write_run(self.folder, results=rows)
        said = doubtful.in_short(load.load(self.folder))
        self.assertIn("12 contradict both neighbours", said)
        self.assertTrue(said.endswith(" and 8 more."), said)

    def test_a_row_that_failed_is_no_outlier(self):
        write_run(self.folder, results=[{**BUMP[1], "status": "failed", "reason": "stale words"}])
        self.assertEqual(doubtful.in_short(load.load(self.folder)), "")


if __name__ == "__main__":
    unittest.main()
