"""Rows of a clock that steps: which number is the cost."""

import re

import unittest

from rundir import (HARDWARE, LATER, RESULTS, SELFTEST, VERIFY, RunTest, cost, csv_bytes, refill,
                    small_selftest, small_verify, write_files)

from tlbreport.find.slope import series
from tlbreport.read import load

HUBER = {"cost": "161.700", "cost_lo": "160.900", "cost_hi": "162.500", "estimator": "huber",
         "quantum": "21", "p50": "168.000", "ci99_lo": "168.000", "ci99_hi": "168.000",
         "ci95_lo": "168.000", "ci95_hi": "168.000"}


class Headline(RunTest):
    """The estimate of a row takes the place of its median if the row says so."""

    def write(self, rows, columns=None):
        write_files(self.folder, HARDWARE, {
            "results.csv": csv_bytes(columns or LATER, rows),
            "verify.csv": csv_bytes(VERIFY, small_verify()),
            "selftest.csv": csv_bytes(SELFTEST, small_selftest())})

    def row(self):
        run = load.load(self.folder)
        self.assertEqual([str(problem) for problem in run.problems], [])
        return run.rows("results.csv")[0]

    def test_the_estimate_of_a_stepping_clock_is_the_headline(self):
        self.write([cost("invlpg", "first-bare-4k", 168, **HUBER)])
        row = self.row()
        self.assertEqual([row[c] for c in ("p50", "ci99_lo", "ci99_hi", "ci95_lo", "ci95_hi")],
                         ["161.700", "160.900", "162.500", "160.900", "162.500"])

    def test_the_page_shows_it_and_says_what_it_is(self):
        self.write([cost("invlpg", "first-bare-4k", 168, **HUBER)])
        status, page, _ = self.report()
        self.assertEqual(status, 0)
        self.assertIn("<td>161.7<td>[160.9, 162.5]", page)
        self.assertIn('"p50":[161.7]', page)
        self.assertNotIn("168", re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", page, flags=re.S))
        self.assertIn("goes on by 21 ticks at a time. In 1 rows", page)

    def test_a_row_of_the_median_keeps_it(self):
        self.write([cost("invlpg", "first-bare-4k", 168, **{**HUBER, "estimator": "median"})])
        self.assertEqual(self.row()["p50"], "168.000")
        self.assertNotIn("Huber", self.report()[1])

    def test_an_older_run_has_no_estimate(self):
        self.write([cost("invlpg", "first-bare-4k", 168, **HUBER)], RESULTS)
        self.assertEqual(self.row()["p50"], "168.000")

    def test_a_row_without_a_cost_keeps_its_fields(self):
        self.write([cost("invlpg", "first-bare-4k", 168, **{**HUBER, "cost": ""})])
        self.assertEqual(self.row()["p50"], "168.000")

    def test_columns_of_which_one_is_missing_are_damage(self):
        self.write([cost("invlpg", "first-bare-4k", 168, **HUBER)], [c for c in LATER if c != "estimator"])
        problems = [str(problem) for problem in load.load(self.folder).problems]
        self.assertEqual(problems, ["results.csv:1: column 'estimator' is missing"])

    def test_the_farthest_target_is_known_and_an_unknown_distance_named(self):
        for distance, problems in (("machine", []), ("moon", ["results.csv:2: farthest: 'moon' is "
                "not one of core, cluster, cache, package, machine"])):
            self.write([cost("invlpg", "first-bare-4k", 168, **HUBER, farthest=distance,
                             farthest_package="1")], [*LATER, "farthest", "farthest_package"])
            self.assertEqual([str(one) for one in load.load(self.folder).problems], problems)

    def test_an_unknown_estimator_is_named(self):
        self.write([cost("invlpg", "first-bare-4k", 168, **{**HUBER, "estimator": "mode"})])
        problems = [str(problem) for problem in load.load(self.folder).problems]
        self.assertEqual(problems, ["results.csv:2: estimator: 'mode' is not one of median, huber"])

    def test_what_is_derived_is_derived_from_it(self):
        rows = refill("cr3_reload", "4k-data", {4: 100, 8: 200, 16: 400, 32: 800})
        for row in rows:
            median = float(row["p50"])
            row.update({**HUBER, "cost": f"{2 * median:.3f}"})
        self.write(rows)
        line = series(load.load(self.folder))[0].line
        self.assertAlmostEqual(line.slope, 50.0)


if __name__ == "__main__":
    unittest.main()
