"""What the pages of a fleet keep apart: names, environments, machines, steps of the clock, and what
did not converge."""

from rundir import EMULATOR, cost
from test_fleet import FleetTest

BRAND = "Example Processor 1234 @ 2.00GHz"


class Names(FleetTest):
    """A signature may be shared: by an emulator of the processor, or by several products."""

    def test_hardware_keeps_its_name_beside_more_runs_of_an_emulator(self):
        self.add("real/1")
        for boot in range(3):
            self.add_run(f"qemu/{boot}", [cost("invlpg", "first-bare-4k", 900)], base=EMULATOR)
        self.draw()
        page = self.page("processor-GenuineIntel-6-143-8")
        self.assertTrue(page.text.strip().startswith(BRAND), page.text[:80])
        self.says(page, f"Called: {BRAND} (hardware, 1 run); {EMULATOR['brand']} "
                        "(emulator (tcg), 3 runs).")
        self.says(self.page("operation-invlpg"), f"hardware {BRAND} GenuineIntel-6-143-8",
                  f"emulator (tcg) {EMULATOR['brand']} GenuineIntel-6-143-8")

    def test_products_that_share_a_signature_are_counted_where_one_is_named(self):
        self.add("a/1", brand="Small")
        self.add("b/1", brand="Large")
        self.add("b/2", brand="Large")
        self.draw()
        self.says(self.page("operation-invlpg"), "Large and 1 more")
        self.says(self.page("processor-GenuineIntel-6-143-8"),
                  "Called: Large (hardware, 2 runs); Small (hardware, 1 run).")


class Operations(FleetTest):
    def test_models_are_counted_by_environment(self):
        self.add("real/1")
        for model in ("7", "8"):
            self.add_run(f"qemu/{model}", [cost("invlpg", "first-bare-4k", 900)], base=EMULATOR,
                         model=model)
        self.draw()
        self.says(self.page("operations"), "hardware invlpg 1", "emulator (tcg) invlpg 2")
        self.says(self.page("operation-invlpg"), "single_op: 1 processor model, hardware; "
                                                 "2 processor models, emulator (tcg)")


class Microcode(FleetTest):
    """Each revision with three boots, of costs in ticks of half a nanosecond."""

    def revisions(self, old: dict, new: dict, machines: int = 1, **more) -> str:
        """The page of two revisions; op -> its median in each."""
        for microcode, medians in (("0x1", old), ("0x2", new)):
            for boot in range(3):
                self.add_run(f"m{boot % machines}/{microcode}-{boot}", [
                    cost(op, "first-bare-4k", median and median + boot / 100, **more)
                    for op, median in medians.items()], microcode=microcode)
        self.draw()
        return self.page("microcode").text

    def test_what_a_single_machine_shows_is_said_to_be_of_one(self):
        text = self.revisions({"invlpg": 300}, {"invlpg": 200})
        self.assertIn("0x1 150 150 150 3 1 0x2 100 3 1 50 1.5 ns one machine", text)

    def test_what_several_machines_of_each_show_is_not(self):
        text = self.revisions({"invlpg": 300}, {"invlpg": 200}, machines=2)
        self.assertIn("0x1 150 150 150 3 2 0x2 100 3 2 50 1.5 ns", text)
        self.assertNotIn("ns one machine", text)

    def test_a_difference_below_a_step_of_the_clock_is_none(self):
        text = self.revisions({"invlpg": 300, "cr3_reload": 300},
                              {"invlpg": 290, "cr3_reload": 200}, quantum="40")
        self.assertIn("Experiments that differ: 1.", text)
        self.assertIn("cr3_reload single_op", text)

    def test_a_step_of_the_clock_is_divided_as_its_row_is(self):
        text = self.revisions({"invlpg": 300}, {"invlpg": 290}, quantum="40",
                              a_p50="1000", b_p50="5800")
        self.assertIn("Experiments that differ: 1.", text)

    def test_the_largest_difference_stands_first_and_not_the_largest_ratio(self):
        text = self.revisions({"invlpg": 90, "cr3_reload": 400}, {"invlpg": 3, "cr3_reload": 200})
        self.assertLess(text.index("cr3_reload single_op"), text.index("invlpg single_op"))

    def test_what_costs_nothing_with_one_of_them_is_there_too(self):
        self.assertIn("Experiments that differ: 1.",
                      self.revisions({"invlpg": 300}, {"invlpg": 0}))


class Converged(FleetTest):
    """A cost that did not get narrow enough is marked, and is none that may be quoted."""

    def test_it_is_marked_on_the_first_page_and_counted_on_the_others(self):
        self.add("a/1")
        self.add_run("a/2", [cost("invlpg", "first-bare-4k", 210, converged="0")])
        self.draw()
        self.says(self.page(), "0x2b000590 2 102.5 ~")
        for name in ("operation-invlpg", "processor-GenuineIntel-6-143-8"):
            self.says(self.page(name), "not believed not converged")
        self.says(self.page("operation-invlpg"), "102.5 100 105 ns 1 2 1")
        self.says(self.page("processor-GenuineIntel-6-143-8"), "102.5 100 105 ns 4.878 1 2 1")
