"""What the page shows of costs, verdicts and belief, and what it may never hide."""

import json
import re

from pagecheck import PageTest
from rundir import (CITATION, HARDWARE, checked, cost, histogram, skipped, small_results,
                    small_selftest, small_verify)


class SelfTests(PageTest):
    def test_what_is_tested_when_and_what_recorded_means_is_said(self):
        page = self.page()
        self.check_says(page, "before anything is measured; tsc_sync_after, interrupts_*",
                        "Recorded with a limit: this machine cannot answer the question. "
                        "Recorded without one: a figure")


    def test_it_is_said_what_the_litmus_tests_and_the_time_of_cpuid_show(self):
        names = ("litmus", "litmus_x2apic", "cpuid_time")
        rows = [{"test": name, "value": "0", "unit": "x", "verdict": "pass"} for name in names]
        page = self.page(selftest=[*small_selftest(), *rows])
        self.check_says(page, "litmus 0 x ✓ pass No litmus test ended with an outcome that the "
                        "architecture forbids.", "litmus_x2apic 0 x ✓ pass The same of the tests "
                        "that need x2APIC mode.", "cpuid_time 0 x ✓ pass What one CPUID costs: ")


class Words(PageTest):
    def test_the_words_of_shootdown_are_explained(self):
        self.check_says(self.page(), "csd Linux's queues: a line for each target to add to its "
                        "queue, and one request that all read", "each a shootdown of its own for "
                        "every page, one behind the other", "irqson they wait with interrupts on",
                        "tables page tables are freed: behind the broadcast an interrupt to all, "
                        "which drops nothing")


