"""Whatever is no valid measurement of hardware says so on every plot."""

import os

from pagecheck import Page, PageTest
from rundir import EMULATOR, GUEST, HARDWARE, read, replace, write_run


class Watermark(PageTest):
    def check_marked(self, page: Page, *lines: str):
        self.assertGreaterEqual(len(page.pictures), 2)
        for picture in page.pictures:
            self.assertTrue(picture.watermarked, picture.label)
            for line in lines:
                self.assertIn(line, picture.texts)
                self.assertIn(line, picture.label)
        self.check_says(page, *lines)

    def test_every_plot_of_an_emulator_is_watermarked(self):
        for env in ("tcg", "tcg_icount", "bochs", "model"):
            with self.subTest(env):
                page = self.page(drawn=True, machine={**EMULATOR, "env": env})
                self.check_marked(page, f"EMULATOR ({env}):", "NOT A MEASUREMENT OF HARDWARE")

    def test_every_plot_of_a_virtual_machine_is_watermarked(self):
        page = self.page(drawn=True, machine={**HARDWARE, "env": "vm"})
        self.check_marked(page, "VIRTUAL MACHINE (vm):", "NOT A MEASUREMENT OF HARDWARE")

    def test_every_plot_of_a_guest_that_is_valid_has_a_mark_of_its_own(self):
        page = self.page(drawn=True, machine=GUEST)
        self.check_marked(page, "GUEST OF KVM (vm):", "VALID FOR THIS GUEST ALONE")
        self.assertNotIn(b"NOT A MEASUREMENT", read(self.folder, "report.html"))
        self.assertIn(b'<table class="rows marked"', read(self.folder, "report.html"))
        page = self.page(drawn=True, machine={**GUEST, "hypervisor_name": ""})
        self.check_marked(page, "GUEST OF AN UNNAMED HYPERVISOR (vm):")

    def test_only_a_virtual_machine_is_valid_for_its_guest(self):
        for machine, line in (({**EMULATOR, "timing_valid": "vm"}, "EMULATOR (tcg):"),
                              ({**HARDWARE, "timing_valid": "vm"}, "TIMING NOT VALID:"),
                              ({**GUEST, "env": "unknown"}, "UNKNOWN MACHINE (unknown):"),
                              ({**GUEST, "timing_valid": "0"}, "VIRTUAL MACHINE (vm):"),
                              ({**GUEST, "timing_valid": "1"}, "VIRTUAL MACHINE (vm):")):
            with self.subTest(machine["env"], valid=machine["timing_valid"]):
                page = self.page(drawn=True, machine=machine)
                self.check_marked(page, line)
                self.assertNotIn("VALID FOR THIS GUEST", page.text)

    def test_a_damaged_file_of_a_guest_says_both(self):
        write_run(self.folder, machine=GUEST)
        replace(self.folder, "results.csv", "341.000", "342.000")
        page = self.page(drawn=True, status=1)
        self.check_says(page, "VALID FOR THIS GUEST ALONE; DAMAGED OR CUT: results.csv",
                        "Nothing is recommended. DAMAGED OR CUT: results.csv")

    def test_every_plot_of_an_unknown_machine_is_watermarked(self):
        machine = {key: value for key, value in HARDWARE.items() if key != "env"}
        page = self.page(drawn=True, machine=machine)
        self.check_marked(page, "UNKNOWN MACHINE (env not recorded):")

    def test_every_plot_of_a_machine_that_may_be_an_emulator_is_watermarked(self):
        page = self.page(drawn=True, machine={**HARDWARE, "env": "unknown"})
        self.check_marked(page, "UNKNOWN MACHINE (unknown):", "NOT A MEASUREMENT OF HARDWARE")
        self.check_says(page, "not certain that it was hardware")

    def test_every_plot_of_hardware_whose_timing_is_not_valid_is_watermarked(self):
        for valid in ("0", "", "yes"):
            with self.subTest(valid):
                machine = {**HARDWARE, "timing_valid": valid, "timing_reason": "PM timer: 900 ppm"}
                page = self.page(drawn=True, machine=machine)
                self.check_marked(page, "TIMING NOT VALID:", "NOT A MEASUREMENT")
                self.check_says(page, "PM timer: 900 ppm")

    def test_an_emulator_that_claims_valid_timing_is_watermarked(self):
        page = self.page(drawn=True, machine={**EMULATOR, "timing_valid": "1"})
        self.check_marked(page, "EMULATOR (tcg):", "NOT A MEASUREMENT OF HARDWARE")

    def test_every_plot_without_machine_csv_is_watermarked(self):
        write_run(self.folder)
        os.remove(os.path.join(self.folder, "machine.csv"))
        page = self.page(drawn=True, status=1)
        self.check_marked(page, "UNKNOWN MACHINE (env not recorded):")
        self.check_says(page, "machine.csv: the file is missing")

    def test_every_plot_of_a_damaged_file_is_watermarked(self):
        write_run(self.folder)
        replace(self.folder, "results.csv", "341.000", "342.000")
        page = self.page(drawn=True, status=1)
        self.assertFalse(page.pictures.pop().watermarked)  # of verify.csv, which is whole
        self.check_marked(page, "DAMAGED OR CUT: results.csv")

    def test_no_plot_of_valid_hardware_is_watermarked(self):
        page = self.page(drawn=True)
        self.assertEqual(len(page.pictures), 3)
        self.assertFalse(any(p.watermarked for p in page.pictures))
        self.assertFalse(b"NOT A MEASUREMENT" in read(self.folder, "report.html"))
        self.check_says(page, "The timing may be believed.")

    def test_the_table_of_an_emulator_is_watermarked_too(self):
        page = self.page(machine=EMULATOR)
        self.assertTrue(b'<table class="rows marked"' in read(self.folder, "report.html"))
        self.assertTrue(any("table.marked" in style for style in page.styles))
