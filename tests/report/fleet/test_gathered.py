"""What a fleet keeps when it is interrupted, when a run or its folder is odd, and after an update."""

import os

from rundir import EMULATOR, cost, read, write
from test_fleet import FleetTest

from tlbreport.fleet import site


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
