"""What the page says of the processor: the INVLPG erratum, EFER.TCE, the second witness,
and the picture of the matrix."""

from pagecheck import PageTest
from rundir import (EMULATOR, HARDWARE, checked, cost, skipped, small_results,
                    small_verify)

ALDER_LAKE = {**HARDWARE, "family": "6", "model": "151", "stepping": "2", "microcode": "0x2e"}


def with_cell(verdict: str, **facts) -> dict:
    """A run whose detector of the erratum has that verdict."""
    results = [cost("invlpg", "marginal", 9, believed="0" if verdict == "fail" else "1")]
    verify = [*checked("invlpg", "page_4k", pcide="1"),
              *checked("invlpg", "global_4k", pcide="1", verdict=verdict)]
    return {"results": results, "verify": verify, "machine": {**ALDER_LAKE, **facts}}


class Erratum(PageTest):
    def check_cell(self, verdict: str, words: str, **facts):
        self.check_says(self.page(**with_cell(verdict, **facts)), words)

    def test_a_failed_cell_with_older_microcode_is_the_erratum(self):
        self.check_cell("fail", "Microcode 0x2d; repaired from 0x2e on. verify.csv, invlpg x "
                        "global_4k with PCIDE = 1: ✗ fail . The erratum is seen", microcode="0x2d")

    def test_a_failed_cell_with_the_repair_is_a_finding(self):
        for revision in ("0x2e", "0x0000002F", "0x100"):
            self.check_cell("fail", "A finding: this microcode has the repair", microcode=revision)

    def test_a_cell_that_passed_says_whether_the_repair_is_there(self):
        self.check_cell("pass", "✓ pass . This microcode has the repair, and global entries "
                        "go.")
        self.check_cell("pass", "older than the repair; the erratum did not show",
                        microcode="0x15")
        self.check_cell("pass", "nobody can say whether it has the repair.",
                        microcode="not readable")

    def test_a_cell_that_shows_nothing_says_so(self):
        for verdict in ("inconclusive", "skipped"):
            self.check_cell(verdict, f"? {verdict} . So this run shows nothing of it.")
        page = self.page(machine=ALDER_LAKE)
        self.check_says(page, "? missing . So this run shows nothing of it.")

    def test_the_worse_verdict_of_before_and_after_counts(self):
        run = with_cell("fail", microcode="0x2d")
        run["verify"][2].update(verdict="pass", stale_after="0")
        self.check_says(self.page(**run), "The erratum is seen")

    def test_a_guest_is_not_affected(self):
        self.check_cell("fail", "this is a finding: guests are not affected",
                        hypervisor="KVMKVMKVM", microcode="0x2d")
        self.check_cell("pass", "guests are not affected", env="vm", microcode="0x2d")

    def test_each_model_has_its_own_revision(self):
        for model, revision in (("151", "0x2e"), ("154", "0x42c"), ("190", "0x11"),
                                ("183", "0x118"), ("186", "0x4117"), ("191", "0x2e")):
            self.check_cell("pass", f"repaired from {revision} on", model=model)

    def test_a_cell_that_failed_elsewhere_is_a_finding(self):
        cell = "verify.csv, invlpg x global_4k with PCIDE = 1:"
        for facts in ({"model": "60"}, {"family": "25"}, {"vendor": "AuthenticAMD"}, {"model": ""}):
            self.check_cell("fail", f"{cell} ✗ fail . A finding: INVLPG kept global entries here, "
                            "as with the erratum.", **facts)
            self.check_cell("pass", f"{cell} ✓ pass . It did not show in these trials.", **facts)
            self.check_cell("skipped", f"{cell} ? skipped . So this run shows nothing of it", **facts)
        run = with_cell("fail", model="60")
        run["verify"] += checked("invlpg", "global_4k", pcide="0", verdict="fail")
        self.check_says(self.page(**run), "A finding, but not the erratum: INVLPG kept global "
                        "entries with PCIDE = 0 too.")

    def test_another_processor_is_not_accused(self):
        for facts in ({"model": "143"}, {"family": "25"}, {"vendor": "AuthenticAMD"}):
            self.check_cell("fail", "Not applicable on this machine: not known of this processor", **facts)
        self.check_cell("fail", "does not say which processor", model="")


