"""What a fleet keeps when it is interrupted, when a run or its folder is odd, and after an update."""

import os

from test_fleet import FleetTest

from tlbreport.fleet import site


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
