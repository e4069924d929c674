"""A tree of runs becomes a database and a site: what is counted, what is named, what is read again."""

import os
import shutil
import sqlite3
from unittest import mock

from pagecheck import Page
from rundir import (EMULATOR, GUEST, HARDWARE, RunTest, checked, cost, read, replace, small_verify, write,
                    write_run)
from test_policy import crossing_at

from tlbreport.fleet import gather, schema

VERIFIED = [*checked("invlpg", "page_4k"), *checked("cr3_reload", "page_4k")]


class FleetTest(RunTest):
    """A tree of its own, and the site of it."""

    def setUp(self):
        super().setUp()
        self.site = os.path.join(os.path.dirname(self.folder), "site")
        self.made = 0

    def add(self, name: str, median: float = 200, **machine) -> str:
        """A run of one row in a folder of the tree."""
        return self.add_run(name, results=[cost("invlpg", "first-bare-4k", median)], **machine)

    def add_run(self, name: str, results: list, verify=None, base=None, **machine) -> str:
        folder = os.path.join(self.folder, name)
        os.makedirs(folder)
        self.made += 1
        facts = {**(base or HARDWARE), "run_id": f"run{self.made}", **machine}
        return write_run(folder, machine=facts, results=results, verify=verify or small_verify())

    def draw(self, status: int = 0) -> str:
        """Brings the site up to date; what stands on standard error."""
        found, out, err = self.command("--fleet", self.folder, "--out", self.site)
        self.assertEqual(found, status, err)
        self.assertEqual(out, os.path.join(self.site, "index.html") + "\n")
        return err

    def page(self, name: str = "index") -> Page:
        """A page of the site, well formed."""
        page = Page(read(self.site, f"{name}.html").decode())
        self.assertEqual(page.faults, [])
        return page

    def ask(self, query: str) -> list:
        """What the database says."""
        base = sqlite3.connect(os.path.join(self.site, schema.NAME))
        try:
            return base.execute(query).fetchall()
        finally:
            base.close()

    def says(self, page: Page, *texts: str):
        for text in texts:
            self.assertIn(text, page.text)


