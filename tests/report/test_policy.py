"""What is shown and said of ceilings, PCIDs, switches and the TLB; and what is kept silent."""

import os

from pagecheck import Page, PageTest
from rundir import EMULATOR, HARDWARE, checked, histogram, read, replace, skipped, write_run
from synthetic import Machine, Rows, everything, machine_facts, range_rows

OPS = ("invlpg", "cr3_reload", "cr4_pge_toggle", "cr3_pcid_flush", "cr3_pcid_noflush",
       "invpcid_context", "invpcid_all_global")
VERIFIED = [cell for op in OPS for cell in checked(op, "page_4k")]
BENCHES = ("refill", "range", "switch", "policy", "tlb_size", "pcid_capacity")
SAID = ("this machine would want", "too high for each", "(W = ", "use PCIDs,",
        "make kernel pages global", "flushed by")


def crossing_at(pages: int) -> list:
    """Rows that cross at this many pages at each of two working sets."""
    rows = Rows(1, noise=0)
    for w in (0, 64):
        for n in (1, 2, 512, 8192):
            rows.add("range", "invlpg", f"range-4k-w{w}", 10 * n + w, ("pages", n))
        rows.add("range", "cr3_reload", f"space-w{w}", 10 * pages + w)
    return rows.rows


class Policy(PageTest):
    def all(self, machine: dict, **more) -> Page:
        """The page of a run that has everything."""
        return self.page(machine={**machine, **machine_facts(Machine())}, verify=VERIFIED,
                         results=everything(Machine(), 1), **more)

    def test_hardware_gets_pictures_a_sentence_and_recommendations(self):
        page = self.all(HARDWARE)
        self.assertEqual(len(page.pictures), 12)
        self.assertFalse(any(p.watermarked for p in page.pictures))
        self.check_says(
            page, "With invlpg against cr3_reload (4k, no PCIDs) this machine would want a ceiling "
            "between 1.8 [1.8, 1.8] pages (working set of 6144 pages) and 210.4 [209.4, 211.3] "
            "(working set of 1536): Asterinas's 32 is within that, Linux's 33 is within that, "
            "FreeBSD's 4096 is too high for each.", "use PCIDs, loads with bit 63 set",
            "4: more keep their PCID, but not their translations", "perprocess, flushed by",
            "6 slots as in Linux", "make kernel pages global", "l2 1536 inside the interval")
        said = " ".join(p.label for p in page.pictures)
        for what in ("Refill of a page", "dropping N pages", "Break-even", "a switch over",
                     "an access over", "Flushes over", "translation over", "Cost of a probe"):
            self.assertIn(what, said)
        for name in ("FreeBSD", "ceilings: Asterinas 32, Linux 33, FreeBSD 4096", "W = 512 pages",
                     "random, invpcid_context", "code-4k", "noflush-s8, cr3_pcid_noflush",
                     "kernel thread: nothing loaded", "cold, by512g"):
            self.assertTrue(any(name in p.texts for p in page.pictures), name)

    def test_an_emulator_gets_the_same_pictures_with_the_watermark_and_no_sentence(self):
        page = self.all(EMULATOR)
        self.assertEqual(len(page.pictures), 12)
        for picture in page.pictures:
            self.assertTrue(picture.watermarked, picture.label)
        for text in SAID:
            self.assertFalse(text in page.text, text)
        self.check_says(page, "Nothing is recommended. EMULATOR (tcg): NOT A MEASUREMENT OF "
                              "HARDWARE")
        self.assertEqual(read(self.folder, "report.html").count(b'<table class="marked">'), 3)
        self.assertIn(b"EMULATOR (tcg)", read(self.folder, "derived.csv"))

    def test_hardware_whose_timing_is_not_valid_or_whose_file_is_damaged_gets_none(self):
        write_run(self.folder, machine={**HARDWARE, "timing_valid": "0"}, verify=VERIFIED,
                  results=crossing_at(40))
        self.assertFalse("would want" in self.page().text)
        write_run(self.folder, verify=VERIFIED, results=crossing_at(40))
        self.assertTrue("would want" in self.page().text)
        replace(self.folder, "results.csv", "400.000", "401.000")
        self.assertFalse("would want" in self.page(status=1).text)

    def test_the_ceilings_of_kernels_are_judged_by_the_break_even(self):
        for pages, linux, freebsd in ((8, "too high for each", "too high for each"),
                                      (33, "within that", "too high for each"),
                                      (500, "too low for each", "too high for each"),
                                      (5000, "too low for each", "too low for each")):
            page = self.page(verify=VERIFIED, results=crossing_at(pages))
            self.check_says(page, f"a ceiling of {pages}.0 [{pages}.0, {pages}.0] pages (working "
                            "set of 0 pages)", f"Linux's 33 is {linux}",
                            f"FreeBSD's 4096 is {freebsd}", f"{pages}.0 (W = 0) pages one by one")

    def test_what_did_not_pass_its_verification_recommends_nothing(self):
        rows = Rows(1, believed="")
        range_rows(Machine(), rows)
        page = self.page(results=rows.rows, verify=[])
        self.check_says(page, "no ceiling, since an operation did not pass its verification",
                        "Nothing is recommended: the benchmarks")
        self.assertFalse("would want" in page.text)

    def test_benchmarks_that_were_not_run_are_named(self):
        self.check_says(self.page(), *(f"There is no row of {bench}: it was not run."
                                       for bench in BENCHES), "Nothing is recommended")

    def test_benchmarks_that_could_not_run_say_why(self):
        rows = [{**skipped("invlpg", "x", f"no {bench} here"), "bench": bench} for bench in BENCHES]
        self.check_says(self.page(results=rows, verify=[]), *(
            f"No row of {bench} was measured: skipped no {bench} here." for bench in BENCHES))

    def test_rows_of_sweeps_are_shown_if_they_cannot_be_drawn(self):
        for variant in ("", "-", "w64", "range", "range-4k", "range-4k-w", "space-w0-w1", "large",
                        "random", "zipf-lru", "shared-access", "data", "$\\frac{x}$-w1"):
            for swept in (None, ("pages", 1), ("pages", "x"), ("processes", 4), ("pcids", 0)):
                rows = Rows(1)
                for bench in BENCHES:
                    rows.add(bench, "invlpg", variant, 7, swept)
                page = self.page(results=rows.rows, verify=VERIFIED)
                self.assertEqual(page.text.count(": 1 row."), len(BENCHES), (variant, swept))

    def test_two_runs_with_everything_can_be_compared(self):
        folders = [os.path.join(self.folder, name) for name in "ab"]
        for seed, folder in enumerate(folders):
            os.mkdir(folder)
            rows = [{**row, "n": "40"} for row in everything(Machine(), seed)]
            write_run(folder, verify=VERIFIED, results=rows, histogram=[
                h for row in rows if row["bench"] == "range"
                for h in histogram(row, [(8 * seed, 8 * seed + 8, 40)])])
        status, _, err = self.command(*folders)
        self.assertEqual((status, err), (0, ""))
        page = Page(read(folders[0], "compare.html").decode())
        self.assertEqual(page.faults, [])
        self.check_says(page, "rows differ.", "rows could not be compared")
