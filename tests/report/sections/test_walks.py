"""What is said of page walks: differences, sentences, and what is left out."""

import csv
import io

from pagecheck import PageTest
from rundir import EMULATOR, checked, cost, read, skipped, write_run

CLEAN = ("none", "store-clean-l1")
MEDIANS = {
    ("cr3_reload", "load-l1"): 20, ("cr3_reload", "load-l2"): 30,
    ("cr3_reload", "load-memory"): 250, ("cr3_reload", "load-accessed-l1"): 21,
    ("cr3_reload", "store-l1"): 22, ("cr3_reload", "store-dirty-l1"): 140,
    ("cr3_reload", "store-new-l1"): 170, ("invlpg", "store-dirty-l1"): 150,
    CLEAN: 120, ("none", "store-cleared-l1"): 0,
    ("none", "store-upgrade-l1"): 15,
    ("cr3_reload", "load-l1-sibling-spin"): 21, ("cr3_reload", "load-l1-sibling-walks"): 34,
}


def walks(faults: int = 0, unset: int = 1000, medians=None) -> list:
    """Rows of a benchmark `walks`: each median with an interval of one tick on either side."""
    rows = [cost(op, variant, median, bench="walks", param="", value="",
                 believed="" if op == "none" else "1", ci95_lo=str(median - 1),
                 ci95_hi=str(median + 1))
            for (op, variant), median in (medians or MEDIANS).items()]
    for variant, count in (("upgrade-l1-faults", faults), ("cleared-l1-unset", unset)):
        rows.append(cost("none", f"store-{variant}", count, bench="walks", param="", value="",
                         unit="count", believed=""))
    return rows


class Walks(PageTest):
    def shown(self, **more) -> str:
        """The text of the page of a run with these rows."""
        write_run(self.folder, results=walks(**more))
        return self.page().text

    def derived(self) -> dict:
        rows = csv.DictReader(io.StringIO(read(self.folder, "derived.csv").decode()))
        return {row["variant"]: (row["value"], row["lo"], row["hi"]) for row in rows
                if row["what"] == "walk_extra"}

    def test_each_walk_is_held_against_the_one_that_lacks_just_what_it_is_about(self):
        self.shown()
        self.assertEqual(self.derived(), {
            "load-l2-over-load-l1": ("10.000", "8.000", "12.000"),
            "load-memory-over-load-l1": ("230.000", "228.000", "232.000"),
            "load-accessed-l1-over-load-l1": ("1.000", "-1.000", "3.000"),
            "load-l1-sibling-spin-over-load-l1": ("1.000", "-1.000", "3.000"),
            "load-l1-sibling-walks-over-load-l1": ("14.000", "12.000", "16.000"),
            "store-dirty-l1-over-store-l1": ("118.000", "116.000", "120.000"),
            "store-new-l1-over-store-l1": ("148.000", "146.000", "150.000"),
        })

    def test_what_is_not_told_from_nothing_is_said_so(self):
        text = self.shown()
        self.assertIn("To set A, a load takes no longer than without", text)
        self.assertIn("To set D, a store takes 118 ticks longer [116, 120]", text)

    def test_a_walk_beside_the_other_thread_is_held_against_one_beside_an_idle_one(self):
        text = self.shown()
        self.assertIn("other thread walks without end, a walk takes 14 ticks longer [12, 16] than "
                      "beside an idle one.", text)
        self.assertIn("other thread spins, a walk takes no longer than beside an idle one, as far "
                      "as [-1, 3] ticks tell.", text)

    def test_what_an_operation_takes_from_the_other_thread_is_said_by_operation(self):
        rows = walks() + [cost(op, "sibling-lost", lost, bench="walks", param="", value="",
                               unit="count") for op, lost in (("invlpg", 0), ("cr3_reload", 1000))]
        write_run(self.folder, results=rows)
        text = self.page().text
        self.assertIn("other thread 0 are lost to invlpg here: the two threads share none that it "
                      "drops.", text)
        self.assertIn("other thread 1000 are lost to cr3_reload here.", text)

    def test_what_is_not_believed_loses_nothing_for_the_other_thread(self):
        rows = [cost(op, "sibling-lost", 0, bench="walks", param="", value="", unit="count", believed=said)
                for op, said in (("invlpg", "0"), ("cr3_reload", ""))]
        rows += [row for row in walks() if row["op"] == "none"]
        write_run(self.folder, results=rows, verify=[
            *checked("invlpg", "page_4k", verdict="fail"),
            *checked("cr3_reload", "page_4k", verdict="inconclusive")])
        self.assertNotIn("are lost to", self.page().text)

    def test_what_a_kernel_saves_by_new_entries_is_said_where_it_saves(self):
        self.assertIn("pte_mkyoung, pte_mkdirty) saves this", self.shown())
        self.assertNotIn("saves this", self.shown(
            medians={**MEDIANS, ("cr3_reload", "store-new-l1"): 22}))

    def test_a_page_made_writable_is_stored_to_with_a_fault_or_without(self):
        self.assertIn("None of these stores raised a page fault", self.shown())
        text = self.shown(faults=1000)
        self.assertIn("Of 1000 such stores 1000 raised a page fault", text)
        self.assertNotIn("None of these stores", text)

    def test_d_that_stays_clear_is_said_to(self):
        self.assertIn("1000 left D clear: without the flush", self.shown())
        self.assertNotIn("without the flush", self.shown(unset=0))

    def test_a_store_to_a_page_that_the_tlb_has_is_told_by_its_interval(self):
        text = self.shown()
        self.assertIn("has as clean takes 120 ticks longer [119, 121] than to a dirty one.", text)
        self.assertIn("without a flush takes 15 ticks longer [14, 16] than to one that the TLB has "
                      "as writable.", text)
        text = self.shown(medians={**MEDIANS, CLEAN: -0.25})
        self.assertIn("has as clean takes no longer than to a dirty one, as far as [-1.25, 0.75] "
                      "ticks tell.", text)

    def test_no_sentence_is_said_of_an_emulator(self):
        write_run(self.folder, machine=EMULATOR, results=walks())
        text = self.page().text
        self.assertIn("less store-l1", text.replace("store-dirty-l1 store-l1", "less store-l1"))
        for words in ("To set D", "made writable without a flush", "left D clear", "raised a page fault"):
            self.assertNotIn(words, text)

    def test_rows_that_were_skipped_are_named_with_their_reason(self):
        rows = walks() + [{**skipped("cr3_reload", "load-l3", "CPUID tells of no such cache"),
                           "bench": "walks"}]
        write_run(self.folder, results=rows)
        self.assertIn("CPUID tells of no such cache: 1 row", self.page().text)
