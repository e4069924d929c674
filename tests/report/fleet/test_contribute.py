"""Runs that are sent: what is refused, what is stripped, and that each folder here is right."""

import os

from rundir import (EMULATOR, HARDWARE, RESULTS_FOLDER, RunTest, canary, cost, histogram, read,
                    replace, write, write_run)

from tlbreport.fleet import contribute
from tlbreport.read.load import load

PAGE = "# Machines\n\n| environment |\n\nThe end.\n"


class Contribute(RunTest):
    def setUp(self):
        super().setUp()
        self.into = os.path.join(os.path.dirname(self.folder), "reference")
        os.mkdir(self.into)
        write(self.into, "README.md", PAGE.encode())

    def boots(self, many: int = 3, base=None, **facts) -> None:
        """So many boots of one machine."""
        row = cost("invlpg", "first-bare-4k", 200)
        for boot in range(many):
            folder = os.path.join(self.folder, str(boot))
            os.makedirs(folder)
            write_run(folder, machine={**(base or HARDWARE), "run_id": f"boot{boot}", **facts},
                      results=[row], histogram=histogram(row, [(1, 2, 2047)]), canary=canary([7]))

    def add(self, *options: str) -> tuple:
        status, out, err = self.command("--contribute", self.into, *options, self.folder)
        return status, out + err

    def check_refused(self, text: str, *options: str):
        """It is refused with that text, and nothing has changed."""
        status, said = self.add(*options)
        self.assertEqual(status, 2)
        self.assertIn(text, said)
        self.assertEqual(os.listdir(self.into), ["README.md"])
        self.assertEqual(read(self.into, "README.md").decode(), PAGE)

    def test_three_boots_are_added_stripped_and_stand_in_the_table(self):
        self.boots(volumes="EFI 1234-ABCD", load_options="upload=http://lab/", memory_end="0x1")
        status, said = self.add()
        self.assertEqual(status, 0, said)
        self.assertIn("boot0 (left out: volumes, load_options, memory_end, histogram.csv)", said)
        run = load(os.path.join(self.into, "GenuineIntel-6-143-8", "boot0"))
        self.assertEqual([str(one) for one in run.problems], [])
        self.assertEqual((run.fact("volumes"), run.fact("brand")), ("", HARDWARE["brand"]))
        self.assertEqual(sorted(os.listdir(run.folder)), [
            "canary.csv", "machine.csv", "results.csv", "selftest.csv", "verify.csv"])
        self.assertIn("| hardware | [Example Processor 1234 @ 2.00GHz](GenuineIntel-6-143-8/) | "
                      "0x2b000590 | 3 | 100 |", read(self.into, "README.md").decode())
        self.assertTrue(read(self.into, "README.md").decode().endswith("\n\nThe end.\n"))
        self.assertEqual(list(contribute.faults(self.into)), [])

    def test_two_boots_are_refused(self):
        self.boots(2)
        self.check_refused("2 boots: 3 of one machine are the least")

    def test_one_boot_that_is_there_three_times_is_refused(self):
        self.boots(3, run_id="one")
        self.check_refused("1 boot: 3 of one machine are the least")

    def test_boots_of_several_machines_are_refused(self):
        self.boots()
        replace(os.path.join(self.folder, "1"), "machine.csv", "0x2b000590", "0x2b000599")
        self.check_refused("not boots of one machine in one state, different: microcode")

    def test_damage_is_refused_with_file_and_line(self):
        self.boots()
        replace(os.path.join(self.folder, "2"), "results.csv", ",ok,", ",0k,")
        self.check_refused("damaged: results.csv:2: status: '0k' is not one of")

    def test_invalid_timing_is_refused_also_where_emulators_are_taken(self):
        self.boots(timing_valid="0", timing_reason="timers disagree")
        self.check_refused("timing_valid = 0: timers disagree", "--emulated")

    def test_an_emulator_is_taken_if_asked_for_and_says_so_first(self):
        self.boots(1, base=EMULATOR)
        self.check_refused("with EMULATED=1 it is taken, and marked")
        self.assertEqual(self.add("--emulated")[0], 0)
        self.assertIn("| **emulator (tcg): not a measurement of hardware** | ",
                      read(self.into, "README.md").decode())
        self.assertEqual(list(contribute.faults(self.into)), [])

    def test_what_looks_private_in_what_is_kept_is_refused_with_its_line(self):
        for value, what in (("00:1b:21:3c:9d:f8", "a MAC address"),
                            ("4c4c4544-0042-3510-8052-b4c04f4e4432", "a UUID"),
                            ("10.0.0.7", "an address on a network"),
                            ("Board Serial Number 7", "a serial number")):
            with self.subTest(what):
                self.folder = os.path.join(os.path.dirname(self.folder), what)
                self.boots(board=f"X {value}")
                self.check_refused(f"machine.csv:18: {what}: ")

    def test_a_run_that_is_there_already_is_refused(self):
        self.boots()
        self.add()
        status, said = self.add()
        self.assertEqual(status, 2)
        self.assertIn("run boot0 is there already", said)

    def test_an_id_that_leads_out_of_the_folder_is_refused(self):
        self.boots(1, base=EMULATOR, run_id="../x")
        self.check_refused("run_id: '../x' cannot be the name of a folder", "--emulated")

    def test_a_folder_that_somebody_changed_is_named(self):
        self.boots()
        self.add()
        folder = os.path.join(self.into, "GenuineIntel-6-143-8", "boot1")
        replace(folder, "machine.csv", "vendor,", "volumes,EFI\nvendor,")
        write(folder, "notes.txt", b"mine\n")
        os.rename(os.path.join(self.into, "GenuineIntel-6-143-8", "boot2"),
                  os.path.join(self.into, "GenuineIntel-6-143-8", "boot3"))
        found = "\n".join(contribute.faults(self.into))
        for text in ("boot1/machine.csv: is not what `make reference` leaves of a run",
                     "boot1: notes.txt: does not belong there",
                     "boot3: should be GenuineIntel-6-143-8/boot2"):
            self.assertIn(text, found)

    def test_a_table_that_is_not_of_the_runs_is_named(self):
        self.boots()
        self.add()
        replace(self.into, "README.md", "| 3 | 100 |", "| 3 | 10 |")
        self.assertIn("its table is not of these runs", "\n".join(contribute.faults(self.into)))


class Reference(RunTest):
    def test_every_folder_of_the_tree_is_whole_stripped_and_in_the_table(self):
        self.assertEqual(list(contribute.faults(os.path.join(RESULTS_FOLDER, "reference"))), [])
