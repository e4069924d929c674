"""One file, well formed, that shows whatever the CSV files hold; and what it says of damage."""

import json
import os
import re

from pagecheck import PageTest
from rundir import (EMULATOR, RESULTS, checked, cost, csv_bytes, read, restate, skipped,
                    small_results, small_verify, write, write_run)

OPS = ("none cr3_reload cr3_pcid_flush cr3_pcid_noflush invlpg invpcid_address invpcid_context "
       "invpcid_all_global invpcid_all_non_global invpcid_by_cr3 invpcid_by_cr3_seed "
       "cr4_pge_toggle cr4_smep_set cr0_pg_toggle invlpgb_tlbsync "
       "invlpgb_context invlpgb_all_global invlpgb_all_non_global cr3_pti_deferred tr7_probe").split()


class Damage(PageTest):
    def test_a_cut_file_is_named_and_still_reported(self):
        write_run(self.folder)
        write(self.folder, "results.csv", read(self.folder, "results.csv")[:-100])
        page = self.page(status=1)
        self.check_says(page, "The files are damaged", "results.csv: CRC-32", "cr3_reload",
                        "results.csv:9: does not end with a newline")

    def test_a_run_that_was_cut_off_is_reported_with_what_there_is(self):
        for name, said in (("results.csv", "There is no row: results.csv is missing or empty."),
                           ("verify.csv", "There is no row: verify.csv is missing or empty."),
                           ("machine.csv", "There is no row: machine.csv is missing or empty.")):
            with self.subTest(name):
                write_run(self.folder)
                os.remove(os.path.join(self.folder, name))
                page = self.page(status=1)
                self.check_says(page, said, f"{name}: the file is missing: the run was cut off")

    def test_any_one_file_alone_makes_a_page(self):
        for name in ("results.csv", "verify.csv", "machine.csv", "selftest.csv"):
            with self.subTest(name):
                write_run(self.folder)
                for other in os.listdir(self.folder):
                    if other != name:
                        os.remove(os.path.join(self.folder, other))
                self.page(status=1)

    def test_no_file_without_machine_csv_is_called_whole(self):
        write_run(self.folder)
        os.remove(os.path.join(self.folder, "machine.csv"))
        self.assertFalse("whole" in self.page(status=1).text)

    def test_a_run_cut_between_the_phases_says_so(self):
        verify = [row for row in small_verify() if row["phase"] == "before"]
        results = [{**row, "believed": ""} for row in small_results()]
        page = self.page(verify=verify, results=results)
        self.check_says(page, "nothing from after the timing")

    def test_a_malformed_value_is_shown_and_not_drawn(self):
        page = self.page(drawn=True, status=1,
                         results=[cost("invlpg", "marginal-4k", 200, p50="2oo")])
        self.check_says(page, "results.csv:2: p50: '2oo' is not a number")
        self.assertTrue(any("no median" in p.texts for p in page.pictures))

    def test_thousands_of_problems_make_a_page_of_some(self):
        rows = [cost("invlpg", "marginal-4k", 1, bench="range", n="x") for _ in range(3000)]
        self.check_says(self.page(status=1, results=rows), "and 2900 more.")

    def test_a_table_of_column_names_alone_is_drawn(self):
        write_run(self.folder)
        write(self.folder, "results.csv", csv_bytes(RESULTS, []))
        restate(self.folder)
        self.assertEqual([p.label.split(",")[0] for p in self.page(drawn=True).pictures],
                         ["What each operation drops"])


class Form(PageTest):
    def test_nothing_is_fetched_from_elsewhere(self):
        page = self.page(drawn=True, machine=EMULATOR)
        for pointer in page.pointers:
            self.assertRegex(pointer, "^#")
        for pointer in re.findall(r"url\(([^)]*)\)", " ".join(page.styles)):
            self.assertRegex(pointer, r"""^["']?(data:|#)""")
        for tag in ("link", "img", "iframe", "object", "image"):
            self.assertNotIn(tag, page.tags)
        for word in ("fetch(", "XMLHttpRequest", "import(", "eval("):
            self.assertNotIn(word, " ".join(page.scripts))
        self.assertNotIn("@import", " ".join(page.styles))

    def test_no_end_is_written_that_html_implies(self):
        self.page(machine=EMULATOR)
        page = read(self.folder, "report.html").decode()
        for end in ("</td>", "</th>", "</tr>"):
            self.assertNotIn(end, page)

    def test_ids_are_unique_and_links_lead_somewhere(self):
        page = self.page(drawn=True, machine=EMULATOR)
        twice = {i for i in page.ids if page.ids.count(i) > 1}
        self.assertEqual(twice, set())
        self.assertEqual({p[1:] for p in page.pointers} - set(page.ids), set())

    def test_whatever_a_file_holds_is_text_in_the_page(self):
        evil = '<script>alert("1")</script>&amp;\'--><b>$\\frac{x}$\x07'
        page = self.page(drawn=True,
            machine={**EMULATOR, "brand": evil, "env": evil, "run_id": evil, evil: evil},
            results=[cost(evil, "first-bare" + evil, 1, reason=evil, believed="", param=evil,
                          value=evil), skipped("invlpg", "marginal", evil)],
            verify=checked(evil, evil, citation=evil),
            selftest=[{"test": evil, "value": evil, "verdict": "pass"}])
        self.assertNotIn("b", page.tags)
        self.assertEqual(page.tags.count("script"), 2)
        self.assertEqual(json.loads(page.scripts[0])["machine"]["brand"], evil)
        self.check_says(page, evil.replace("\x07", "\ufffd"))
        self.assertGreaterEqual(len(page.pictures), 1)

    def test_letters_that_the_font_lacks_are_drawn_without_a_word(self):
        write_run(self.folder, results=[skipped("invlpg", "marginal-4k", "\u6ca1\u6709")])
        self.assertEqual(self.command(self.folder)[::2], (0, ""))

    def test_all_operations_of_ten_variants_are_drawn_in_plots_that_fit_a_page(self):
        variants = [f"first-bare-4k-stores{n}" for n in range(6)]
        variants += [f"marginal-{size}" for size in ("4k", "2m", "1g", "4k-pcide")]
        rows = [cost(op, v, 20 + 90 * i, believed="") for i, op in enumerate(OPS) for v in variants]
        page = self.page(drawn=True, results=rows, verify=[])
        drawn = sum((p.texts for p in page.pictures), [])
        for op in OPS:
            self.assertEqual(drawn.count(op), 2)
        for variant in variants:
            named = (variant, f"{variant} set+clear")  # of cr4_smep_set
            self.assertEqual(sum(text in named for text in drawn), len(OPS))
        self.assertGreater(len(page.pictures), 10)

    def test_extremes_of_numbers_can_be_drawn(self):
        for median in (0, -5, 1e-3, 1e15):
            with self.subTest(median):
                self.page(drawn=True, results=[cost("invlpg", "marginal-4k", median),
                                   cost("invlpg", "first-bare-4k", 300)])