class Gathered(FleetTest):
    def test_every_folder_that_holds_a_run_is_read_at_any_depth(self):
        self.add("one")
        self.add("rack/two/boot")
        self.draw()
        self.assertEqual(self.ask("SELECT folder, machine, environment FROM run ORDER BY folder"),
                         [("one", HARDWARE["brand"], "hardware"),
                          ("rack/two/boot", "rack/two", "hardware")])

    def test_a_run_that_was_read_is_not_read_again_until_it_changes(self):
        self.add("a")
        self.add("b")
        self.draw()
        with mock.patch.object(gather, "extract", side_effect=AssertionError):
            self.draw()
        replace(os.path.join(self.folder, "a"), "machine.csv", "run1", "other")
        with mock.patch.object(gather, "extract", wraps=gather.extract) as seen:
            self.draw()
        self.assertEqual([call.args[1] for call in seen.call_args_list], ["a"])
        self.assertEqual(self.ask("SELECT run_id FROM run ORDER BY folder"), [("other",), ("run2",)])

    def test_many_are_read_by_several_processes_and_nothing_is_lost(self):
        for number in range(24):
            self.add(f"m{number % 4}/r{number}", 200 + number)
        with mock.patch("os.sched_getaffinity", return_value={0, 1}), \
                mock.patch.object(gather, "BATCH", 5), mock.patch.object(gather, "HELD", 2):
            self.draw()
        self.assertEqual(self.ask("SELECT count(*), count(DISTINCT run), min(p50), max(p50) FROM cost"),
                         [(24, 24, 200.0, 223.0)])

    def test_the_same_run_in_two_folders_counts_once_and_is_named(self):
        shutil.copytree(self.add("a"), os.path.join(self.folder, "copy"))
        self.draw()
        self.says(self.page(), "1 run of 1 processor model, hardware",
                  "copy : the same run as a: not counted again")
        self.assertEqual(self.ask("SELECT runs FROM spread"), [(1,), (1,)])

    def test_a_damaged_copy_gives_way_to_the_whole_run(self):
        shutil.copytree(self.add("whole"), os.path.join(self.folder, "cut"))
        data = read(os.path.join(self.folder, "cut"), "results.csv")
        write(os.path.join(self.folder, "cut"), "results.csv", data[:-30])
        self.draw(status=1)
        self.assertEqual(self.ask("SELECT folder FROM run WHERE duplicate_of IS NULL"), [("whole",)])

    def test_different_runs_that_share_an_id_both_count(self):
        self.add("a", 200, run_id="same")
        self.add("b", 300, run_id="same")
        self.draw()
        self.assertEqual(self.ask("SELECT count(*) FROM run WHERE duplicate_of IS NULL"), [(2,)])

    def test_damage_is_named_with_file_line_and_value_and_ends_with_1(self):
        self.add("good")
        self.add_run("bad", [cost("invlpg", "first-bare-4k", 2, n="abc")])
        err = self.draw(status=1)
        self.assertIn(f"{self.folder}/bad: damaged: results.csv:2: n: 'abc' is not a number", err)
        self.says(self.page(), "bad : damaged: results.csv:2: n: 'abc' is not a number")
        self.assertEqual(self.ask("SELECT environment FROM run ORDER BY folder"),
                         [("damaged",), ("hardware",)])

    def test_a_run_that_nothing_can_be_made_of_is_named_and_the_others_are_read(self):
        self.add("good")
        self.add("odd")
        with mock.patch("tlbreport.fleet.extract.load", side_effect=lambda path, unparsed: (
                1 / 0 if path.endswith("odd") else gather_load(path, unparsed))):
            err = self.draw(status=1)
        self.assertIn("odd: not read: ZeroDivisionError: division by zero", err)
        self.assertEqual(self.ask("SELECT folder FROM run"), [("good",)])

    def test_a_run_that_is_gone_is_taken_out_and_named(self):
        self.add("a")
        shutil.rmtree(self.add("b", model="7"))
        self.add("c", model="8")
        self.draw()
        shutil.rmtree(os.path.join(self.folder, "c"))
        self.assertIn("c: is gone, and taken out", self.draw())
        self.assertEqual(self.ask("SELECT folder FROM run"), [("a",)])
        self.assertEqual(self.ask("SELECT count(*) FROM cost"), [(1,)])
        self.assertEqual([name for name in os.listdir(self.site) if name.startswith("processor-")],
                         ["processor-GenuineIntel-6-143-8.html"])

    def test_what_was_interrupted_is_in_the_database_whole_or_not_at_all(self):
        self.add("a")
        with mock.patch("tlbreport.fleet.store.Store.add_run", side_effect=KeyboardInterrupt):
            with self.assertRaises(KeyboardInterrupt):
                self.command("--fleet", self.folder, "--out", self.site)
        self.draw()
        self.assertEqual(self.ask("SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM cost)"),
                         [(1, 1)])

    def test_what_is_no_tree_of_runs_and_what_is_no_database_end_with_2(self):
        status, _, err = self.command("--fleet", self.folder, "--out", self.site)
        self.assertEqual(status, 2)
        self.assertIn("no folder in it holds a file of a run", err)
        self.assertEqual(self.command("--fleet", "/nowhere", "--out", self.site)[0], 2)
        self.assertEqual(self.command("--fleet", self.folder)[0], 2)
        self.add("a")
        write(self.site, schema.NAME, b"no database" * 100)
        status, _, err = self.command("--fleet", self.folder, "--out", self.site)
        self.assertEqual(status, 2)
        self.assertIn(f"{self.site}/{schema.NAME}: file is not a database", err)

    def test_tables_of_another_version_are_left_alone(self):
        self.add("a")
        self.draw()
        base = sqlite3.connect(os.path.join(self.site, schema.NAME))
        base.execute("PRAGMA user_version = 99")
        base.close()
        status, _, err = self.command("--fleet", self.folder, "--out", self.site)
        self.assertEqual(status, 2)
        self.assertIn("tables of version 99", err)


def gather_load(path, unparsed):
    from tlbreport.read.load import load
    return load(path, unparsed)