class EachProcessor(PageTest):
    PASSED = "passed=24 failed=0 inconclusive=2 faults_failed=0"
    FAILED = "passed=23 failed=1 inconclusive=2 faults_failed=0"

    def verified(self, *verify, **facts):
        cells = [*small_verify(), *({**row, "cpu": "3"} for row in verify)]
        results = [cost("invlpg", "marginal-4k", 9, believed="0")] if verify else None
        return self.page(verify=cells, machine={**HARDWARE, **facts}, results=results)

    def test_those_that_passed_are_one_sentence(self):
        page = self.verified(cpu_1_verified=self.PASSED, cpu_2_verified=self.PASSED)
        self.check_says(page, "Beside what is measured 2 other processors are verified, once, before "
                        "the timing: on 2 no required check failed. Passed there: 24.")
        page = self.verified(cpu_1_verified=self.PASSED.replace("24", "20"),
                             cpu_2_verified=self.PASSED)
        self.check_says(page, "Passed there: 20 to 24.")
        self.assertNotIn("Beside what is measured", self.page(machine=HARDWARE).text)

    def test_a_cell_that_failed_on_one_fails_and_names_it(self):
        fail = checked("invlpg", "page_4k", verdict="fail")[:1]
        page = self.verified(*fail, *[{**row, "entry": "page_4k_accessed"} for row in fail],
                             cpu_3_verified=self.FAILED)
        self.check_says(page, "1 other processor is verified, once, before the timing: on 0 no "
                        "required check failed. Processor 3: 1 required check failed.",
                        "before the timing on processor 3, 200 of 200 still there",
                        "before on processor 3: fail")
        self.assertNotIn("Where the two witnesses differ", page.text)

    def test_one_that_showed_nothing_is_not_among_those_that_passed(self):
        page = self.verified(cpu_1_verified="no: its processor did not answer",
                             cpu_2_verified="passed=0 failed=0 inconclusive=9 faults_failed=0",
                             cpu_3_verified="passed=9 failed=0 inconclusive=9 faults_failed=2")
        self.check_says(page, "on 0 no required check failed. Processor 1 was not verified: its "
                        "processor did not answer. On processor 2 nothing was shown. "
                        "Processor 3: 2 exceptions failed.")


class Tce(PageTest):
    def test_cells_that_differ_stand_beside_each_other(self):
        verify = [*checked("invlpg", "psc", tce="0"),
                  *checked("invlpg", "psc", "may", "kept", tce="1"),
                  *checked("invlpg", "page_4k", tce="0"), *checked("invlpg", "page_4k", tce="1")]
        results = [cost("invlpg", "first-bare-4k", 212), cost("invlpg", "first-bare-4k-tce", 180)]
        self.check_says(self.page(verify=verify, results=results),
                        "Of 2 cells tried in both states 1 differ.",
                        "invlpg psc 0 · pass must · kept may",
                        "invlpg first-bare-4k 212.000 [209.880, 214.120] 180.000")

    def test_where_it_is_not_there_one_line_says_so(self):
        verify = [row | {"tce": ""} for row in small_verify()]
        self.check_says(self.page(verify=verify), "Not applicable on this machine: nothing was tried with "
                        "EFER.TCE set.")


class Unseen(PageTest):
    """What no emulator has is said, of rows that are there."""

    NONE = "were tried on modelled machines only"

    def test_a_run_without_such_rows_says_nothing_of_it(self):
        self.assertNotIn(self.NONE, self.page().text)
        rows = [*small_results(), skipped("invlpgb_tlbsync", "first-bare-4k", "invlpgb"),
                skipped("invlpg", "first-bare-4k-tce", "tce")]
        cells = [*small_verify(), *checked("invlpgb_tlbsync", "page_4k", verdict="skipped"),
                 *checked("invlpg", "psc", "may", "skipped", tce="1")]
        self.assertNotIn(self.NONE, self.page(results=rows, verify=cells).text)

    def test_rows_that_only_this_machine_has_are_named(self):
        broadcast = cost("invlpgb_tlbsync", "first-bare-4k", 9, believed="")
        tce = cost("invlpg", "marginal-tce", 9)
        rar = {**cost("invlpg", "rar-any-pause", 9), "bench": "shootdown"}
        for rows, words in (([broadcast], f"Rows of INVLPGB {self.NONE}: no emulator of real processors has that."),
                            ([rar], f"Rows of Remote Action Request {self.NONE}: no emulator of real processors "
                             "has that."),
                            ([tce], f"Rows with EFER.TCE set {self.NONE}"),
                            ([broadcast, tce], "Rows of INVLPGB and with EFER.TCE set "
                             f"{self.NONE}: no emulator of real processors has either.")):
            self.check_says(self.page(results=[*small_results(), *rows]), words)

    def test_cells_that_were_tried_count_without_a_cost(self):
        cells = checked("invlpgb_tlbsync", "page_4k")
        self.check_says(self.page(verify=[*small_verify(), *cells]), "Rows of INVLPGB " + self.NONE)
        cells = checked("invlpg", "page_4k", tce="1")
        self.check_says(self.page(verify=[*small_verify(), *cells]),
                        "Rows with EFER.TCE set " + self.NONE)


