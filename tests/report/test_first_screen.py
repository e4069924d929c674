"""The first screen answers: verdict, costs, sizes, sentences, and what to cite."""

import html
import re

from pagecheck import Page, PageTest
from rundir import EMULATOR, GUEST, HARDWARE, checked, cost, skipped
from showcase import showcase

HEAD = "operation ticks ns core cycles 99 % interval, ticks verified published, cycles"


PAGES = {}  # of a whole run, by its machine: the page and its text in HTML, drawn once


class FirstScreen(PageTest):
    def showcase(self, machine=None) -> tuple:
        """The page of the whole run, and the HTML of its first screen."""
        name = "" if machine is None else machine["env"]
        if name not in PAGES:
            page = self.page(**showcase() if machine is None else {**showcase(), "machine": machine})
            PAGES[name] = page, self.html()
        return PAGES[name]

    def html(self) -> str:
        """That of the folder's page, up to the first section."""
        with open(f"{self.folder}/report.html", encoding="utf-8") as file:
            return file.read().partition("</style>")[2].partition("<section")[0]

    def first(self, page: Page) -> str:
        """Its text: what stands before the first section."""
        return page.text.partition(" In short ")[0]

    def test_every_question_has_its_row_with_ticks_ns_cycles_interval_and_verdict(self):
        text = self.first(self.showcase()[0])
        self.assertIn(HEAD, text)
        for name, number in (("INVLPG", "200"), ("MOV CR3, flush", "330"),
                             ("INVPCID 0, an address", "250"), ("INVPCID 1, a PCID", "420"),
                             ("INVPCID 2, everything", "52."), ("CR4.PGE off and on", "900"),
                             ("IPI there and back", "2000"),
                             ("Shootdown of a page by one", "1000"),
                             ("Shootdown by all 7", "7000")):
            self.assertRegex(text, rf"{re.escape(name)} {number} [\d.]+ {number} \[\d+, \d+\] ✓ ")
        self.assertRegex(text, r"Refill of a page 22 11 22 \[21.\d+, 22.\d+\] ✓ yes 5 to 60")
        self.assertIn("MOV CR3, no flush 180 90.0 180", text)

    def test_the_row_in_the_mode_in_which_linux_runs_is_taken(self):
        rows = [cost("invlpg", "first-bare-4k", 300), cost("invlpg", "first-bare-4k-pcide", 200),
                cost("invlpg", "first-bare-4k-absent-pcide", 900)]
        self.assertIn("INVLPG 200 100.0 200 [", self.first(self.page(results=rows)))

    def test_a_row_that_is_not_believed_or_did_not_converge_says_so(self):
        rows = [cost("invlpg", "first-bare-4k", 212, believed="0", converged="0")]
        verify = checked("invlpg", "page_4k", verdict="fail")
        page = self.page(results=rows, verify=verify)
        self.assertIn("INVLPG; not converged 212 106.0 212 [210, 214] ✗ NO", self.first(page))

    def test_a_valid_guest_is_told_what_leaves_it(self):
        text = self.first(self.page(machine=GUEST))
        self.assertIn("▣ The timing is valid for this guest alone. ", text)
        self.assertIn("▣ GUEST OF KVM (vm): VALID FOR THIS GUEST ALONE env = vm: it ran under KVM.",
                      text)
        self.assertIn("By cost, in ticks: leave the guest: CPUID (1412); do not: MOV CR3 (212); "
                      "unclear: HLT (212 (62 %) 1890 (38 %)); not tried: INVPCID (invpcid).", text)
        self.assertIn('class="verdict doubt"', self.html())
        self.assertNotIn("may not be believed", text)
        none = {key: value for key, value in GUEST.items() if not key.startswith("exits_")}
        self.assertNotIn("By cost", self.first(self.page(machine=none)))

    def test_what_failed_in_a_guest_is_not_hidden_by_its_mark(self):
        page = self.page(machine=GUEST, verify=checked("invlpg", "page_4k", verdict="fail"),
                         results=[cost("invlpg", "first-bare-4k", 212, believed="0")])
        self.assertIn("✗ The timing is valid for this guest alone. The verification failed",
                      self.first(page))

    def test_a_guest_is_recommended_what_its_rows_say(self):
        page, said = self.showcase(GUEST)
        self.assertNotIn("Nothing is recommended", said)
        self.assertIn('class="advice"', said)
        self.assertIn("Entries of the TLB", self.first(page))

    def test_calls_that_were_not_all_answered_have_failed(self):
        rows = [cost("none", "unicast-pause-rtt-core-x2apic", 1400, bench="ipi", believed="",
                     targets="1")]
        for verdict, said in (("fail", "✗ failed"), ("pass", "✓ answered"),
                              ("skipped", "– not tested")):
            answers = {"test": "calls_answered", "value": "1", "limit": "0", "unit": "calls",
                       "verdict": verdict}
            page = self.page(results=rows, selftest=[answers])
            self.assertRegex(self.first(page), rf"IPI there and back 1400 .*{said}")

    def test_what_was_not_measured_is_one_line_with_its_reason(self):
        rows = [cost("invlpg", "first-bare-4k", 212), *(
            skipped(op, "first-bare-pcide", "pcid") for op in ("cr3_pcid_noflush",
                                                               "invpcid_context"))]
        self.assertIn("Not measured: MOV CR3, flush, INVPCID 0, an address,",
                      self.first(self.page(results=rows)).replace("MOV CR3, no flush, INVPCID 1, "
                                                                  "a PCID (skipped: pcid); ", ""))
        self.assertIn("MOV CR3, no flush, INVPCID 1, a PCID (skipped: pcid)",
                      self.first(self.page(results=rows)))

    def test_boxes_are_only_of_what_is_wrong(self):
        self.assertNotIn('class="box', self.report_of())
        self.assertIn('class="box bad"', self.report_of(machine=EMULATOR))

    def report_of(self, **run) -> str:
        self.page(**{"machine": HARDWARE, **run})
        return self.html()

    def test_five_sentences_at_most_each_with_both_numbers(self):
        found = re.search(r'<ol class="advice">(.*?)</ol>', self.showcase()[1])[1]
        said = [html.unescape(one) for one in re.findall(r"<li>(.*?)</li>", found)]
        self.assertTrue(1 <= len(said) <= 5, said)
        for one in said:
            self.assertGreaterEqual(len(re.findall(r"\d[\d.]*", one)), 2, one)
        self.assertRegex(said[0], r"Linux's 33: [\d.]+ times the best choice at worst, and a "
                         r"single-page ceiling of \d+ pages, [\d.]+ times, is not told from it\.")

    def test_errata_of_the_processor_are_named_by_signature_and_microcode(self):
        for changed, said in (
                ({"model": "106"}, ["ICX143, ICXD80, APL30, LNL030: a store may not wake"]),
                ({"model": "151", "microcode": "0x2d"}, ["ADL063, RPL042: INVLPG may keep", "0x2e"]),
                ({"model": "151", "microcode": "not readable"}, ["revision is not known"]),
                ({"vendor": "AuthenticAMD", "family": "25", "model": "1"}, ["1295: INVLPGB"]),
                ({"model": "151", "microcode": "0x2e"}, []), ({"model": "143"}, []),
                ({"model": "106", "env": "vm"}, []), ({"vendor": "", "model": "106"}, [])):
            page = self.page(machine={**HARDWARE, **changed})
            text = self.first(page)
            self.assertEqual("Errata of this processor:" in text, bool(said), changed)
            for words in said:
                self.assertIn(words, text)
            self.assertEqual("Errata that apply (" in page.text, bool(said))
        self.assertIn("Errata are not looked up", self.page(machine=EMULATOR).text)
        self.assertIn("none applies (GenuineIntel, family 6, model 143",
                      self.page(machine=HARDWARE).text)

    def test_nothing_is_recommended_from_an_emulator(self):
        text = self.showcase(EMULATOR)[1]
        self.assertNotIn('class="advice"', text)
        self.assertIn("Nothing is recommended. ", text)

    def test_the_sizes_measured_stand_beside_what_cpuid_says(self):
        text = self.first(self.showcase()[0])
        self.assertRegex(text, r"data, 4 KiB 64( to 67)?, 1536( to 1631)? 64, 1536 ✓ agrees")
        self.assertIn("PCIDs that keep entries 4", text)
        text = self.first(self.showcase(EMULATOR)[0])
        self.assertNotIn("data, 4 KiB", text)

    def test_what_to_cite_names_program_machine_microcode_clock_and_run(self):
        self.assertIn("To cite: tlbmark 0.1, commit 0123abc; Example Processor 1234 @ 2.00GHz "
                      "(6 / 143 / 8), microcode 0x2b000590; TSC 2.000 GHz; hypervisor none; 1 "
                      "boot, run 20200101-000000-0001, 2020-01-01T00:00:00Z. Each cost is of one "
                      "boot", self.first(self.page()))
        model = {**EMULATOR, "env": "model"}
        self.assertIn("1 boot, run 20200101-000000-0001. EMULATOR (model): NOT A MEASUREMENT",
                      self.first(self.page(machine=model)))
        self.assertIn("NOT A MEASUREMENT", self.first(self.page(machine=EMULATOR)).partition(
            "To cite")[2])

    def test_a_run_of_2900_rows_is_little_more_than_a_megabyte(self):
        self.page(drawn=True, **showcase())
        with open(f"{self.folder}/report.html", encoding="utf-8") as file:
            self.assertLess(len(file.read()), 1_350_000)
