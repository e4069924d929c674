"""The page of two runs: what it compares, with what, and what it says on top."""

import os
import shutil

import numpy as np
from pagecheck import Page, PageTest
from rundir import (EMULATOR, GUEST, HARDWARE, canary, cost, histogram, read, replace, sampled,
                    skipped, small_selftest, write_run)

SELFTEST = [*small_selftest(), {"test": "a_a_limit", "value": "0.250", "unit": "percent",
                                "verdict": "recorded"}]
OTHER = {**HARDWARE, "run_id": "20200102-000000-0002", "date": "2020-01-02T00:00:00Z"}
ROW = cost("invlpg", "first-bare-4k", 200, n="1000")


def draw(median: float, seed: int, noise: float = 6) -> np.ndarray:
    """Samples of ROW in ticks."""
    return np.random.default_rng(seed).normal(median, noise, 1000).round()


def counted(samples: np.ndarray) -> list:
    """A histogram as coarse as the program's is there."""
    values, counts = np.unique(samples // 8 * 8, return_counts=True)
    return histogram(ROW, [(lo, lo + 8, count) for lo, count in zip(values, counts)])


def taken(samples) -> dict:
    """A run without samples: the row with its median and the interval, as the program takes them
    of these samples, and the histogram."""
    ordered, n = np.sort(samples), len(samples)
    rank = round(n / 2 - 1.29 * n ** 0.5)
    ends = {"p50": np.median(ordered), "ci99_lo": ordered[rank], "ci99_hi": ordered[n - 1 - rank],
            "mean": np.mean(ordered)}
    return {"results": [{**ROW, **{name: f"{end:.3f}" for name, end in ends.items()}}],
            "histogram": counted(samples)}


class Comparison(PageTest):
    def compare(self, first: dict, second: dict, status: int = 0, counts: str = "") -> Page:
        """The page of two runs; machine, self-tests and rows as usual if not given.  counts is
        what the command says of the rows."""
        folders = []
        for name, more, machine in (("a", first, HARDWARE), ("b", second, OTHER)):
            folders.append(os.path.join(self.folder, name))
            os.makedirs(folders[-1], exist_ok=True)
            write_run(folders[-1], **{"machine": machine, "selftest": SELFTEST,
                                      "results": [ROW], **more})
        self.folders = folders
        found, out, err = self.command(*folders)
        self.assertEqual((found, out), (status, f"{folders[0]}/compare.html\n"), err)
        said = err.splitlines()[-1]
        self.assertRegex(said, r"^\d+ of \d+ rows differ, \d+ not compared$")
        if counts:
            self.assertEqual(said, counts)
        page = Page(read(folders[0], "compare.html").decode())
        self.assertEqual(page.faults, [])
        return page

    def of_samples(self, median: float, **more) -> Page:
        """ROW with a median of 200 against the same with another one."""
        return self.compare({"samples": sampled(ROW, draw(200, 1)), **more},
                            {"samples": sampled(ROW, draw(median, 2)), **more})

    def test_a_shift_is_called_different_with_its_interval(self):
        page = self.of_samples(206)
        self.check_says(page, "1 of 1 rows differ.", "+6.000 +3.00 2.060 [", "≠ different",
                        "bootstrap over blocks of 32 pairs", "Same machine, same program")
        self.assertTrue(any("200  +3.00 %" in p.texts for p in page.pictures))

    def test_equal_rows_are_called_not_different(self):
        self.check_says(self.of_samples(200), "0 of 1 rows differ.", "= not different")

    def test_the_a_a_limit_of_either_run_is_kept(self):
        for noisy in ("a", "b"):
            tests = [{**SELFTEST[-1], "value": "5.000"}]
            first = {"selftest": tests} if noisy == "a" else {}
            second = {} if noisy == "a" else {"selftest": tests}
            page = self.compare({"samples": sampled(ROW, draw(200, 1)), **first},
                                {"samples": sampled(ROW, draw(206, 2)), **second})
            self.check_says(page, "0 of 1 rows differ.", "5.000")

    def test_the_divisor_makes_ticks_per_operation_of_a_pair(self):
        page = self.compare({"samples": sampled(ROW, 16 * draw(200, 1), 16)},
                            {"samples": sampled(ROW, draw(200, 1))})
        self.check_says(page, "+0.000 +0.00")

    def test_without_samples_medians_are_compared_and_that_is_said(self):
        page = self.compare(taken(draw(200, 1)), {**taken(draw(206, 2)),
                                                  "samples": sampled(ROW, [])})
        self.check_says(page, "1 of 1 rows differ.", "Rows marked medians", "medians ≠ different")
        self.assertNotIn("Rows marked samples", page.text)

    def test_a_shift_within_a_bucket_is_seen_and_the_edge_of_one_is_no_shift(self):
        for first, second, said in ((120, 123, "+3.000 +2.50 1.230 [3.000, 3.000] 0 +3.000 "),
                                    (123, 124, "+1.000 +0.81 1.240 [1.000, 1.000] 0 +1.000 ")):
            page = self.compare(*(taken(np.full(1000, median)) for median in (first, second)))
            self.check_says(page, said, f"{int(second == 123)} of 1 rows differ.")

    def test_a_slow_path_that_is_taken_more_often_is_different_in_the_mean(self):
        random = np.random.default_rng(3)
        both = [np.where(random.random(1000) < share, 300, 200) + random.integers(-2, 3, 1000)
                for share in (0.22, 0.45)]
        for made in ([{"samples": sampled(ROW, one)} for one in both], list(map(taken, both))):
            self.check_says(self.compare(*made), "1 of 1 rows differ.", "≠ different in the mean")
            for folder in self.folders:
                shutil.rmtree(folder)

    def test_a_run_that_does_not_repeat_itself_is_not_compared(self):
        for value, status in (("10.000", 0), ("9949.000", 1)):
            noisy = {"selftest": [{**SELFTEST[-1], "value": value}]}
            page = self.compare({"samples": sampled(ROW, draw(200, 1))},
                                {"samples": sampled(ROW, draw(260, 2)), **noisy}, status=status)
            said = ["Nothing is compared. B differs from itself by 9949.000 %, more than 10 %",
                    "No row could be compared."] if status else ["1 of 1 rows differ."]
            self.check_says(page, *said)

    def test_less_than_a_step_of_the_clock_is_not_called_different(self):
        for quantum, many in (("6", 1), ("7", 0)):
            row = {**ROW, "quantum": quantum}
            page = self.compare(*({"results": [row], "samples": sampled(row, [median] * 1000)}
                                  for median in (200, 206)))
            self.check_says(page, f"{many} of 1 rows differ.")
            for folder in self.folders:
                shutil.rmtree(folder)
        stepping = [taken(np.full(1000, median)) for median in (200, 206)]
        for one in stepping:
            median = one["results"][0]["p50"]
            one["results"][0].update(quantum="20", estimator="huber", cost=median, cost_lo=median,
                                     cost_hi=median)
        self.check_says(self.compare(*stepping), "1 of 1 rows differ.")

    def test_a_verdict_of_one_chunk_says_that_it_holds_within_it(self):
        of_one = ({"results": [{**ROW, "n": "120"}],
                   "samples": sampled(ROW, draw(median, 1)[:120])} for median in (200, 220))
        self.check_says(self.compare(*of_one), "≠ different within these chunks")
        for folder in self.folders:
            shutil.rmtree(folder)
        self.check_says(self.compare(*(taken(draw(median, 1)) for median in (200, 220))),
                        "≠ different within these chunks")
        both = [taken(draw(median, 1)) for median in (200, 220)]
        for one in both:
            one["results"][0]["spread"] = "0.500"
        page = self.compare(*both)
        self.check_says(page, "≠ different ")
        self.assertNotIn("different within these", page.text)

    def test_how_many_rows_chance_alone_would_call_different_is_said(self):
        rows = [{**ROW, "variant": f"first-bare-stores{n}", "n": str(n)}
                for n in (*range(400, 550), 50)]
        both = {"results": rows,
                "samples": [s for r in rows for s in sampled(r, [7] * int(r["n"]))]}
        self.check_says(self.compare(both, both), "chance alone would call about 1.5 of 150 rows "
                        "different, or fewer (1 %). Of 1 rows a run has one chunk")

    def test_a_row_without_an_interval_of_its_median_is_not_compared(self):
        first, second = taken(draw(200, 1)), taken(draw(206, 2))
        first["results"][0]["ci99_lo"] = ""
        page = self.compare(first, second, status=1)
        self.check_says(page, "no mean, or too few samples for an interval of the median")

    def test_rows_that_cannot_be_compared_are_listed_with_the_reason(self):
        lone = [cost("cr3_reload", f"marginal-{name}", 9) for name in "ab"]
        few = {**ROW, "ci99_lo": "", "ci99_hi": ""}
        failed = skipped("invlpg", "first-bare-1g", "no whole GiB of RAM")
        cycles = cost("invlpg", "marginal-4k-cycles", 9, unit="cycles")
        oneway = cost("none", "unicast-spin-oneway-core-xapic", 9, bench="ipi")
        page = self.compare(
            {"results": [few, lone[0], failed, cycles, oneway]},
            {"results": [few, lone[1], failed, {**cycles, "unit": "ticks"}, oneway]}, status=1)
        self.check_says(page, "No row could be compared.", "marginal-a only in A",
                        "marginal-b only in B", "A: skipped no whole GiB of RAM",
                        "A in cycles, B in ticks", "each boot is off by",
                        "no mean, or too few samples for an interval of the median")

    def test_what_comes_of_the_rows_is_said_on_the_terminal(self):
        more = {"results": [ROW, cost("invlpg", "marginal-4k", 9, mean="")]}
        both = ({**more, "samples": sampled(ROW, draw(median, 1))} for median in (200, 206))
        self.compare(*both, counts="1 of 1 rows differ, 1 not compared")

    def test_without_samples_and_histogram_the_medians_alone_are_compared(self):
        said = ("1 were compared by their medians alone.", "Rows marked summary:",
                "Of means nothing is said")
        # Of the noisy ones the medians are 3 ticks apart, which is less than chance may do.
        for seed, median, noise, differ in ((1, 200, 6, 0), (3, 206, 6, 1), (2, 200, 60, 0)):
            both = taken(draw(200, seed, noise)), taken(draw(median, seed + 1, noise))
            for one in both:
                del one["histogram"]
                one["results"][0]["mean"] = "1000.000"  # of which nobody knows how sure it is
            page = self.compare(*both, counts=f"{differ} of 1 rows differ, 0 not compared")
            self.check_says(page, *said)
        first, second = taken(draw(200, 1)), taken(draw(206, 2))
        del second["histogram"]
        page = self.compare(first, second, counts="1 of 1 rows differ, 0 not compared")
        self.check_says(page, *said)

    def test_a_mean_without_its_scatter_shows_no_difference(self):
        both = taken(draw(200, 1)), taken(draw(200, 2))
        for one, mean in zip(both, ("200.000", "400.000")):
            del one["histogram"]
            one["results"][0]["mean"] = mean
        self.compare(*both, counts="0 of 1 rows differ, 0 not compared")

    def test_runs_without_a_row_end_with_1(self):
        page = self.compare({"results": []}, {"results": []}, status=1,
                            counts="0 of 0 rows differ, 0 not compared")
        self.check_says(page, "No row could be compared.")

    def test_what_differs_between_the_runs_is_said_on_top(self):
        both = {"samples": sampled(ROW, draw(200, 1))}
        for key, said in (("brand", "They ran on different processors."),
                          ("profile", "They were measured for different lengths of time."),
                          ("commit", "Different versions of the program measured them."),
                          ("hypervisor_name", "The hypervisor differs."),
                          ("la57", "Page tables may have another number of levels: walks differ."),
                          ("timing_valid", "The timing of one is not valid, or for its guest alone.")):
            self.check_says(self.compare(both, {**both, "machine": {**OTHER, key: "other"}}), said)

    def test_a_core_clock_that_differs_by_more_than_1_percent_is_said_on_top(self):
        one = {"samples": sampled(ROW, draw(200, 1))}
        differs = ("The core's clock differs by 33.3 %. The canary, a chain of the same number of "
                   "core cycles, takes ticks: 768 in A, 1024 in B.")
        for told in (lambda ticks: {"results": [{**ROW, "canary": str(ticks)}]},
                     lambda ticks: {"canary": canary([ticks] * 3)}):
            self.check_says(self.compare(one, {**one, **told(1024)}), differs)
            self.check_says(self.compare(one, {**one, **told(774)}),
                            "Same machine, same program, same settings.")

    def test_a_core_clock_that_is_not_known_is_said_on_top(self):
        one = {"samples": sampled(ROW, draw(200, 1))}
        page = self.compare(one, {**one, "results": [{**ROW, "canary": ""}]})
        self.check_says(page, "The core's clock of B is not known.")

    def test_a_step_of_the_clock_that_differs_is_said_on_top(self):
        both = [{"samples": sampled(ROW, draw(200, 1)), "machine": {**of, "quantum_ticks": step}}
                for of, step in ((HARDWARE, "2"), (OTHER, "36"))]
        self.check_says(self.compare(*both), "The steps of the clock differ")

    def test_the_same_run_twice_is_named(self):
        both = {"samples": sampled(ROW, draw(200, 1))}
        self.check_says(self.compare(both, {**both, "machine": HARDWARE}),
                        "A and B are the same run.")

    def test_an_emulator_on_either_side_watermarks_every_plot(self):
        for first, second in ((EMULATOR, OTHER), (HARDWARE, EMULATOR)):
            page = self.compare({"machine": first, "samples": sampled(ROW, draw(200, 1))},
                                {"machine": second, "samples": sampled(ROW, draw(206, 2))})
            self.assertEqual([p.watermarked for p in page.pictures], [True])
            self.check_says(page, "is no valid measurement of hardware", "a shift says nothing")

    def test_a_valid_guest_is_compared_under_its_own_mark(self):
        page = self.compare({"machine": GUEST, "samples": sampled(ROW, draw(200, 1))},
                            {"machine": {**GUEST, "run_id": "2"},
                             "samples": sampled(ROW, draw(206, 2))})
        self.assertEqual([p.watermarked for p in page.pictures], [True])
        self.check_says(page, "A is valid for its guest alone.", "B is valid for its guest alone.")
        self.assertNotIn("no valid measurement", page.text)

    def test_damage_on_either_side_ends_with_1_and_watermarks(self):
        self.of_samples(206)
        for folder in self.folders:
            with self.subTest(folder):
                whole = read(folder, "samples.csv")
                replace(folder, "samples.csv", "100200,1\n", "100201,1\n")
                self.assertEqual(self.command(*self.folders)[0], 1)
                page = Page(read(self.folders[0], "compare.html").decode())
                self.assertTrue(all(p.watermarked for p in page.pictures))
                with open(os.path.join(folder, "samples.csv"), "wb") as file:
                    file.write(whole)

    def test_malformed_samples_are_named_and_left_out(self):
        rows = sampled(ROW, draw(200, 1))
        rows[7]["b"], rows[9]["divisor"] = "x", "0"
        page = self.compare({"samples": rows}, {"samples": sampled(ROW, draw(200, 2))}, status=1)
        self.check_says(page, "samples.csv:9: '7,100000,x,1' are not counts",
                        "samples.csv:11: divisor: 0 cannot be",
                        "998 samples of invlpg first-bare-4k, results.csv:2 says 1000")

    def test_a_median_of_0_has_no_percentage(self):
        none = {**ROW, "op": "none", "p50": "0.000"}
        none.update(n="90", believed="")
        both = {"results": [none], "samples": sampled(none, [0, 2, -2] * 30)}
        page = self.compare(both, both)
        self.check_says(page, "median near 0", "= not different")

    def test_a_hundred_rows_are_drawn_in_plots_that_fit_a_page(self):
        rows = [{**ROW, "variant": f"first-bare-stores{n}", "n": "20"} for n in range(100)]
        samples = {"results": rows, "samples": [s for r in rows for s in sampled(r, range(20))]}
        page = self.compare(samples, samples)
        self.assertEqual(len(page.pictures), 3)
        drawn = sum((p.texts for p in page.pictures), [])
        self.assertEqual(sum("first-bare-stores" in text for text in drawn), 100)

    def test_the_same_files_give_the_same_bytes(self):
        self.of_samples(203)
        pages = []
        for _ in "AB":
            self.command(*self.folders)
            pages.append(read(self.folders[0], "compare.html"))
        self.assertEqual(*pages)
