"""The lines for a terminal say what the report says, and fit."""

import os
import subprocess

from pagecheck import PageTest
from rundir import EMULATOR, GUEST, csv_bytes, restate, write, write_run
from showcase import showcase
from synthetic import Machine, Rows, follow, machine_facts
from test_litmus import COLUMNS, FORBIDDEN, ROWS
from test_policy import VERIFIED

from tlbreport import terminal
from tlbreport.cli import main
from tlbreport.derived import derived
from tlbreport.find import sentences
from tlbreport.find.crossing import CONTRADICTED as UNTOLD
from tlbreport.find.headline_rows import headlines
from tlbreport.read import litmus
from tlbreport.read.load import load
from tlbreport.sections import head

SUMMARY = os.path.join(os.path.dirname(__file__), "..", "..", "host", "summary.sh")


def costs(folder: str) -> dict:
    """Name -> ticks, of the table that run.sh shows without a report."""
    said = subprocess.run(["sh", "-c", '. "$1"; out=$2 work=$2; show_headline', "sh", SUMMARY,
                           folder], capture_output=True, text=True, check=True).stdout
    return {line[:27].strip(): line[27:37].strip() for line in said.splitlines()[1:]}


def counted(folder: str) -> str:
    """What run.sh says of the verification."""
    return subprocess.run(["sh", "-c", '. "$1"; out=$2; show_verification', "sh", SUMMARY, folder],
                          capture_output=True, text=True, check=True).stdout.strip()


def litmus_line(folder: str) -> str:
    """What run.sh says of litmus tests that ended as they must not."""
    said = subprocess.run(["sh", "-c", '. "$1"; out=$2 work=$2; show_verdict', "sh", SUMMARY,
                           folder], capture_output=True, text=True, check=True).stdout
    return next((line for line in said.splitlines() if line.startswith("litmus")), "")


def rows_of(*benches: str) -> list:
    """Rows of a machine whose truth is known."""
    rows = Rows(1)
    follow(Machine(), rows, *benches)
    return rows.rows


EVERYTHING = rows_of("refill", "range", "tlb_size", "pcid_capacity")