class Costs(PageTest):
    def test_the_headline_names_machine_program_and_run(self):
        keys = ("brand", "microcode", "hypervisor", "firmware", "env", "program", "commit",
                "run_id", "date", "tsc_hz")
        self.check_says(self.page(), "6 / 143 / 8", *(HARDWARE[key] for key in keys))

    def test_numbers_have_four_digits_in_tables_and_all_of_the_files_in_the_data(self):
        row = cost("invlpg", "marginal-4k", 1, n="255", p50="312.567", ci99_lo="-0.000",
                   ci99_hi="13.25", p99="1234567890.123")
        page = self.page(results=[row])
        self.check_says(page, "marginal-4k 312.6 [0, 13.25] 1235000000")
        data = json.loads(page.scripts[0])
        self.assertEqual(data["results"]["p50"], [312.567])
        self.assertEqual(data["results"]["p99"], [1234567890.123])
        self.assertEqual(data["results"]["n"], {"words": ["255"], "runs": [0, 1]})
        self.assertEqual(data["machine"]["brand"], HARDWARE["brand"])

    def test_rows_that_were_not_measured_are_shown_with_their_reason(self):
        page = self.page(drawn=True, results=[
            *small_results(),
            skipped("invpcid_address", "first-bare-4k", "no INVPCID here"),
            skipped("invlpg", "marginal-1g", "page fault at 0x10", "failed"),
            skipped("cr3_reload", "marginal-pcide", "gave up", "timeout")])
        self.check_says(page, "– skipped no INVPCID here: 1 row of invpcid_address",
                        "✗ failed page fault at 0x10", "✗ timeout gave up")
        drawn = sum((p.texts for p in page.pictures), [])
        for text in ("failed: page fault at 0x10", "timeout: gave up"):
            self.assertIn(text, drawn)
        self.assertFalse(any("invpcid_address" in text for text in drawn))

    def test_rows_that_were_skipped_take_one_line_for_each_reason(self):
        page = self.page(results=[*small_results(), *(
            skipped("invlpgb_tlbsync", f"first-bare-4k-stores{n}", "invlpgb") for n in range(9))])
        self.check_says(page, "– skipped invlpgb: 9 rows of invlpgb_tlbsync")
        self.assertNotIn("first-bare-4k-stores3", page.text)

    def test_a_section_without_a_measured_row_is_a_word_in_one_line(self):
        lazy = {**skipped("cr3_reload", "first-hlt", "one processor"), "bench": "lazy"}
        page = self.page(results=[*small_results(), lazy])
        self.check_says(page, "Not measured: ", "Lazy TLB mode (one processor)",
                        "TLB shootdown (was not run)")
        self.assertNotIn("lazy", page.ids)

    def test_rows_that_did_not_converge_or_lost_samples_say_so(self):
        row = cost("invlpg", "marginal-4k", 1, converged="0", discard_smi="7")
        self.check_says(self.page(results=[row]), "~ no", "0 / 7 / 0", "INVLPG")

    def test_what_was_swept_is_told_row_by_row_or_once(self):
        rows = [cost("invlpg", "marginal-4k", 9, param="pages", value=v) for v in ("64", "512")]
        page = self.page(drawn=True, results=rows)
        self.assertIn("marginal-4k  pages=512", page.pictures[1].texts)
        self.check_says(page, "marginal-4k 512 9")
        page = self.page(drawn=True, results=rows[:1])
        self.assertIn("marginal-4k", page.pictures[1].texts)
        self.check_says(page, "pages = 64 in all of them.")

    def test_a_row_of_another_benchmark_has_a_table_of_its_own(self):
        row = cost("invlpg", "w64", 3, bench="range", param="pages", value="33", targets="2")
        self.check_says(self.page(results=[*small_results(), row]), "range: 1 row.",
                        "single_op: 8 rows.")

    def test_how_long_a_tick_is_stands_on_top(self):
        for hz, said in (("2000000000", "1 tick = 0.50 ns (TSC 2.000 GHz, a reference clock, not "
                          "core cycles)."), ("3399000000", "1 tick = 0.29 ns (TSC 3.399 GHz,"),
                         ("", "its rate is not known, so nothing is given in nanoseconds."),
                         ("0", "its rate is not known")):
            self.check_says(self.page(machine={**HARDWARE, "tsc_hz": hz}), said)

    def test_ticks_are_never_called_anything_else(self):
        page = self.page(drawn=True, machine={**HARDWARE, "env": "vm"})
        for picture in page.pictures[:-1]:  # the last is of what is dropped
            self.assertIn("TSC ticks per operation", " ".join(picture.texts))
        text = re.sub(r"Why believe this.*First against marginal", "", page.text)
        text = re.sub(r"core cycles|published, cycles|published range [^.]*cycles", "", text)
        text = re.sub(r"operation ticks ns|= 0.50 ns|ticks ns cycles|comes cycles in", "", text)
        self.assertEqual(re.findall(r"(\w+) (?:cycles|ns|nanoseconds)\b", text), [])

    def test_a_row_in_cycles_is_never_drawn_beside_ticks(self):
        row = cost("invlpg", "marginal-4k-cycles", 7, unit="cycles")
        page = self.page(drawn=True, results=[*small_results(), row],
                         histogram=histogram(row, [(0, 8, 2047)]))
        self.check_says(page, "marginal-4k-cycles 7 [6.93, 7.07] 9.8 cycles")
        self.assertFalse(any("cycles" in t for p in page.pictures for t in p.texts))


