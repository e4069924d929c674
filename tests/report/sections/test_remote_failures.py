"""What is said of several processors where something failed, was skipped, or is not believed."""

from remote_rows import (BENCHES, MACHINE, VERIFIED, Remote, alone, ipi_rows, lazy_rows,
                         shootdown_rows, shot)
from rundir import HARDWARE, checked, read, write_run

from tlbreport.read.load import load
from tlbreport.sections.why import shows


class Failures(Remote):
    def test_rows_that_failed_are_named_loudly(self):
        rows = shootdown_rows()
        rows[0].update(status="failed", reason="stale words")
        rows[1].update(status="timeout", reason="processor 2 did not answer")
        rows[2].update(status="failed", reason="an interrupt was lost")
        rows[3].update(status="failed", reason="an interrupt came twice")
        page = self.remote(rows)
        self.check_says(
            page, "✗ Not every row could be measured. shootdown, failed: stale words (1 row).",
            "✗ 4 rows failed or had no answer.",
            "failed: stale words (a processor had said that it had dropped a translation, and "
            "used it). 1 row: invlpg unicast-late-alongside-own-pause pages=1 targets=1",
            "timeout: processor 2 did not answer (the call was not answered in time",
            "an interrupt was lost (fewer interrupts were taken than sent)",
            "an interrupt came twice (more interrupts were taken than sent)")
        self.assertFalse("Not every row" in self.remote(shootdown_rows()).text)

    def test_of_very_many_that_failed_alike_not_all_are_named(self):
        rows = ipi_rows()
        for row in rows[-25:]:
            row.update(status="timeout", reason="no answer in time")
        self.check_says(self.remote(rows), "25 rows: none", "; and 5 more, in the table of all")

    def test_processors_that_did_not_start_or_were_lost_are_named(self):
        facts = {**MACHINE, "cpus_failed": "1", "cpu_failed_3": "apic=3: did not come",
                 "cpus_lost": "1", "cpu_2_lost": "did not answer in time"}
        self.check_says(self.remote(ipi_rows(), machine=facts), "Processors: 8 found, 8 started, "
                        "1 failed to start, 1 lost on the way. cpu_failed_3: apic=3: did not come. "
                        "cpu_2_lost: did not answer in time.")

    def test_benchmarks_that_were_not_run_are_named(self):
        self.check_says(self.page(), *(f"{name} (was not run)" for name in (
            "Calling other processors", "TLB shootdown", "Lazy TLB mode")))

    def test_on_one_processor_that_is_the_reason(self):
        page = self.painted(alone())
        self.check_says(page, "Skipped: one processor (1 row).",
                        "TLB shootdown (one processor), Lazy TLB mode (one processor)",
                        "There are no round trips by the number of targets.")
        self.assertIn("80 + 40 + 780 = 900", self.texts(page, "Parts"))


class Belief(Remote):
    """`believed` says what was known when a row was delivered."""

    def failed_behind(self) -> list:
        cells = checked("invlpg", "page_4k")
        cells[1].update(verdict="fail", stale_after="200")
        return [*cells, *VERIFIED[2:]]

    def test_what_failed_behind_the_timing_is_not_believed_anywhere(self):
        page = self.painted([*shootdown_rows(), *lazy_rows()], verify=self.failed_behind())
        self.check_says(page, "verification of invlpg failed behind the timing: not believed, "
                              "rows: 56", "Not believed, since a required check failed: invlpg.",
                        "invlpg ✗ NO")
        self.assertEqual(page.text.count("✗ NO"), 59)
        self.assertIn("not believed, or no verdict", self.texts(page, "Difference of each"))
        self.check_says(page, "Not all of these operations passed their verification")
        self.assertIn(b"; not believed", read(self.folder, "derived.csv"))

    def test_that_is_no_damage(self):
        write_run(self.folder, results=shootdown_rows(), verify=self.failed_behind())
        run = load(self.folder)
        self.assertEqual([(str(p), p.damage) for p in run.problems], [(
            "results.csv: verification of invlpg failed behind the timing: not believed, rows: 56",
            False)])
        self.assertEqual({row["believed"] for row in run.rows("results.csv")
                          if row["op"] == "invlpg"}, {"0"})
        self.assertEqual({row["believed"] for row in run.rows("results.csv")
                          if row["op"] != "invlpg"}, {"1"})

    def test_a_row_without_verdict_is_not_believed_either(self):
        rows = [shot("invlpg", "local", 100, believed="")]
        write_run(self.folder, machine=HARDWARE, results=rows, verify=self.failed_behind())
        self.assertEqual(load(self.folder).rows("results.csv")[0]["believed"], "0")


class Selftests(Remote):
    def test_each_self_test_of_several_processors_says_what_it_shows(self):
        for test in ("calls_answered", "tsc_sync", "tsc_sync_after", "tsc_adjust_differs",
                     "shootdown_words", "shootdown_shown", "shootdown_globals",
                     "shootdown_globals_shown", "shootdown_uppers", "shootdown_uppers_shown",
                     "halted_hlt", "halted_mwait20",
                     "c3_mwait20", "c6_mwait20", "c7_mwait20"):
            self.assertTrue(shows(test), test)