class Terminal(PageTest):
    def lines(self, results=EVERYTHING, **more) -> dict:
        """Label -> its text, of a run of these rows."""
        write_run(self.folder, results=results, verify=VERIFIED, **more)
        found, text = {}, terminal.lines(load(self.folder))
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80)
            label, said = line[:12].strip(), line[12:]
            last = label or last
            found[last] = f"{found.get(last, '')} {said}".strip()
        self.assertLessEqual(len(text.splitlines()), 6, text)
        return found

    def derived_values(self, what: str) -> list:
        """Values in derived.csv, in its order."""
        return [line.split(",")[3] for line in derived(load(self.folder)).splitlines()
                if line.startswith(f"{what},")]

    def test_a_break_even_of_the_terminal_is_one_of_derived_csv(self):
        said = self.lines()["break-even"]
        self.assertIn(" pages (W = 0), ", said)
        known = {f"{float(value):.1f}" for value in self.derived_values("break_even") if value}
        told = [word for word in said.replace(",", "").split() if "." in word]
        self.assertTrue(told)
        self.assertLessEqual(set(told), known)

    def test_what_holds_at_several_working_sets_is_said_once(self):
        self.assertEqual(terminal.each_w([(0, "3 pages"), (8, UNTOLD), (64, UNTOLD)]),
                         f"3 pages (W = 0), {UNTOLD} (8, 64)")
        self.assertEqual(terminal.each_w([(0, UNTOLD), (8, UNTOLD), (64, "5 pages")]),
                         f"{UNTOLD} (W = 0, 8), 5 (64)")
        self.assertEqual(terminal.each_w([(0, "3 pages"), (8, UNTOLD), (64, "3 pages")]),
                         f"3 pages (W = 0), {UNTOLD} (8), 3 (64)")
        self.assertEqual(terminal.each_w([(0, UNTOLD), (8, UNTOLD)]),
                         f"{UNTOLD} at each working set")

    def test_the_rows_of_the_terminal_are_those_of_the_first_screen(self):
        run = showcase()
        run["results"] = [{**row, "cost": row.get("p50", "")} for row in run["results"]]
        write_run(self.folder, **run)
        found = headlines(load(self.folder))
        self.assertTrue(all(one.row for one in found), found)
        number = {one.name: one.row.number("cost") for one in found}
        self.assertEqual(costs(self.folder), {
            name: f"{ticks:.0f}" if ticks >= 1000 else f"{ticks:.1f}"
            for name, ticks in number.items()})

    def test_the_terminal_counts_the_checks_of_the_page(self):
        run = showcase()
        for change in ({}, {"verdict": "fail"}, {"verdict": "inconclusive"}):
            run["verify"][0].update(change)
            write_run(self.folder, **run)
            found = [cell.verdict for cell in head.must(load(self.folder))
                     if not cell.is_fault and not cell.is_witness]
            seen, missed = found.count("pass"), found.count("fail")
            self.assertEqual(counted(self.folder), f"verification: {seen} checks passed, {missed} "
                             f"failed, {len(found) - seen - missed} not tested")
            kind, _, said = head.verification(head.must(load(self.folder)))
            self.assertEqual(kind, "bad" if missed else "good")
            self.assertIn(f" {seen + missed} invalidations", said)

    def test_a_ceiling_is_recommended_of_hardware_and_of_a_valid_guest(self):
        said = self.lines()["ceiling"]
        self.assertEqual([said], list(sentences.ceiling(load(self.folder))))
        self.assertRegex(said, r"^(Use|Keep) .*: [\d.]+ times the best choice at worst")
        self.assertEqual(self.lines(machine=GUEST)["ceiling"], said)
        self.assertEqual(self.lines(machine=EMULATOR)["ceiling"],
                         "nothing is recommended: the timing is not valid")
        self.lines()
        os.remove(os.path.join(self.folder, "selftest.csv"))
        self.assertIn("not all files are whole", terminal.lines(load(self.folder)))

    def test_sizes_stand_beside_those_of_cpuid(self):
        facts = machine_facts(Machine())
        self.assertRegex(self.lines(machine=facts)["TLB"],
                         r"^data, 4 KiB: full at \S.* and \S.*; CPUID: 64 and ")

    def test_pcids_that_are_kept_are_counted(self):
        said = self.lines()["PCIDs"]
        self.assertTrue(said.endswith("keep a translation"), said)
        self.assertNotIn(";", said)
        self.assertIn(self.derived_values("pcid_capacity")[0].split(".")[0], said)

    def test_pcids_of_which_none_was_lost_are_those_that_were_tried(self):
        rows = Rows(1)
        for others in (1, 4, 64):
            rows.add("pcid_capacity", "cr3_pcid_noflush", "noflush-s0", 0.0, ("pcids", others))
        rows.add("refill", "cr3_pcid_flush", "4k-pcide-random-warm-dense", 25.0, ("pages", 64))
        self.assertEqual(self.lines(rows.rows)["PCIDs"],
                         "65 keep a translation; more were not tried")

    def test_the_terminal_names_the_litmus_tests_of_the_page(self):
        write_run(self.folder)
        for rows in (ROWS, [*ROWS, *FORBIDDEN, {**FORBIDDEN[1], "test": "n5"}]):
            write(self.folder, "litmus.csv", csv_bytes(COLUMNS, rows))
            restate(self.folder)
            names = [one.test for one in litmus.forbidden(load(self.folder))]
            self.assertEqual(litmus_line(self.folder), f"litmus: {len(names)} forbidden: "
                             f"{', '.join(names)}" if names else "")

    def test_what_was_not_measured_is_said(self):
        said = self.lines(rows_of("switch"))
        self.assertEqual(said["break-even"], "no believed rows of range say")
        self.assertEqual(said["ceiling"], "nothing is recommended: no believed rows of range say")
        self.assertEqual(said["TLB"], "was not measured")
        self.assertEqual(said["PCIDs"], "were not measured")

    def test_an_option_writes_them(self):
        write_run(self.folder, results=EVERYTHING, verify=VERIFIED)
        path = os.path.join(self.folder, "lines")
        self.assertEqual(main([self.folder, "--lines", path]), 0)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), terminal.lines(load(self.folder)))
