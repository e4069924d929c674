"""Distributions, first against marginal, refill, drift: what they show, and their watermark."""

import csv
import io
import random

from pagecheck import PageTest
from rundir import (EMULATOR, HARDWARE, canary, checked, cost, histogram, read, refill, sampled,
                    small_results)

from tlbreport.draw.plot_cost import shared
from tlbreport.find.slope import fit
from tlbreport.read.load import load
from tlbreport.read.run import Row
from tlbreport.read.sweep import Curve, Point
from tlbreport.sections import working_set
from tlbreport.sections.drift import summary

ROW = cost("invlpg", "first-bare-4k", 212)
BUCKETS = [(-64, -60, 1), (200, 208, 20), (208, 216, 200), (216, 224, 30), (90000, 94208, 1)]
NEGATIVE = cost("none", "first-bare", -18, n="252", believed="")
PLAIN = {"n": "252"}


def with_everything(**more) -> dict:
    """A run that has something for each plot."""
    rows = [{**row, **PLAIN} for row in small_results()]
    results = [*rows, *refill("cr3_reload", "data", {0: 300, 1: 340, 4: 460, 16: 940})]
    buckets = [h for row in rows for h in histogram(row, BUCKETS)]
    return {"results": results, "histogram": buckets, "canary": canary([590] * 40), **more}