class Verdicts(PageTest):
    def test_a_failed_operation_says_which_cell_failed_and_how_often(self):
        verify = [*checked("invlpg", "page_4k"), *checked("invlpg", "pde", verdict="fail"),
                  *checked("invlpg", "psc", verdict="inconclusive")]
        verify[2].update(verdict="pass", stale_after="0")
        row = cost("invlpg", "marginal-4k", 9, believed="0")
        page = self.page(results=[row], verify=verify)
        self.check_says(
            page, "✗ NO", "The verification failed: 1 of 2 invalidations that the manual requires "
            "were not seen; 1 could not be tested.", "before: pass after: fail",
            "1 required check failed: pde (after the timing, 200 of 200 still there).",
            "1 required check passed: page_4k.", "1 required check inconclusive: psc.")

    def test_an_operation_without_a_conclusive_cell_has_no_verdict(self):
        page = self.page(results=[cost("invlpg", "marginal", 9, believed="")],
                         verify=checked("invlpg", "psc", verdict="inconclusive"))
        self.check_says(page, "So nothing is decided.", "Nothing was verified; 1 could not be "
                        "tested.", "– no verdict")

    def test_how_many_required_invalidations_were_seen_is_said_on_top(self):
        verify = [*small_verify(), *checked("invlpg", "psc", verdict="inconclusive"),
                  *checked("invlpg", "page_1g", verdict="skipped", trials="", stale_control="",
                           stale_after="")]
        self.check_says(self.page(verify=verify), "All 4 invalidations that the manual requires "
                        "were seen; 2 could not be tested. Not tested: 1 not applicable on this "
                        "machine; 1 inconclusive: the entry was gone without the operation too.")
        page = self.page(verify=small_verify())
        self.check_says(page, "All 4 invalidations that the manual requires were seen.")
        self.assertNotIn("could not be tested", page.text)

    def test_exceptions_and_the_second_witness_are_counted_apart(self):
        more = [*checked("invpcid_address", "fault_gp_type4", trials="", stale_control="",
                         stale_after=""),
                *checked("invlpg", "page_4k_accessed"), *checked("cr3_reload", "page_4k_accessed")]
        self.check_says(self.page(verify=[*small_verify(), *more]),
                        "All 4 invalidations that the manual requires were seen. Exceptions that "
                        "the manual requires: 1 of 1 seen. The same invalidations told by the "
                        "accessed bit: 2 of 2 seen.")
        more[0].update(verdict="fail")
        self.check_says(self.page(verify=[*small_verify(), *more]),
                        "✗ The verification failed: 0 of 4 invalidations that the manual requires "
                        "were not seen.", "Exceptions that the manual requires: 0 of 1 seen.")

    def test_operations_that_drop_are_counted_without_exceptions(self):
        fault = checked("tr7_probe", "fault_ud_tr7", trials="", stale_control="", stale_after="")
        self.check_says(self.page(verify=[*small_verify(), *fault]),
                        "Verification: 3 of 3 operations were seen to drop what the manual requires; "
                        "none failed.")
        failed = [{**row, "verdict": "fail"} for row in fault]
        self.check_says(self.page(verify=[*small_verify(), *failed]),
                        "Verification: 3 of 3 operations were seen to drop what the manual requires; "
                        "failed: tr7_probe.")
        self.check_says(self.page(results=[], verify=fault), "Verification: nothing was verified.")

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

    def test_the_matrix_says_what_so_many_trials_exclude(self):
        often = checked("invlpg", "page_4k", trials="100000", stale_control="100000")
        page = self.page(results=[], verify=[*often, *checked("invlpg", "pde", trials="210"),
                                             *checked("invlpg", "code_4k", trials="210"),
                                             *checked("invlpg", "psc", verdict="fail")])
        self.check_says(page, "at 95 % confidence", "0 of 420: below 0.72 % (2 cells); "
                        "0 of 200000: below 0.0015 % (1 cell).")
        self.assertTrue(any("below 0.0015 % at 95 %" in title for title in page.titles))
        alone = self.page(results=[], verify=checked("invlpg", "psc", verdict="fail"))
        self.assertNotIn("at 95 % confidence, ", alone.text)

    def test_rows_of_the_matrix_are_told_apart_by_pcide(self):
        verify = [*checked("invlpg", "page_4k", pcide="0"),
                  *checked("invlpg", "page_4k", pcide="1", verdict="fail")]
        page = self.page(results=[cost("invlpg", "marginal", 9, believed="0")], verify=verify)
        self.check_says(page, "invlpg PCIDE=0", "1 required check passed: page_4k (PCIDE=0)",
                        "invlpg PCIDE=1", "1 required check failed: page_4k (PCIDE=1)")

    def test_a_refuted_claim_is_no_failure(self):
        claim = checked("invpcid_by_cr3_seed", "target_pcid", "claimed", "refuted")
        page = self.page(verify=[*small_verify(), *claim])
        self.check_says(page, "⚑ refuted claimed", "invalidations that the manual requires "
                        "were seen.")

    def test_a_fault_row_stands_in_a_table_of_its_own(self):
        fault = checked("invpcid_address", "fault_gp_type4", trials="", stale_control="",
                        stale_after="")
        self.check_says(self.page(verify=[*small_verify(), *fault]),
                        "Faults that the manual asks for", "fault_gp_type4 ✓ pass must")

    def test_machine_selftests_and_files_are_shown(self):
        self.check_says(self.page(machine={**HARDWARE, "tsc_adjust": "0xfeed"}),
                        "tsc_adjust 0xfeed", "empty_window 0 0 ticks ✓ pass", "✓ whole")
