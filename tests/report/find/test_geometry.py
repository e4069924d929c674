"""What CPUID says of the TLB, held against the knees of a machine whose TLB is known."""

import csv
import io

from pagecheck import PageTest
from rundir import EMULATOR, HARDWARE, read
from synthetic import Level, Machine, Rows, follow, machine_facts

from tlbreport.find import geometry
from tlbreport.find.knees import Knee


class Geometry(PageTest):
    def text(self, said=None, source="18H", base=None, kinds=("data-4k",)) -> str:
        """The page of a run of tlb_size on the machine, whose CPUID says what is said."""
        machine, to = Machine(), Rows(3, noise=0.002)
        said = said or machine
        follow(machine, to, "tlb_size", said=said, only=lambda row: row["variant"] in kinds)
        facts = {**(base or HARDWARE), **machine_facts(said), "tlb_source": source}
        return self.page(results=to.rows, machine=facts).text

    def test_a_true_cpuid_agrees_with_every_knee(self):
        text = self.text()
        self.assertIn("What CPUID says (leaf 18H) is held against the knees of 1 curve: every "
                      "level has its knee, and no knee is left.", text)
        self.assertNotIn("Where the two differ", text)
        self.assertNotIn("SKL148", text)

    def test_a_level_that_cpuid_has_wrong_is_named_with_the_knee_that_is_there(self):
        said = Machine()
        for side in ("data", "code"):  # the second level is of both
            said.levels[f"{side}-4k"] = (said.levels[f"{side}-4k"][0], Level(64, 12, 26))
        text = self.text(said, "02H")
        self.assertIn("(leaf 02H) is held against the knees of 1 curve: they differ", text)
        self.assertIn("data-4k l2 of 768 has no knee", text)
        self.assertRegex(text, r"data-4k knee at 1\d\d\d[0-9. to]*, of which CPUID says nothing")
        self.assertNotIn("l1 of 64 has no knee", text)
        self.assertIn("SKL148, CML081", text)

    def knee_of(self, kind: str, **facts: str) -> dict:
        """The line of derived.csv on its first knee."""
        to = Rows(3, noise=0.002)
        follow(Machine(), to, "tlb_size", only=lambda row: row["variant"] == kind)
        self.page(results=to.rows, machine={**HARDWARE, **machine_facts(Machine()), **facts})
        lines = csv.DictReader(io.StringIO(read(self.folder, "derived.csv").decode(), newline=""))
        return next(line for line in lines if line["variant"] == f"{kind}-1")

    def test_the_windows_page_may_be_one_of_the_entries_that_code_is_seen_to_have(self):
        alone, beside = self.knee_of("code-4k"), self.knee_of("code-4k", window_code_pages="1")
        self.assertEqual(float(beside["hi"]), float(alone["hi"]) + 1)
        self.assertEqual((beside["value"], beside["lo"]), (alone["value"], alone["lo"]))
        self.assertIn(", and 1 more for the window's own code; ", beside["evidence"])
        self.assertNotIn("own code", alone["evidence"])
        self.assertEqual(self.knee_of("data-4k"), self.knee_of("data-4k", window_code_pages="1"))

    def test_an_emulator_shows_nothing_of_a_tlb(self):
        self.assertNotIn("held against the knees", self.text(base=EMULATOR))

    def test_what_cpuid_is_silent_on_is_said(self):
        facts = {**HARDWARE, "tlb_source": ""}
        to = Rows(3, noise=0.002)
        follow(Machine(), to, "tlb_size", only=lambda row: row["variant"] == "data-4k")
        self.check_says(self.page(results=to.rows, machine=facts),
                        "CPUID says nothing of these TLBs")


class Compared(PageTest):
    def test_a_second_level_may_hold_what_the_first_does_not(self):
        knees = [Knee(64, 63, 65, 0, 8), Knee(1600, 1590, 1610, 8, 30)]
        self.assertEqual(geometry.compared(knees, {"l1": 64, "l2": 1536}, 6144), [])

    def test_a_knee_may_be_a_few_entries_below_the_size_and_none_above(self):
        known = {"l1": 64}
        self.assertEqual(geometry.compared([Knee(62, 61.5, 62.2, 0, 8)], known, 256), [])
        self.assertEqual(geometry.compared([Knee(60, 59, 61, 0, 8)], known, 256), [])
        self.assertEqual(len(geometry.compared([Knee(58, 57, 59.9, 0, 8)], known, 256)), 2)
        self.assertEqual(len(geometry.compared([Knee(66, 65, 67, 0, 8)], known, 256)), 2)

    def test_a_level_beyond_the_last_place_is_not_reached(self):
        self.assertEqual(geometry.compared([], {"l2": 1024}, 1024),
                         ["l2 of 1024 is not reached: the curve ends at 1024"])
        self.assertEqual(geometry.compared([], {"l2": 1024}, 1025), ["l2 of 1024 has no knee"])