class Site(FleetTest):
    def test_a_machine_is_a_line_with_its_headline_costs_in_nanoseconds(self):
        for boot, median in enumerate((200, 210, 260)):
            self.add(f"m/boot{boot}", median)
        self.draw()
        self.says(self.page(), "hardware GenuineIntel 6 143 Example Processor 1234 @ 2.00GHz m "
                               "0x2b000590 3 105")

    def test_the_middle_is_of_machines_and_not_of_boots(self):
        for boot, median in enumerate((200, 200, 200, 202)):
            self.add(f"often/{boot}", median)
        self.add("once/1", 300)
        self.add("other/1", 400)
        self.draw()
        self.assertEqual(self.ask(
            "SELECT runs, machines, least, middle, greatest, over_boots FROM spread "
            "WHERE microcode = ''"), [(6, 3, 100.0, 150.0, 200.0, 1.0)])
        self.says(self.page("processor-GenuineIntel-6-143-8"),
                  "invlpg first-bare-4k 150 100 200 ns 1 3 6")

    def test_a_guest_of_a_fleet_keeps_its_mark(self):
        self.add("real/1", 200)
        self.add_run("kvm/1", [cost("invlpg", "first-bare-4k", 900)], base=GUEST)
        self.draw()
        self.assertIn('<tr class="marked"><th>guest of kvm (vm)',
                      read(self.site, "index.html").decode())
        self.says(self.page("processor-GenuineIntel-6-143-8"),
                  "GUEST OF KVM (vm): VALID FOR THIS GUEST ALONE")
        page = read(self.site, "processor-GenuineIntel-6-143-8.html").decode()
        self.assertIn("guest of kvm (vm). GUEST OF KVM (vm): VALID FOR THIS GUEST ALONE", page)

    def test_what_is_no_hardware_stands_apart_and_marked(self):
        self.add("real/1", 200)
        self.add_run("qemu/1", [cost("invlpg", "first-bare-4k", 900)], base=EMULATOR)
        self.draw()
        page = read(self.site, "index.html").decode()
        self.assertIn('<tr class="marked"><th>emulator (tcg)', page)
        self.assertIn("<tr><th>hardware", page)
        model = read(self.site, "processor-GenuineIntel-6-143-8.html").decode()
        self.assertIn("NOT A MEASUREMENT OF HARDWARE", Page(model).text)
        self.assertEqual(self.ask("SELECT environment, middle FROM spread WHERE microcode = '' "
                                  "ORDER BY environment"),
                         [("emulator (tcg)", 450.0), ("hardware", 100.0)])

    def test_an_operations_page_has_every_processor_the_cheapest_first(self):
        self.add("a/1", 300, model="7", brand="Dear")
        self.add("b/1", 100, model="8", brand="Cheap")
        self.draw()
        text = self.page("operation-invlpg").text
        self.assertLess(text.index("Cheap"), text.index("Dear"))
        self.says(self.page("operations"), "invlpg 2")

    def test_a_row_that_is_not_believed_is_left_out_and_counted(self):
        failed = checked("invlpg", "page_4k", verdict="fail")
        self.add("a/1", 200)
        self.add_run("a/2", [cost("invlpg", "first-bare-4k", 900, believed="0")], verify=failed)
        self.draw()
        self.says(self.page("operation-invlpg"), "100 100 100 ns 1 1 1")
        self.says(self.page("errata"), "invlpg keeps page_4k", "400 of 400 trials")

    def test_the_regret_says_on_how_many_models_a_setting_is_right(self):
        for number, pages in enumerate((10, 40, 40)):
            for boot in range(2):
                self.add_run(f"m{number}/{boot}", crossing_at(pages), verify=VERIFIED,
                             model=str(number))
        self.draw()
        text = self.page("settings").text
        self.assertRegex(text, r"33 is right on [12] of 3 models")
        self.assertEqual(self.ask("SELECT count(DISTINCT processor) FROM setting "
                                  "WHERE environment = 'hardware' AND runs = 2"), [(3,)])

    def test_an_emulator_says_nothing_of_what_to_set_on_hardware(self):
        self.add_run("qemu/1", crossing_at(20), verify=VERIFIED, base=EMULATOR)
        self.draw()
        self.assertEqual(self.ask("SELECT DISTINCT environment FROM setting"), [("emulator (tcg)",)])
        self.says(self.page("settings"), "EMULATOR (tcg): NOT A MEASUREMENT OF HARDWARE")

    def test_revisions_of_microcode_differ_where_their_boots_lie_apart(self):
        for boot in range(3):
            self.add(f"m/old{boot}", 300 + boot, microcode="0x1")
            self.add(f"m/new{boot}", 200 + boot, microcode="0x2")
        self.draw()
        self.says(self.page("microcode"), "0x1, 0x2", "Experiments that differ: 1.",
                  "0x1 150.5 150 151 3 1 0x2 100.5 3 1 50 1.498 ns")

    def test_revisions_whose_boots_overlap_or_are_few_do_not_differ(self):
        for boot in range(3):
            self.add(f"m/old{boot}", 300 + 10 * boot, microcode="0x1")
            self.add(f"m/new{boot}", 290 + 10 * boot, microcode="0x2")
        self.add("m/once", 900, microcode="0x3")
        self.draw()
        self.says(self.page("microcode"), "No cost differs")

    def test_names_from_files_are_text_and_files_of_their_own(self):
        self.add("a/1", vendor="../<b>", brand="<script>x")
        self.draw()
        self.assertIn("&lt;script&gt;x", read(self.site, "index.html").decode())
        self.assertTrue(any(name.startswith("processor-.._") for name in os.listdir(self.site)))
        self.assertEqual(os.listdir(os.path.dirname(self.site)).count("site"), 1)

    def test_every_link_leads_to_a_page_of_the_site(self):
        self.add("a/1", 200)
        self.add_run("b/1", crossing_at(20), verify=VERIFIED, model="9")
        self.draw()
        there = set(os.listdir(self.site))
        for name in sorted(one for one in there if one.endswith(".html")):
            page = self.page(name.removesuffix(".html"))
            self.assertEqual({one for one in page.pointers if not one.startswith("#")} - there,
                             set(), name)
