"""What the page shows of costs, verdicts and belief, and what it may never hide."""

import re

from pagecheck import PageTest
from rundir import (CITATION, HARDWARE, checked, cost, histogram, skipped, small_results,
                    small_verify)


class SelfTests(PageTest):
    def test_what_is_tested_when_and_what_recorded_means_is_said(self):
        page = self.page()
        self.check_says(page, "before anything is measured; tsc_sync_after, interrupts_*",
                        "Recorded with a limit: this machine cannot answer the question. "
                        "Recorded without one: a figure")


class Costs(PageTest):
    def test_the_headline_names_machine_program_and_run(self):
        keys = ("brand", "microcode", "hypervisor", "firmware", "env", "program", "commit",
                "run_id", "date", "tsc_hz")
        self.check_says(self.page(), "6 / 143 / 8", *(HARDWARE[key] for key in keys))

    def test_numbers_are_shown_as_they_stand_in_the_file(self):
        row = cost("invlpg", "marginal-4k", 1, n="0255", p50="12.500", min="-0.000",
                   ci99_lo="12.250", ci99_hi="13.000", p95="00140.1", p99="1234567890.123")
        self.check_says(self.page(results=[row]), "0255", "12.500", "[12.250, 13.000]",
                        "-0.000", "00140.1", "1234567890.123")

    def test_rows_that_were_not_measured_are_shown_with_their_reason(self):
        page = self.page(drawn=True, results=[
            *small_results(),
            skipped("invpcid_address", "first-bare-4k", "no INVPCID here"),
            skipped("invlpg", "marginal-1g", "page fault at 0x10", "failed"),
            skipped("cr3_reload", "marginal-w64", "gave up", "timeout")])
        self.check_says(page, "– skipped no INVPCID here", "✗ failed page fault at 0x10",
                        "✗ timeout gave up")
        drawn = sum((p.texts for p in page.pictures), [])
        for text in ("skipped: no INVPCID here", "failed: page fault at 0x10", "timeout: gave up"):
            self.assertIn(text, drawn)

    def test_rows_that_did_not_converge_or_lost_samples_say_so(self):
        row = cost("invlpg", "marginal-4k", 1, converged="0", discard_smi="7")
        self.check_says(self.page(results=[row]), "~ no", "0 / 7 / 0")

    def test_what_was_swept_is_told_row_by_row_or_once(self):
        rows = [cost("invlpg", "marginal-4k", 9, param="pages", value=v) for v in ("64", "512")]
        page = self.page(drawn=True, results=rows)
        self.assertIn("marginal-4k  pages=512", page.pictures[1].texts)
        self.check_says(page, "pages 512")
        page = self.page(drawn=True, results=rows[:1])
        self.assertIn("marginal-4k", page.pictures[1].texts)
        self.check_says(page, "pages = 64 in all of them.")

    def test_a_row_of_another_benchmark_has_a_table_of_its_own(self):
        row = cost("invlpg", "w64", 3, bench="range", param="pages", value="33", targets="2")
        self.check_says(self.page(results=[*small_results(), row]), "range: 1 row.",
                        "single_op: 8 rows.")

    def test_ticks_are_never_called_anything_else(self):
        page = self.page(drawn=True, machine={**HARDWARE, "env": "vm"})
        for picture in page.pictures[:-1]:  # the last is of what is dropped
            self.assertIn("TSC ticks per operation", " ".join(picture.texts))
        text = re.sub(r"Why believe this.*First against marginal", "", page.text)
        self.assertEqual(re.findall(r"(\w+) (?:cycles|ns|nanoseconds)\b", text), [])

    def test_a_row_in_cycles_is_never_drawn_beside_ticks(self):
        row = cost("invlpg", "marginal-4k-cycles", 7, unit="cycles")
        page = self.page(drawn=True, results=[*small_results(), row],
                         histogram=histogram(row, [(0, 8, 2047)]))
        self.check_says(page, "marginal-4k-cycles 2047 7.000 [6.930, 7.070] 6.510 8.400 9.800 "
                        "cycles")
        self.assertFalse(any("cycles" in t for p in page.pictures for t in p.texts))


class Verdicts(PageTest):
    def test_a_failed_operation_says_which_cell_failed_and_how_often(self):
        verify = [*checked("invlpg", "page_4k"), *checked("invlpg", "pde", verdict="fail"),
                  *checked("invlpg", "psc", verdict="inconclusive")]
        verify[2].update(verdict="pass", stale_after="0")
        row = cost("invlpg", "marginal-4k", 9, believed="0")
        page = self.page(results=[row], verify=verify)
        self.check_says(
            page, "✗ NO", "The verification failed.", "before: pass after: fail",
            "1 must cell failed: pde (after the timing, 200 of 200 still there).",
            "1 must cell passed: page_4k.", "1 must cell inconclusive: psc.")

    def test_an_operation_without_a_conclusive_cell_has_no_verdict(self):
        page = self.page(results=[cost("invlpg", "marginal", 9, believed="")],
                         verify=checked("invlpg", "psc", verdict="inconclusive"))
        self.check_says(page, "So nothing is decided.", "Nothing was verified.", "– no verdict")

    def test_a_cell_is_as_bad_as_the_worse_of_its_phases(self):
        for worse, better in (("fail", "pass"), ("fail", "inconclusive"), ("inconclusive", "pass"),
                              ("inconclusive", "skipped"), ("skipped", "pass")):
            with self.subTest(f"{worse} {better}"):
                first = checked("invlpg", "pde", verdict=worse)[0]
                second = checked("invlpg", "pde", verdict=better)[1]
                page = self.page(results=[], verify=[first, second])
                self.check_says(page, f"{worse} must", f"before: {worse} after: {better}")

    def test_the_matrix_gives_counts_of_both_phases_and_the_citation(self):
        page = self.page(results=[], verify=checked("invlpg", "page_4k", trials="210"))
        self.check_says(page, "stale 0/420 control 400/420", CITATION)
        self.assertTrue(any(CITATION in title for title in page.titles))
        self.assertIn("#cite-1", page.pointers)
        self.assertIn("cite-1", page.ids)

    def test_rows_of_the_matrix_are_told_apart_by_pcide(self):
        verify = [*checked("invlpg", "page_4k", pcide="0"),
                  *checked("invlpg", "page_4k", pcide="1", verdict="fail")]
        page = self.page(results=[cost("invlpg", "marginal", 9, believed="0")], verify=verify)
        self.check_says(page, "invlpg PCIDE=0", "1 must cell passed: page_4k (PCIDE=0)",
                        "invlpg PCIDE=1", "1 must cell failed: page_4k (PCIDE=1)")

    def test_a_refuted_claim_is_no_failure(self):
        claim = checked("invpcid_by_cr3_seed", "target_pcid", "claimed", "refuted")
        page = self.page(verify=[*small_verify(), *claim])
        self.check_says(page, "⚑ refuted claimed", "No verification failed.")

    def test_a_fault_row_stands_in_a_table_of_its_own(self):
        fault = checked("invpcid_address", "fault_gp_type4", trials="", stale_control="",
                        stale_after="")
        self.check_says(self.page(verify=[*small_verify(), *fault]),
                        "Faults that the manual asks for", "fault_gp_type4 ✓ pass must")

    def test_machine_selftests_and_files_are_shown(self):
        self.check_says(self.page(machine={**HARDWARE, "tsc_adjust": "0xfeed"}),
                        "tsc_adjust 0xfeed", "empty_window 0 0 ticks ✓ pass", "✓ whole")