class Plots(PageTest):
    def test_every_new_plot_of_an_emulator_is_watermarked(self):
        page = self.page(drawn=True, machine=EMULATOR, **with_everything())
        said = " ".join(p.label for p in page.pictures)
        for what in ("Distribution", "pages touched", "canary"):
            self.assertIn(what, said)
        for picture in page.pictures:
            self.assertTrue(picture.watermarked, picture.label)

    def test_a_plot_of_a_damaged_file_is_watermarked_and_the_others_are_not(self):
        more = with_everything()
        more["canary"][3]["ticks"] = "x"
        for picture in self.page(drawn=True, status=1, **more).pictures:
            self.assertEqual(picture.watermarked, "canary" in picture.label, picture.label)

    def test_missing_files_are_said(self):
        self.check_says(
            self.page(results=[]), "histogram.csv is missing or empty",
            "canary.csv is missing or empty", "First against marginal (was not run)")

    def test_a_distribution_has_a_strip_for_each_row(self):
        more = with_everything()
        drawn = [p for p in self.page(drawn=True, **more).pictures if "Distribution" in p.label]
        self.assertEqual(len(drawn), 4)
        self.assertIn("212  [209.9, 214.1]", drawn[2].texts)

    def test_distributions_of_any_shape_can_be_drawn(self):
        for buckets in ([(-799, -767, 252)], [(0, 1, 252)], [(0, 0.016, 252)],
                        [(-17, -16, 100), (9e12, 9.1e12, 152)]):
            page = self.page(drawn=True, results=[NEGATIVE], histogram=histogram(NEGATIVE, buckets))
            self.assertEqual(sum("Distribution" in p.label for p in page.pictures), 1)

    def test_empty_buckets_are_no_histogram(self):
        for call in (ROW, cost("none", "unicast-hlt-rtt-xapic", 900, bench="ipi", targets="1",
                               param="targets", value="1", believed="")):
            self.page(results=[call], histogram=histogram(call, [(200, 208, 0), (208, 216, 0)]),
                      status=1)

    def test_nothing_near_0_does_not_decide_what_the_axis_shows(self):
        near = [cost("none", "first-bare", 3, believed=""), cost("invlpg", "marginal-4k", 1)]
        rows = [Row(2, one) for one in (*small_results(), *near)]
        self.assertIsNone(shared(rows).linear)

    def test_more_strips_than_fit_a_page_are_split(self):
        rows = [cost("invlpg", f"first-bare-4k-w{n}", 200 + n, n="252") for n in range(50)]
        page = self.page(drawn=True, results=rows,
                         histogram=[h for r in rows for h in histogram(r, BUCKETS)])
        drawn = [p for p in page.pictures if "Distribution" in p.label]
        self.assertEqual(len(drawn), 3)
        for n in range(50):
            self.assertTrue(any(f"first-bare-4k-w{n}" in p.texts for p in drawn), n)

    def test_samples_that_a_histogram_lost_are_named(self):
        page = self.page(status=1, results=[{**ROW, "n": "255"}], histogram=histogram(ROW, BUCKETS))
        self.check_says(page, "histogram.csv: 252 samples of invlpg first-bare-4k, results.csv:2 "
                              "says 255")

    def test_a_row_that_is_there_twice_contradicts_no_other_file(self):
        more = {"histogram": histogram(ROW, [*BUCKETS, *BUCKETS]),
                "samples": sampled(ROW, range(504))}
        self.page(status=0, results=[{**ROW, **PLAIN}, {**ROW, **PLAIN}], **more)
        said = [str(problem) for problem in load(self.folder).problems]
        self.assertEqual(said, ["results.csv:3: the same row as in line 2: that one is drawn and "
                                "compared"])
        self.page(status=1, results=[{**ROW, **PLAIN}], **more)

    def test_first_stands_against_marginal_of_the_same_size(self):
        rows = [cost("invlpg", "first-bare-4k", 300), cost("invlpg", "marginal-4k", 200),
                cost("invlpg", "first-bare-4k-global", 310), cost("invlpg", "marginal-2m", 100)]
        page = self.page(results=rows)
        self.check_says(page, "operation first, ticks marginal, ticks ratio invlpg 4k 300 "
                        "[297, 303] 200 [198, 202] 1.50 Refill after")

    def test_setting_and_clearing_does_not_stand_against_setting_alone(self):
        rows = [cost("cr4_smep_set", "first-bare", 300), cost("cr4_smep_set", "marginal", 500),
                cost("cr3_reload", "first-bare", 300), cost("cr3_reload", "marginal", 200)]
        page = self.page(drawn=True, results=rows, verify=[
            *checked("cr4_smep_set", "page_4k"), *checked("cr3_reload", "page_4k")])
        self.check_says(page, "ratio cr3_reload 300 [297, 303] 200 [198, 202] 1.50 Refill after")
        self.check_says(page, "cr4_smep_set is left out: its marginal rows are of setting and "
                        "clearing", "cr4_smep_set marginal set+clear",
                        "cr4_smep_set first-bare 300")
        texts = sum((p.texts for p in page.pictures if p.label.startswith("Marginal")), [])
        self.assertEqual([t for t in texts if "set+clear" in t], ["marginal set+clear"])
        page = self.page(results=rows[2:], verify=checked("cr3_reload", "page_4k"))
        self.assertNotIn("is left out", page.text)

    def test_a_canary_that_jumped_is_told_from_one_that_did_not(self):
        page = self.page(drawn=True, canary=canary([590] * 30 + [620] * 10))
        self.check_says(page, "(+0.00 % to +5.08 %). Last quarter against first: +5.08 %.")
        found = next(p for p in page.pictures if "canary" in p.label)
        self.assertIn("farther: 10", found.texts)
        self.assertIn("(+0.00 % to +0.00 %)", summary([590] * 5))
        self.assertIn("not a length", summary([0, 0, 0]))


    def test_a_canary_within_a_step_of_the_clock_is_not_called_farther(self):
        for quantum, ticks, beyond in (("21", 609, 0), ("21", 612, 10), ("2", 609, 10),
                                       ("2", 593, 0), ("", 609, 10)):
            page = self.page(drawn=True, canary=canary([590] * 30 + [ticks] * 10),
                             machine={**HARDWARE, "quantum_ticks": quantum})
            texts = next(p for p in page.pictures if "canary" in p.label).texts
            within = "within a step of the clock, 21 ticks" if quantum == "21" else "within 1 %"
            self.assertIn(f"{within}: {40 - beyond}", texts, (quantum, ticks))
            self.assertEqual([t for t in texts if t.startswith("farther")],
                             ["farther: 10"] * bool(beyond), (quantum, ticks))