class Witness(PageTest):
    def test_agreement_is_one_sentence(self):
        verify = [*small_verify(), checked("invlpg", "page_4k_accessed")[0],
                  checked("invlpg", "neighbour_accessed", "may", "kept")[0]]
        page = self.page(drawn=True, verify=verify)
        self.check_says(page, "2 entries were tried so, once before the timing; of 2 of "
                        "them both ways say the same.")
        self.assertNotIn("Where the two witnesses differ", page.text)
        self.assertNotIn("page_4k_accessed", page.pictures[-1].texts)

    def test_each_disagreement_is_named(self):
        verify = [*small_verify(),
                  checked("invlpg", "page_4k_accessed", verdict="inconclusive")[0]]
        self.check_says(self.page(verify=verify), "of 0 of them both ways say the same.",
                        "Where the two witnesses differ", "invlpg page_4k pass ≠ inconclusive")


class Picture(PageTest):
    def drawn(self, page):
        return next(p for p in page.pictures if "What each operation drops" in p.label)

    def test_the_matrix_is_drawn_with_names_verdicts_and_states(self):
        verify = [*checked("invlpg", "page_4k", pcide="0"),
                  *checked("invlpg", "global_4k", pcide="1", verdict="fail"),
                  *checked("invlpg", "psc", pcide="1", verdict="inconclusive"),
                  *checked("cr3_reload", "neighbour", "may", "kept", pcide="0")]
        results = [cost("invlpg", "marginal", 9, believed="0")]
        texts = self.drawn(self.page(drawn=True, verify=verify, results=results)).texts
        for text in ("invlpg", "cr3_reload", "page_4k", "psc", "PCIDE=0", "PCIDE=1", "✓ pass",
                     "✗ fail", "◆ kept", "inconclusive"):
            self.assertIn(text, texts)
        self.assertNotIn("skipped", texts)

    def test_one_state_is_one_panel(self):
        texts = self.drawn(self.page(drawn=True)).texts
        self.assertIn("PCIDE=0, TCE=0", texts)
        self.assertEqual(texts.count("invlpg"), 1)

    def test_what_shows_nothing_is_hatched(self):
        from tlbreport.draw.plot_matrix import draw
        from tlbreport.read.verdicts import Cell

        def hatches(verdict):
            cell = Cell("invlpg", "psc", "", [{"verdict": verdict}])
            axes = draw([cell], "").axes[0]
            return [patch.hatch for patch in axes.patches]

        for verdict in ("inconclusive", "skipped"):
            self.assertTrue(all(hatches(verdict)), verdict)
        for verdict in ("pass", "fail", "kept", "dropped", "refuted", "holds"):
            self.assertEqual(hatches(verdict), [""])

    def test_exceptions_are_not_entries(self):
        fault = checked("invlpg", "no_fault_not_canonical", trials="1", stale_control="",
                        stale_after="")
        page = self.page(drawn=True, verify=[*small_verify(), *fault])
        self.assertNotIn("no_fault_not_canonical", self.drawn(page).texts)
        self.check_says(page, "Faults that the manual asks for", "no_fault_not_canonical ✓ pass")

    def test_it_is_watermarked_in_an_emulator(self):
        self.assertTrue(self.drawn(self.page(drawn=True, machine=EMULATOR)).watermarked)
        page = self.page(drawn=True, machine=HARDWARE, results=small_results())
        self.assertFalse(self.drawn(page).watermarked)
