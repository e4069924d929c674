"""A row is believed by what was shown of its operation in the state that it is measured in."""

import csv
import io
import json
import re

from pagecheck import PageTest
from rundir import RunTest, checked, cost, skipped, write_run
from synthetic import planned

from tlbreport.read import variant
from tlbreport.read.load import load
from tlbreport.read.run import Row
from tlbreport.read.sweep import verified
from tlbreport.read.verdicts import operations
from tlbreport.sections.belief import belief
from tlbreport.tidy import tidy

PLAIN, PCIDS = "marginal-4k", "marginal-4k-pcide"
PROFILES = ("smoke", "quick", "default", "full")


def cells(*of_state: str, op: str = "invlpg") -> list:
    """A cell in each state: its verdict with CR4.PCIDE clear, and set."""
    return [row for pcide, verdict in enumerate(of_state)
            for row in checked(op, "global_4k", verdict=verdict, pcide=str(pcide))]


def behind(of_state: list) -> list:
    """The same cells where what fails does so behind the timing alone."""
    passed = {"verdict": "pass", "stale_after": "0"}
    return [{**row, **passed} if row["phase"] == "before" else row for row in of_state]


class States(RunTest):
    def loaded(self, believed: dict, verify: list):
        """A run with a row of INVLPG in each of these variants."""
        write_run(self.folder, verify=verify, results=[
            cost("invlpg", name, 200, believed=said) for name, said in believed.items()])
        return load(self.folder)

    def check(self, believed: dict, verify: list, problems: list, found: dict | None = None):
        run = self.loaded(believed, verify)
        self.assertEqual([(str(one), one.damage) for one in run.problems], problems)
        self.assertEqual({row["variant"]: row["believed"] for row in run.rows("results.csv")},
                         found or believed)

    def test_what_failed_with_pcids_takes_no_belief_from_rows_without(self):
        self.check({PLAIN: "1", PCIDS: "0"}, cells("pass", "fail"), [])
        self.check({PLAIN: "0", PCIDS: "1"}, cells("fail", "pass"), [])

    def test_what_failed_behind_the_timing_does_not_either(self):
        for verify, pcide, found in ((cells("pass", "fail"), 1, {PLAIN: "1", PCIDS: "0"}),
                                     (cells("fail", "pass"), 0, {PLAIN: "0", PCIDS: "1"})):
            self.check({PLAIN: "1", PCIDS: "1"}, behind(verify), [(
                "results.csv: verification of invlpg failed behind the timing with "
                f"PCIDE={pcide}: not believed, rows: 1", False)], found)

    def test_what_failed_with_tce_takes_no_belief_from_rows_without(self):
        tce = f"{PLAIN}-tce"
        both = [row for bit, verdict in (("0", "pass"), ("1", "fail"))
                for row in checked("invlpg", "psc", verdict=verdict, tce=bit)]
        self.check({PLAIN: "1", tce: "0"}, both, [])
        self.check({PLAIN: "1", tce: "1"}, behind(both), [(
            "results.csv: verification of invlpg failed behind the timing with TCE=1: not "
            "believed, rows: 1", False)], {PLAIN: "1", tce: "0"})

    def test_a_row_that_its_own_state_denies_is_damage(self):
        self.check({PLAIN: "1", PCIDS: "1"}, cells("pass", "fail"), [(
            "results.csv:3: believed: 1, but a required check of invlpg failed with PCIDE=1 in "
            "verify.csv", True)], {PLAIN: "1", PCIDS: "0"})
        self.check({PLAIN: "1", PCIDS: "1"}, cells("pass", "inconclusive"), [(
            "results.csv:3: believed: 1, but no required check of invlpg passed with PCIDE=1 in "
            "verify.csv", True)])
        self.check({PLAIN: "1", PCIDS: "0"}, cells("pass", "pass"), [(
            "results.csv:3: believed: 0, but no required check of invlpg failed with PCIDE=1 in "
            "verify.csv", True)])

    def test_what_an_older_program_did_not_believe_in_any_state_is_no_damage(self):
        self.check({PLAIN: "0", PCIDS: "0"}, cells("pass", "fail"), [(
            "results.csv: believed: 0 in 1 rows of invlpg, which failed only in another state "
            "(CR4.PCIDE, EFER.TCE): an older program did not tell them apart", False)])

    def test_a_row_whose_state_is_not_known_is_not_believed_if_any_failed(self):
        for said, found in (("1", "0"), ("0", "0")):
            run = self.loaded({"marginal-9k": said}, cells("pass", "fail"))
            self.assertTrue(run.is_whole)
            self.assertEqual(run.rows("results.csv")[0]["believed"], found)

    def test_of_a_row_that_was_not_measured_there_is_nothing_to_believe(self):
        write_run(self.folder, verify=cells("pass", "pass"), results=[
            skipped("invlpg", f"{PLAIN}-tce", "tce") | {"believed": "1"}])
        self.assertEqual(load(self.folder).problems, [])

    def test_that_another_processor_passed_shows_nothing_of_this_one(self):
        for verdict, is_whole in (("pass", True), ("inconclusive", False)):
            there = [{**row, "cpu": "5"} for row in checked("invlpg", "page_4k")[:1]]
            run = self.loaded({PLAIN: "1"}, [*checked("invlpg", "page_4k", verdict=verdict),
                                             *there])
            self.assertEqual(run.is_whole, is_whole, verdict)
        there[0].update(verdict="fail", stale_after="200")
        self.check({PLAIN: "0"}, [*checked("invlpg", "page_4k"), *there], [])

    def test_an_exception_that_did_not_come_takes_no_belief_from_what_drops(self):
        fault = checked("invlpg", "no_fault_not_canonical", verdict="fail", trials="1",
                        stale_control="", stale_after="")[:1]
        self.check({PLAIN: "1", PCIDS: "1"}, [*cells("pass", "pass"), *fault], [])

    def test_a_row_of_two_operations_is_believed_as_the_less_sure_of_them(self):
        rows = [cost("invpcid_address", "pti-4k-pcide-w0", 9, bench="range", param="pages",
                     value="4")]
        own = cells("pass", "pass", op="invpcid_address")
        for other, damage in ((cells("fail", "pass"), ""), (behind(cells("pass", "fail")), ""),
                              (cells("pass", "fail"), "a required check of invlpg failed"),
                              (cells("pass", "skipped"), "no required check of invlpg passed")):
            write_run(self.folder, results=rows, verify=[*own, *other])
            run = load(self.folder)
            self.assertEqual(run.is_whole, not damage)
            self.assertIn(damage, " ".join(map(str, run.problems)))
            self.assertEqual(run.rows("results.csv")[0]["believed"],
                             "0" if "fail" in {row["verdict"] for row in other[2:]} else "1")

    def test_an_operation_that_no_row_is_named_after_is_verified_in_the_state_of_a_row(self):
        for verify, wanted in ((cells("fail", "pass"), True), (cells("pass", "fail"), False),
                               (cells("pass", "skipped"), False)):
            run = self.loaded({PCIDS: ""}, verify)
            self.assertEqual(verified(run, "invlpg", run.rows("results.csv")[0]), wanted)


