"""Several boots of one machine on one page; and what the page says first of one run."""

import os

from pagecheck import Page, PageTest
from rundir import EMULATOR, GUEST, HARDWARE, canary, checked, cost, read, small_results, write_run
from test_policy import crossing_at


class Pooled(PageTest):
    def pooled(self, machines: list, medians: list, ticks=(768, 768, 768)) -> Page:
        """The page of boots with these machine.csv, medians of one row, and canaries."""
        folders = []
        for number, (machine, median, length) in enumerate(zip(machines, medians, ticks)):
            folders.append(os.path.join(self.folder, str(number)))
            os.makedirs(folders[-1], exist_ok=True)
            rows = [cost("invlpg", "marginal-4k", median)] if median else []
            write_run(folders[-1], machine={**machine, "run_id": f"run{number}"},
                      results=[*rows, cost("cr3_reload", "marginal", 100)],
                      canary=canary([length] * 3))
        status, _, err = self.command(*folders)
        self.assertEqual((status, err), (0, ""))
        page = Page(read(folders[0], "pooled.html").decode())
        self.assertEqual(page.faults, [])
        return page

    def test_the_median_of_medians_stands_with_the_range_over_the_boots(self):
        page = self.pooled([HARDWARE] * 3, [200, 230, 210])
        self.check_says(page, "3 boots of one machine in one state.",
                        "Nothing that machine.csv says, but for the run and its date.",
                        "210.000 200.000 230.000 14.29 ticks", "2 rows of every boot.")

    def test_keys_that_differ_are_named(self):
        other = {**HARDWARE, "microcode": "0x99", "cr4": "0x6f8"}
        page = self.pooled([HARDWARE, HARDWARE, other], [200, 230, 210])
        self.check_says(page, "These are not boots of one machine in one state. Different: "
                              "microcode.", "cr4 not recorded not recorded 0x6f8")

    def test_levels_of_page_tables_and_the_hypervisor_are_part_of_the_state(self):
        other = {**HARDWARE, "la57": "switched on", "hypervisor_name": "KVM"}
        page = self.pooled([other, {**HARDWARE, "la57": "off"}, other], [200, 230, 210])
        self.check_says(page, "These are not boots of one machine in one state. Different: "
                              "la57, hypervisor_name.")

    def test_boots_whose_core_clock_or_step_differs_are_not_of_one_state(self):
        page = self.pooled([HARDWARE] * 3, [200, 230, 210], (768, 1024, 768))
        self.check_says(page, "The core's clock differs by 33.3 %.", "768 in boot 1, 1024 in boot "
                        "2, 768 in boot 3")
        self.assertNotIn("3 boots of one machine in one state", page.text)
        page = self.pooled([HARDWARE, HARDWARE, {**HARDWARE, "quantum_ticks": "36"}],
                           [200, 230, 210])
        self.check_says(page, "Different: quantum_ticks.")

    def test_a_row_that_a_boot_lacks_is_left_out_and_counted(self):
        page = self.pooled([HARDWARE] * 3, [200, None, 210])
        self.check_says(page, "1 rows of every boot.", "1 rows were not measured in every boot")

    def recommended(self, *crossings: int) -> Page:
        """The page of boots whose curves cross there."""
        folders = []
        for number, pages in enumerate(crossings):
            folders.append(os.path.join(self.folder, str(number)))
            os.makedirs(folders[-1])
            write_run(folders[-1], machine={**HARDWARE, "run_id": f"run{number}"},
                      results=crossing_at(pages), verify=[*checked("invlpg", "page_4k"),
                                                          *checked("cr3_reload", "page_4k")])
        self.command(*folders)
        page = Page(read(folders[0], "pooled.html").decode())
        self.assertEqual(page.faults, [])
        return page

    def test_numbers_of_boots_are_the_same_where_their_intervals_meet(self):
        self.check_says(self.recommended(20, 20, 21), "20.0 pages at each W (0, 64) 20.0 pages at "
                        "each W (0, 64) 21.0 pages at each W (0, 64) yes")

    def test_what_each_boot_recommends_stands_side_by_side(self):
        page = self.recommended(20, 20, 60)
        self.check_says(page, "20.0 pages at each W (0, 64) 20.0 pages at each W (0, 64) "
                        "60.0 pages at each W (0, 64) no")

    def test_recommendations_say_what_they_assume_of_other_boots(self):
        page = self.page(results=crossing_at(20), verify=[*checked("invlpg", "page_4k"),
                                                          *checked("cr3_reload", "page_4k")])
        self.check_says(page, "So each cost is taken to differ by 2 % (standard deviation) from "
                        "boot to boot, which is assumed: intervals of 95 % at least allow for it")

    def test_a_page_says_what_its_intervals_know_of(self):
        for page in (self.page(), self.pooled([HARDWARE] * 3, [200, 230, 210])):
            self.check_says(page, "An interval holds within the chunks of its boot, if nothing "
                                  "else is said")

    def test_boots_of_a_valid_guest_have_its_mark(self):
        self.check_says(self.pooled([GUEST] * 3, [200, 230, 210]),
                        "Boot 3 is valid for its guest alone.", "VALID FOR THIS GUEST ALONE")

    def test_an_emulator_among_them_marks_the_table(self):
        page = self.pooled([HARDWARE, HARDWARE, EMULATOR], [200, 230, 210])
        self.check_says(page, "Boot 3 is no valid measurement of hardware.", "EMULATOR (tcg)")


class Summary(PageTest):
    def test_what_matters_most_stands_first(self):
        self.check_says(self.page(), "Machine: Example Processor 1234 @ 2.00GHz, microcode "
                        "0x2b000590. The timing is valid. Self-tests: 2 passed, none failed. "
                        "Rows: 8 measured, all converged. Verification: 3 of 3 operations were "
                        "seen to drop what the manual requires; none failed.")

    def test_what_failed_is_named(self):
        page = self.page(
            machine=EMULATOR, results=[], verify=[*checked("invlpg", "page_4k", verdict="fail"),
                                                  *checked("cr3_reload", "page_4k"),
                                                  *checked("cr3_pcid_flush", "page_4k",
                                                           verdict="inconclusive")],
            selftest=[{"test": "timers", "value": "900", "unit": "ppm", "verdict": "fail"}])
        self.check_says(page, "The timing is not valid: env = tcg", "Self-tests: 0 passed, timers "
                        "failed.", "1 of 3 operations were seen to drop what the manual "
                        "requires; failed: invlpg; could not be tested: cr3_pcid_flush.", "Nothing is recommended for a kernel")

    def test_nanoseconds_stand_beside_ticks_where_the_rate_is_known(self):
        page = self.page(drawn=True, results=small_results())
        self.check_says(page, "INVLPG 212 106.0 212 [210, 214] ✓ yes 80 to 500",
                        "1 tick = 0.50 ns (TSC 2.000 GHz, a reference clock, not core cycles)")
        self.assertIn("ns", page.pictures[0].texts)
        page = self.page(drawn=True, machine={**HARDWARE, "tsc_hz": ""}, results=small_results())
        self.check_says(page, "INVLPG 212 212 [210, 214] ✓ yes 80 to 500")
        self.assertNotIn("ns", page.pictures[0].texts)
