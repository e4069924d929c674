"""Runs that are sent: what is refused, what is stripped, and that each folder here is right."""

import os

from rundir import (EMULATOR, HARDWARE, RESULTS_FOLDER, RunTest, canary, checked, cost, histogram,
                    read, replace, write, write_run)

from tlbreport.fleet import contribute, private
from tlbreport.read.load import load

PAGE = "# Machines\n\n| environment |\n\nThe end.\n"
PROCESSOR = "GenuineIntel-6-143-8"
PRIVATE = (
    ("00:1b:21:3c:9d:f8", "a MAC address"), ("001b.213c.9df8", "a MAC address"),
    ("001B213C9DF8", "a MAC address"),
    ("4c4c4544-0042-3510-8052-b4c04f4e4432", "a UUID"),
    ("4C4C4544004235108052B4C04F4E4432", "a UUID"),
    ("10.0.0.7", "an address on a network"), ("fe80::21b:21ff:fe3c:9df8", "an address on a network"),
    ("2001:db8:0:0:1:0:0:1", "an address on a network"),
    ("Board Serial Number 7", "a serial number"), ("Serial: ABC1234", "a serial number"),
    ("serial ABC1234", "a serial number"), ("SN:7XK2", "a serial number"),
)


class Contribute(RunTest):
    def setUp(self):
        super().setUp()
        self.into = os.path.join(os.path.dirname(self.folder), "reference")
        os.mkdir(self.into)
        write(self.into, "README.md", PAGE.encode())

    def boots(self, many: int = 3, base=None, **facts) -> None:
        """So many boots of one machine."""
        for boot in range(many):
            self.boot(boot, base, **facts)

    def boot(self, number: int, base=None, believed: str = "1", name: str = "", **facts) -> None:
        """A boot, whose files are its own by its canary."""
        row = cost("invlpg", "first-bare-4k", 200, believed=believed)
        folder = os.path.join(self.folder, name or str(number))
        os.makedirs(folder)
        write_run(folder, machine={**(base or HARDWARE), "run_id": f"boot{number}", **facts},
                  results=[row], histogram=histogram(row, [(1, 2, 2047)]),
                  canary=canary([700 + number]),
                  verify=checked("invlpg", "page_4k", verdict="pass" if believed == "1" else "fail"))

    def names(self) -> list:
        """The folders of the runs that are there."""
        return sorted(os.listdir(os.path.join(self.into, PROCESSOR)))

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
        self.assertIn(" (left out: run_id, volumes, load_options, memory_end, histogram.csv)", said)
        run = load(os.path.join(self.into, PROCESSOR, self.names()[0]))
        self.assertEqual([str(one) for one in run.problems], [])
        self.assertEqual((run.fact("volumes"), run.fact("brand")), ("", HARDWARE["brand"]))
        self.assertEqual(sorted(os.listdir(run.folder)), [
            "canary.csv", "machine.csv", "results.csv", "selftest.csv", "verify.csv"])
        self.assertIn("| hardware | [Example Processor 1234 @ 2.00GHz](GenuineIntel-6-143-8/) |  | "
                      "Example UEFI 1.0 | 0x2b000590 | 3 | 100 |", read(self.into, "README.md").decode())
        self.assertTrue(read(self.into, "README.md").decode().endswith("\n\nThe end.\n"))
        self.assertEqual(list(contribute.faults(self.into)), [])

    def test_two_boots_are_refused(self):
        self.boots(2)
        self.check_refused("2 boots: 3 of one machine are the least")

    def test_one_boot_that_is_there_three_times_is_refused(self):
        for copy in "abc":
            self.boot(1, name=copy)
        self.check_refused("1 boot, 2 more are copies: 3 of one machine are the least")

    def test_boots_that_were_given_one_id_are_three_and_do_not_show_it(self):
        self.boots(run_id="dc1-rack4-host17.corp.example-1")
        status, said = self.add()
        self.assertEqual(status, 0, said)
        self.assertEqual(len(self.names()), 3)
        for name in self.names():
            self.assertRegex(name, "^20200101-000000-[0-9a-f]{8}$")
            self.assertNotIn(b"rack4", read(os.path.join(self.into, PROCESSOR, name), "machine.csv"))
        self.assertEqual(list(contribute.faults(self.into)), [])

    def test_a_fourth_boot_of_a_machine_that_is_there_is_added(self):
        self.boots()
        self.add()
        self.folder += "-later"
        self.boot(3)
        status, said = self.add()
        self.assertEqual(status, 0, said)
        self.assertIn("| 4 | 100 |", read(self.into, "README.md").decode())
        self.folder += "-other"
        self.boot(4, board="Y")
        self.assertIn("1 boot: 3 of one machine are the least", self.add()[1])

    def test_a_cost_of_an_operation_that_failed_its_verification_is_marked(self):
        for number in range(3):
            self.boot(number, believed="0" if number == 1 else "1")
        status, said = self.add()
        self.assertEqual(status, 0, said)
        self.assertIn("| 3 | 100 \u2717 |", read(self.into, "README.md").decode())

    def test_boards_are_machines_of_their_own(self):
        for number in range(3):
            self.boot(number, board=f"board {number}")
        self.check_refused("not boots of one machine in one state, different: board")
        self.folder += "-a"
        self.boots(board="A")
        self.add()
        self.folder += "-b"
        for number in range(3):
            self.boot(10 + number, board="B")
        self.assertEqual(self.add()[0], 0)
        table = read(self.into, "README.md").decode()
        for board in "AB":
            self.assertIn(f"| {board} | Example UEFI 1.0 | 0x2b000590 | 3 |", table)

    def test_without_the_page_nothing_is_added(self):
        self.boots()
        os.remove(os.path.join(self.into, "README.md"))
        status, said = self.add()
        self.assertEqual(status, 2)
        self.assertIn("README.md: No such file or directory: the table of machines is in it", said)
        self.assertEqual(os.listdir(self.into), [])
        write(self.into, "README.md", b"# No table\n")
        self.assertIn("has no line that begins with '| environment |'", self.add()[1])
        self.assertEqual(os.listdir(self.into), ["README.md"])

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
        for number, (value, what) in enumerate(PRIVATE):
            with self.subTest(value):
                self.folder = os.path.join(os.path.dirname(self.folder), f"private{number}")
                self.boots(board=f"X {value}")
                self.check_refused(f"machine.csv:18: {what}: ")

    def test_what_looks_private_and_is_not_is_kept(self):
        for text in ("commit,0123456789ab", "citation,SDM 3A 5.10.4.1 \"Operations\"",
                     "transport,\"serial, http\"", "date,2020-01-01T00:00:00Z", "seed,0x0123456789ab",
                     "firmware,Example::UEFI 1.2.3", "tsc_hz,123456789012"):
            self.assertEqual(list(private.telltales({"machine.csv": text.encode()})), [], text)

    def test_an_address_in_a_reason_is_private(self):
        for text in ("single_op,invlpg,x,,,,skipped,no answer of 10.1.2.3,ticks",
                     "single_op,invlpg,x,,,,skipped,no answer of fe80::1,ticks"):
            self.assertEqual(len(list(private.telltales({"results.csv": text.encode()}))), 1, text)

    def test_of_machine_csv_lists_and_addresses_are_left_out_and_caches_kept(self):
        self.boots(only="invlpg", cpus="0 2", cr3_found="0x1000", apic_base="0xfee00900",
                   cache_l2_bytes="2097152")
        said = self.add()[1]
        self.assertIn("(left out: run_id, only, cpus, cr3_found, apic_base, histogram.csv)", said)
        text = read(os.path.join(self.into, PROCESSOR, self.names()[0]), "machine.csv").decode()
        self.assertIn("cache_l2_bytes,2097152\n", text)
        self.assertNotIn("fee00900", text)

    def test_a_run_that_is_there_already_is_refused(self):
        self.boots()
        self.add()
        status, said = self.add()
        self.assertEqual(status, 2)
        self.assertIn("run boot0 is there already", said)

    def test_a_name_that_leads_out_of_the_folder_is_refused(self):
        self.boots(1, base=EMULATOR, vendor="../x")
        self.check_refused("processor: '../x-6-143-8' cannot be the name of a folder", "--emulated")

    def test_a_folder_that_somebody_changed_is_named(self):
        self.boots()
        self.add()
        first, second, third = (os.path.join(PROCESSOR, name) for name in self.names())
        folder = os.path.join(self.into, first)
        replace(folder, "machine.csv", "vendor,", "volumes,EFI\nvendor,")
        write(folder, "notes.txt", b"mine\n")
        os.rename(os.path.join(self.into, second), os.path.join(self.into, PROCESSOR, "boot3"))
        os.remove(os.path.join(self.into, third, "machine.csv"))
        found = "\n".join(contribute.faults(self.into))
        for text in (f"{first}/machine.csv: is not what `make reference` leaves of a run",
                     f"{first}/notes.txt: does not belong there",
                     f"boot3: should be {second}", f"{third}: machine.csv: is missing"):
            self.assertIn(text, found)

    def test_whatever_does_not_belong_into_the_folder_is_named(self):
        self.boots()
        self.add()
        first = os.path.join(PROCESSOR, self.names()[0])
        os.makedirs(os.path.join(self.into, first, "more"))
        os.makedirs(os.path.join(self.into, "X", "Y"))
        os.symlink("/", os.path.join(self.into, "away"))
        wrong = ["machine.csv", "away", f"{PROCESSOR}/private.txt", "X/Y/secret.log", f"{first}/more"]
        for name in (wrong[0], *wrong[2:4]):
            write(self.into, name, b"mine\n")
        self.assertEqual(sorted(contribute.faults(self.into)),
                         sorted(f"{name}: does not belong there" for name in wrong))

    def test_a_table_that_is_not_of_the_runs_is_named(self):
        self.boots()
        self.add()
        replace(self.into, "README.md", "| 3 | 100 |", "| 3 | 10 |")
        self.assertIn("its table is not of these runs", "\n".join(contribute.faults(self.into)))


class Reference(RunTest):
    def test_every_folder_of_the_tree_is_whole_stripped_and_in_the_table(self):
        self.assertEqual(list(contribute.faults(os.path.join(RESULTS_FOLDER, "reference"))), [])
