"""Cores of several types: none is mixed with another, and each has its own verdicts."""

from unittest import mock

from pagecheck import Page, PageTest
from rundir import (CANARY, HARDWARE, HISTOGRAM, LATER, SAMPLES, SELFTEST, VERIFY, checked,
                    cost, csv_bytes, histogram, sampled, small_selftest, write_files)

from tlbreport.find.settings import advice
from tlbreport.page import page
from tlbreport.read.load import load

P, E = "performance", "efficient"
HYBRID = {
    **HARDWARE, "core_type": P,
    "core_type_0": f"{P} processors=16 native_model=0x1 caches=3 cpu=0 family=6 model=151 "
                   "stepping=2 microcode=0x2c quantum=1 timing_valid=1",
    "core_type_1": f"{E} processors=8 native_model=0x1 caches=3 cpu=16 family=6 model=151 "
                   "stepping=2 microcode=0x2d quantum=1 timing_valid=1",
}
TYPED = [[*columns, "core_type"] for columns in (LATER, VERIFY, SELFTEST, CANARY, HISTOGRAM,
                                                 SAMPLES)]
NAMES = ("results", "verify", "selftest", "canary", "histogram", "samples")


def typed(kind: str, rows: list) -> list:
    """Rows of that type of core."""
    return [{**row, "core_type": kind} for row in rows]


def costs(kind: str, factor: float, **more) -> list:
    """Rows of single_op that cost so many times as much as on the other type."""
    return typed(kind, [cost("invlpg", "first-bare-4k", 200 * factor, **more),
                        cost("cr3_reload", "first-bare", 300 * factor)])


def cells(kind: str, verdict: str = "pass") -> list:
    """What was verified on that type."""
    return typed(kind, [*checked("invlpg", "page_4k", verdict=verdict),
                        *checked("cr3_reload", "page_4k")])


def shown(run) -> str:
    """The page of a run, without its pictures."""
    with mock.patch("tlbreport.draw.figure.drawn", return_value='<svg viewBox="0 0 1 1"></svg>'):
        return page(run)


class Cores(PageTest):
    def hybrid(self, machine=None, **files):
        """A run of a machine with two types, as it is loaded."""
        given = {
            "results": [*costs(P, 1), *costs(E, 2)],
            "verify": [*cells(P), *cells(E)],
            "selftest": typed(P, small_selftest()),
            **files,
        }
        write_files(self.folder, machine or HYBRID, {
            f"{name}.csv": csv_bytes(columns, given[name])
            for name, columns in zip(NAMES, TYPED) if name in given})
        return load(self.folder)

    def test_rows_of_another_type_are_in_no_table_of_the_run(self):
        rows = [*costs(P, 1), *costs(E, 2)]
        run = self.hybrid(
            results=rows, selftest=[*typed(P, small_selftest()), *typed(E, small_selftest())],
            canary=typed(P, [{"order": "1", "ticks": "768"}])
            + typed(E, [{"order": "2", "ticks": "999"}]),
            histogram=[*typed(P, histogram(rows[0], [(1, 2, 2047)])),
                       *typed(E, histogram(rows[2], [(1, 2, 2047)]))],
            samples=[*typed(P, sampled(rows[1], [5] * 2047)),
                     *typed(E, sampled(rows[3], [9] * 2047))])
        for name in (f"{name}.csv" for name in NAMES[:-1]):
            self.assertEqual({row["core_type"] for row in run.rows(name)}, {P}, name)
            self.assertEqual({row["core_type"] for row in run.others[E].rows(name)}, {E}, name)
        for one, ticks in ((run, 5), (run.others[E], 9)):
            (found,) = one.samples.values()
            self.assertEqual(set(found.differences), {ticks})
        self.assertEqual([str(p) for p in run.problems], [])

    def test_a_row_on_both_types_is_not_there_twice(self):
        self.assertEqual([p.text for p in self.hybrid().problems], [])

    def test_a_type_is_believed_by_its_own_verification(self):
        run = self.hybrid(results=[*costs(P, 1), *costs(E, 2, believed="0")],
                          verify=[*cells(P), *cells(E, "fail")])
        self.assertEqual([row["believed"] for row in run.rows("results.csv")], ["1", "1"])
        self.assertEqual([row["believed"] for row in run.others[E].rows("results.csv")], ["0", "1"])
        self.assertEqual([p.text for p in run.problems], [])
        self.check_says(Page(shown(run)), "2 required checks passed, 2 failed: invlpg")

    def test_what_failed_there_behind_the_timing_takes_belief_there_alone(self):
        behind = [row for row in cells(E, "fail") if row["phase"] == "after"]
        before = [row for row in cells(E) if row["phase"] == "before"]
        run = self.hybrid(verify=[*cells(P), *before, *behind])
        self.assertEqual([row["believed"] for row in run.rows("results.csv")], ["1", "1"])
        self.assertEqual([row["believed"] for row in run.others[E].rows("results.csv")], ["0", "1"])

    def test_calls_to_other_processors_stay_and_are_believed_by_any(self):
        call = cost("invlpg", "unicast-late-alongside-own-hlt", 900, bench="shootdown", targets="8", believed="0")
        run = self.hybrid(results=[*costs(P, 1), *typed(E, [call]), *costs(E, 2, believed="0")],
                          verify=[*cells(P), *cells(E, "fail")])
        self.assertEqual([row["targets"] for row in run.rows("results.csv")], ["", "", "8"])
        self.assertEqual([p.text for p in run.problems], [])

    def test_the_page_shows_the_types_side_by_side(self):
        text = shown(self.hybrid())
        self.check_says(Page(text), "processors=8", "microcode=0x2d", "200.000", "400.000",
                        "2.00")
        self.assertNotIn("all cores are of one type", text)

    def test_where_all_are_alike_the_page_says_so(self):
        run = self.hybrid({**HARDWARE, "core_type": ""}, results=costs("", 1), verify=cells(""),
                          selftest=small_selftest())
        self.assertEqual(run.others, {})
        self.check_says(Page(shown(run)), "all cores are of one type")

    def test_a_clock_that_failed_there_marks_the_costs_beside_each_other(self):
        machine = {**HYBRID, "core_type_1": HYBRID["core_type_1"].replace("valid=1", "valid=0")}
        run = self.hybrid(machine)
        self.assertEqual(run.others[E].fact("microcode"), "0x2d")
        self.assertEqual(run.others[E].fact("timing_valid"), "0")
        self.assertEqual(run.fact("timing_valid"), "1")
        section = shown(run).split('id="cores"')[1].split("</section>")[0]
        self.assertIn("TIMING NOT VALID", section)
        self.assertEqual(shown(run).count("TIMING NOT VALID"), section.count("TIMING NOT VALID"))

    def test_nothing_is_recommended_from_another_type(self):
        self.assertEqual(advice(self.hybrid(results=[*costs(P, 1), *costs(E, 0.1)])),
                         advice(self.hybrid(results=costs(P, 1))))
