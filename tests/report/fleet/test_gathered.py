"""What a fleet keeps when it is interrupted, when a run or its folder is odd, and after an update."""

import os
import shutil
from unittest import mock

from rundir import EMULATOR, cost, read, replace, write
from test_fleet import FleetTest

from tlbreport import cli
from tlbreport.fleet import gather, site, spread, tree

FOUND = "SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM spread)"


class Interrupted(FleetTest):
    """Ctrl-C, or a machine that goes down."""

    def interrupted(self, module, name: str):
        """The command ends at that function."""
        with mock.patch.object(module, name, side_effect=KeyboardInterrupt):
            with self.assertRaises(KeyboardInterrupt):
                self.command("--fleet", self.folder, "--out", self.site)

    def test_runs_that_are_kept_are_in_the_spread_after_the_next_call(self):
        self.add("a")
        self.interrupted(gather.spread, "renew")
        self.draw()
        self.assertEqual(self.ask(FOUND), [(1, 2)])

    def test_the_page_of_a_processor_is_drawn_by_the_next_call(self):
        self.add("a/1")
        self.draw()
        self.add("a/2", 300)
        self.interrupted(site, "settings")
        self.draw()
        self.says(self.page("processor-GenuineIntel-6-143-8"), "run2")

    def test_a_processor_that_is_done_is_not_drawn_again(self):
        self.add("a")
        self.draw()
        with mock.patch.object(site, "processor", side_effect=AssertionError):
            self.draw()


class OneMore(FleetTest):
    """What a call does follows from what is new, and not from what is there."""

    def written(self) -> list:
        """The pages that the next call writes."""
        with mock.patch.object(cli, "write_whole", wraps=cli.write_whole) as write_page:
            self.draw()
        return sorted(os.path.basename(call.args[0]) for call in write_page.call_args_list)

    def test_nothing_is_drawn_or_written_where_no_run_has_changed(self):
        self.add("a")
        self.draw()
        with mock.patch.object(site, "operations", side_effect=AssertionError), \
                mock.patch.object(site, "settings", side_effect=AssertionError):
            self.assertEqual(self.written(), [])

    def test_one_more_is_read_beside_the_packed_costs_of_its_processor_alone(self):
        for boot in range(3):
            self.add(f"a/{boot}")
            self.add(f"b/{boot}", model="7")
        self.draw()
        self.add("a/more")
        with mock.patch.object(gather, "extract", wraps=gather.extract) as read_run, \
                mock.patch.object(spread, "unpack", wraps=spread.unpack) as unpacked:
            written = self.written()
        self.assertEqual([call.args[1] for call in read_run.call_args_list], ["a/more"])
        self.assertEqual(unpacked.call_count, 4)
        self.assertEqual(written, ["index.html", "operation-invlpg.html",
                                   "processor-GenuineIntel-6-143-8.html"])

    def test_a_page_that_somebody_took_away_is_drawn_again(self):
        self.add("a")
        self.draw()
        for name in ("operation-invlpg.html", "settings.html", "index.html",
                     "processor-GenuineIntel-6-143-8.html"):
            os.remove(os.path.join(self.site, name))
            self.assertEqual(self.written(), [name])


class Odd(FleetTest):
    """One of many runs that no table can hold."""

    def test_a_number_that_is_too_large_is_named_and_the_others_are_read(self):
        self.add("a", tsc_hz="9" * 30)
        self.add("b")
        for _ in range(2):
            self.assertIn("a: not read: OverflowError", self.draw(status=1))
            self.says(self.page(), "a : not read: OverflowError")
            self.assertEqual(self.ask("SELECT folder FROM run"), [("b",)])
            self.assertEqual(self.ask(FOUND), [(1, 2)])

    def test_what_came_before_the_fault_of_a_run_is_not_kept(self):
        self.add("a")
        self.add("b", hypervisor="x")
        with mock.patch("tlbreport.fleet.extract.regrets", side_effect=lambda run: [
                ("d", "", 2**64 if run.fact("hypervisor") == "x" else 0, *[0] * 7)]):
            self.draw(status=1)
        self.assertEqual(self.ask("SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM fact "
                                  "WHERE run NOT IN (SELECT run FROM run))"), [(1, 0)])
        self.assertEqual(self.ask("SELECT count(*) FROM cost JOIN experiment USING (experiment)"),
                         self.ask("SELECT count(*) FROM cost"))

    def test_a_folder_whose_name_is_not_utf_8_is_read_and_named_by_its_bytes(self):
        self.add(os.fsdecode(b"caf\xe9/1"))
        self.add("b")
        self.draw()
        self.assertEqual(self.ask("SELECT folder FROM run ORDER BY folder"), [("b",), (r"caf\xe9/1",)])
        self.says(self.page("processor-GenuineIntel-6-143-8"), r"caf\xe9/1")

    def test_a_file_whose_name_is_not_utf_8_stops_no_other_run(self):
        write(self.add("a"), os.fsdecode(b"caf\xe9.csv"), b"")
        self.add("b")
        self.draw(status=1)
        self.assertEqual(self.ask("SELECT folder FROM run WHERE files_whole"), [("b",)])