def exact(points: list) -> list:
    """Points (x, y) with intervals of no width."""
    return [Point(x, y, y, y, None) for x, y in points]


class Refill(PageTest):
    def derived(self) -> list:
        text = read(self.folder, "derived.csv").decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def test_an_exact_line_has_an_interval_of_no_width(self):
        points = {n: 300 + 37.5 * n for n in (0, 1, 2, 4, 8, 16)}
        page = self.page(results=[{**row, "ci95_lo": row["p50"], "ci95_hi": row["p50"]}
                                  for row in refill("cr3_reload", "data", points)])
        row, = self.derived()
        self.assertEqual([row[c] for c in ("what", "op", "variant", "value", "lo", "hi", "unit")],
                         ["refill_slope", "cr3_reload", "first-incl-data", "37.500", "37.500",
                          "37.500", "ticks per page"])
        self.assertIn("touched = 1 2 4 8 16;", row["evidence"])
        self.check_says(page, "37.500 [37.500, 37.500] 95 %")

    def test_a_slope_says_what_its_interval_is_of(self):
        page = self.page(results=refill("cr3_reload", "data", {0: 300, 1: 340, 2: 375, 4: 460}))
        self.assertIn("95 % interval of this boot: the slopes that those of the points allow;",
                      self.derived()[0]["evidence"] + ";")
        self.check_says(page, "its interval is of the slopes that those of the points allow")

    def test_one_point_far_off_does_not_move_the_line(self):
        line = fit(exact([(n, 100 + 20 * n) for n in (0, 1, 2, 4, 8)] + [(16, 99999)]))
        self.assertEqual((line.slope, line.low), (20, 20))

    def test_the_entries_above_the_first_page_are_not_in_the_slope(self):
        line = fit(exact([(0, 100)] + [(n, 145 + 20 * n) for n in (1, 4, 16)]))
        self.assertEqual((line.slope, line.low, line.high, line.intercept), (20, 20, 20, 145))
        self.assertEqual(fit(exact([(0, 100), (1, 165), (2, 185)])).points[0].x, 0)

    def test_what_the_points_leave_open_the_slope_leaves_open(self):
        line = fit([Point(x, 100 + 20 * x, 99 + 20 * x, 102 + 20 * x, None) for x in (1, 4, 16)])
        self.assertEqual((line.slope, line.low, line.high), (20, 19, 21))

    def test_the_interval_holds_the_true_slope_in_95_of_100(self):
        draw, held = random.Random(1), 0
        for _ in range(1000):
            line = fit(exact([(n, 20 * n + draw.gauss(0, 9)) for n in (0, 1, 2, 4, 8, 16)]))
            held += line.low <= 20 <= line.high
        self.assertGreaterEqual(held, 950)

    def test_few_points_are_too_few(self):
        self.assertIsNone(fit(exact([(0, 1), (16, 5)])))
        page = self.page(results=refill("invlpg", "4k-code", {0: 5, 16: 50}))
        self.check_says(page, "too few points")
        self.assertEqual(self.derived(), [])

    def test_what_is_derived_from_an_emulator_says_so(self):
        self.page(machine=EMULATOR, results=refill("invlpg", "4k-code", {0: 5, 1: 6, 2: 7}))
        self.assertIn("EMULATOR (tcg): NOT A MEASUREMENT", self.derived()[0]["evidence"])

    def test_the_rows_over_the_pages_touched_stand_in_one_place(self):
        page = self.page(results=[*small_results(), *refill("cr3_reload", "data", {0: 1, 16: 9})])
        self.check_says(page, "single_op: 8 rows.", "single_op: 2 rows.")