class Program(RunTest):
    def test_the_state_of_a_row_is_the_one_that_the_program_plans(self):
        rows = {tuple(row.items()) for profile in PROFILES for row in planned(profile)}
        states = set()
        for items in sorted(rows):
            row = Row(2, dict(items))
            states.add(variant.of(row).control_bits)
            self.assertEqual(variant.of(row).control_bits, (row["pcide"], row["tce"]), items)
            self.assertEqual(operations(row), [row["op"], *filter(None, [row["partner"]])], items)
        self.assertEqual(states, {("0", "0"), ("1", "0"), ("0", "1")})

    def test_so_it_is_of_rows_that_call_other_processors(self):
        for bench, op, name, pcide, more in (
                ("shootdown", "invlpg", "local", "0", []),
                ("shootdown", "invpcid_context", "local-pcide-otherpcid", "1", []),
                ("shootdown", "invlpgb_tlbsync", "broadcast-pause-pcide", "1", []),
                ("shootdown", "invpcid_context", "together-lock-pause-pcide-otherpcid", "1", []),
                ("shootdown", "invlpg", "together-gen-irqson-pause", "0", ["cr3_reload"]),
                ("lazy", "cr3_reload", "mask-first-pause", "0", [])):
            row = Row(2, {"bench": bench, "op": op, "variant": name})
            self.assertEqual(variant.of(row).control_bits, (pcide, "0"), name)
            self.assertEqual(operations(row), [op, *more], name)


class Shown(PageTest):
    """INVLPG keeps global pages with PCIDs alone, as Alder Lake's (ADL063)."""

    ROWS = [cost("invlpg", PLAIN, 200), cost("invlpg", PCIDS, 210, believed="0"),
            cost("cr3_reload", "marginal", 300)]
    VERIFY = [*cells("pass", "fail"), *checked("cr3_reload", "page_4k")]

    def test_the_page_names_the_state_that_failed(self):
        page = self.page(status=0, results=self.ROWS, verify=self.VERIFY)
        self.check_says(page, "invlpg with PCIDE=0 ✓ yes 1 required check passed: global_4k "
                        "(PCIDE=0).", "invlpg with PCIDE=1 ✗ NO 1 required check failed: "
                        "global_4k (PCIDE=1) (before the timing", "cr3_reload ✓ yes")
        self.assertNotIn("DAMAGED", page.text)

    def test_states_that_agree_are_one_line(self):
        write_run(self.folder, results=[cost("invlpg", PLAIN, 200), cost("invlpg", PCIDS, 210)],
                  verify=cells("pass", "pass"))
        self.assertNotIn("invlpg with", belief(load(self.folder)))

    def test_every_export_agrees(self):
        write_run(self.folder, results=self.ROWS, verify=self.VERIFY)
        lines = csv.DictReader(io.StringIO(tidy(load(self.folder))))
        self.assertEqual({row["variant"]: row["believed"] for row in lines},
                         {PLAIN: "1", PCIDS: "0", "marginal": "1"})
        document = json.loads(self.command("--export", "json", self.folder)[1])
        self.assertEqual({row["variant"]: row["believed"] for row in document["rows"]},
                         {PLAIN: True, PCIDS: False, "marginal": True})
        self.assertEqual(document["files"], {"whole": True, "problems": [], "notes": []})
        lava = self.command("--export", "lava", self.folder)[1]
        for name, result in ((PLAIN, "pass"), (PCIDS, "fail")):
            self.assertRegex(lava, rf"invlpg\.{name} RESULT={result}")
        gobench = self.command("--export", "gobench", self.folder)[1]
        believed = re.findall(r"believed: (\w+)|variant=([\w-]+)\S*/op=invlpg", gobench)
        self.assertEqual([one or other for one, other in believed], ["yes", PLAIN, "no", PCIDS])