class Gone(FleetTest):
    def test_a_tree_without_a_run_takes_nothing_out(self):
        self.add("a")
        self.draw()
        before = read(self.site, "index.html")
        shutil.rmtree(os.path.join(self.folder, "a"))
        status, _, err = self.command("--fleet", self.folder, "--out", self.site)
        self.assertEqual(status, 2)
        self.assertIn("no folder in it holds a file of a run; runs that were read before and are "
                      "kept: 1", err)
        self.assertEqual(self.ask(FOUND), [(1, 2)])
        self.assertEqual(read(self.site, "index.html"), before)


class Copies(FleetTest):
    """Folders that share an id: `run=a17` may be set for a whole rack."""

    def damaged(self, folder: str):
        data = read(folder, "results.csv")
        write(folder, "results.csv", data[:-30])

    def counted(self) -> list:
        return [folder for folder, in self.ask(
            "SELECT folder FROM run WHERE duplicate_of IS NULL ORDER BY folder")]

    def test_a_damaged_run_of_another_machine_is_no_copy(self):
        self.add("host1/boot", run_id="a17")
        self.damaged(self.add("host2/boot", run_id="a17"))
        self.draw(status=1)
        self.assertEqual(self.counted(), ["host1/boot", "host2/boot"])

    def test_a_damaged_run_of_another_processor_or_date_is_no_copy(self):
        self.add("rack/1", run_id="a17")
        self.damaged(self.add("rack/2", run_id="a17", model="7"))
        self.damaged(self.add("rack/3", run_id="a17", date="2020-01-02T00:00:00Z"))
        self.damaged(self.add("rack/4", run_id="a17"))
        self.draw(status=1)
        self.assertEqual(self.counted(), ["rack/1", "rack/2", "rack/3"])


class Damaged(FleetTest):
    """What is cut stands by itself, whatever it ran on."""

    def test_an_emulated_run_whose_results_are_cut_is_damaged(self):
        folder = self.add_run("a", [cost("invlpg", "first-bare-4k", 200)], base=EMULATOR)
        write(folder, "results.csv", read(folder, "results.csv")[:-30])
        self.draw(status=1)
        self.assertEqual(self.ask("SELECT environment FROM run"), [("damaged",)])

    def test_a_run_whose_machine_file_is_missing_is_damaged(self):
        os.remove(os.path.join(self.add("a"), "machine.csv"))
        self.draw(status=1)
        self.assertEqual(self.ask("SELECT environment FROM run"), [("damaged",)])


class Updated(FleetTest):
    """A new version of the program may read more, or draw other pages."""

    def test_all_is_read_and_drawn_again_by_another_version(self):
        self.add("a")
        self.draw()
        with mock.patch.object(tree, "program", return_value="another"), \
                mock.patch.object(gather, "extract", wraps=gather.extract) as seen, \
                mock.patch.object(site, "processor", wraps=site.processor) as drawn:
            self.draw()
        self.assertEqual((seen.call_count, drawn.call_count), (1, 1))

    def test_the_version_follows_from_the_sources(self):
        there = os.path.join(self.folder, "sources")
        os.makedirs(os.path.join(there, "read"))
        write(there, "read/load.py", b"first")
        before = tree.checksum(there)
        write(there, "read/load.pyc", b"made")
        self.assertEqual(tree.checksum(there), before)
        replace(os.path.join(there, "read"), "load.py", "first", "then")
        self.assertNotEqual(tree.checksum(there), before)


class Command(FleetTest):
    def test_options_that_do_not_go_with_a_fleet_are_refused(self):
        self.add("a")
        for more in (("--contribute", self.site), ("--emulated",)):
            status, _, err = self.command("--fleet", self.folder, "--out", self.site, *more)
            self.assertEqual(status, 2)
            self.assertIn("--fleet DIR takes --out SITE, and nothing else", err)
        self.assertFalse(os.path.exists(self.site))

    def test_options_that_are_of_no_use_beside_contribute_are_refused(self):
        status, _, err = self.command("--contribute", self.folder, "--out", self.site)
        self.assertEqual((status, "--contribute takes the folders of runs" in err), (2, True))
        status, _, err = self.command("--emulated", self.add("a"))
        self.assertEqual((status, "--emulated goes with --contribute" in err), (2, True))