class Bands(PageTest):
    FAR = [cost("invlpg", "first-bare-4k", 750), cost("cr3_reload", "first-bare", 300),
           cost("invlpg", "first-bare-4k-stores64", 900), cost("cr4_pge_toggle", "marginal", 399),
           cost("invlpg", "marginal-4k-cycles", 79, unit="cycles"),
           *refill("cr3_reload", "data", {0: 300, 1: 302, 2: 304})]

    def test_rows_outside_a_published_range_are_flagged_on_hardware(self):
        page = self.page(results=self.FAR)
        self.check_says(page, "Outside the published range: 3.", "in core cycles, the rows here in "
                        "TSC ticks", "invlpg first-bare-4k: 750.000 ticks are 750 cycles, "
                        "published 80 to 500",
                        "cr4_pge_toggle marginal: 399.000 ticks are 399 cycles",
                        "marginal-4k-cycles: 79.000 cycles are 79 cycles")
        self.assertEqual(page.text.count("⚐ outside 80 to 500"), 3)
        self.assertEqual(page.text.count("⚐ outside 5 to 60"), 1)

    def test_ticks_are_compared_as_the_cycles_that_the_canary_says(self):
        half = [{**row, "canary": "1536"} for row in self.FAR]
        page = self.page(results=half)
        self.assertNotIn("invlpg first-bare-4k: 750.000 ticks are", page.text)
        self.check_says(page, "cr4_pge_toggle marginal: 399.000 ticks are 200 cycles")

    def test_ticks_are_not_compared_where_the_length_of_the_canary_is_not_known(self):
        for value, verdict in (("4.002", "pass"), ("3.001", "fail")):
            page = self.page(results=self.FAR, selftest=[
                {"test": "imul_to_add", "value": value, "unit": "ratio", "verdict": verdict}])
            self.check_says(page, "only rows in cycles are compared",
                            "Outside the published range: 1.")

    def test_rows_with_pcids_and_refills_are_compared_too(self):
        rows = [cost("cr3_pcid_flush", "first-bare-pcide", 89),
                *(cost("cr3_reload", f"4k-random-{warmth}-{depth}", 61, bench="refill",
                       param="pages", value=pages) for warmth in ("warm", "cold")
                  for depth in ("dense", "by1g") for pages in ("64", "3072"))]
        verify = [*checked("cr3_reload", "page_4k"), *checked("cr3_pcid_flush", "page_4k")]
        self.check_says(self.page(results=rows, verify=verify), "Outside the published range: 2.",
                        "first-bare-pcide: 89.000 ticks are 89 cycles, published 90 to 700",
                        "4k-random-warm-dense pages=64: 61.000 ticks are 61 cycles, published 5 to")

    def test_a_published_range_is_drawn_where_rows_are_compared_with_it(self):
        for variant, drawn in (("4k-random-warm-dense", 1), ("4k-random-warm-dense-chains8", 0),
                               ("4k-random-warm-by1g", 0), ("4k-random-cold-dense", 1),
                               ("4k-pcide-otherpcid-random-warm-dense", 0)):
            row = cost("cr3_reload", variant, 30, bench="refill", param="pages", value="64")
            curve = Curve("cr3_reload", variant, (Point(64, 30, 29, 31, row),))
            axes = working_set.draw([curve]).axes[0]
            self.assertEqual(len(axes.patches), drawn, variant)

    def test_a_flag_is_no_failure(self):
        self.check_says(self.page(status=0, results=self.FAR), "The timing may be believed.")

    def test_nothing_is_flagged_elsewhere(self):
        for machine in (EMULATOR, {**HARDWARE, "env": "vm"}, {**HARDWARE, "env": ""}):
            page = self.page(machine=machine, results=self.FAR)
            self.assertNotIn("⚐", page.text)
            self.check_says(page, "only hardware is compared")

    def test_the_ends_of_a_range_are_inside(self):
        rows = [cost("invlpg", "first-bare-4k", 80), cost("invlpg", "marginal-2m", 500)]
        self.check_says(self.page(results=rows), "Every row that has a published range is inside")
