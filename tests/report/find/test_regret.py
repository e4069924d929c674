"""Regret: what a setting costs where it is wrong, against the truth of a machine."""

from pagecheck import PageTest
from rundir import EMULATOR, HARDWARE, write_run
from synthetic import Machine, Rows, follow
from test_policy import VERIFIED

from tlbreport.find import regret
from tlbreport.find.regret import Cell, Choice, Regrets
from tlbreport.read.load import load
from tlbreport.read.run import Row
from tlbreport.read.sweep import Curve, Point

MACHINE = Machine()


def line(each: float, *xs: int) -> Curve:
    """A curve that costs so much a page."""
    return Curve("invlpg", "range-4k-w0", tuple(
        Point(float(x), each * x, each * x, each * x, Row(2, {})) for x in xs))


LEVEL = Point(0.0, 1000.0, 1000.0, 1000.0, Row(2, {}))


class OneCase(PageTest):
    def test_a_ceiling_that_is_too_high_is_wrong_at_itself(self):
        cell = regret.of_ceilings(line(100, 1, 4, 16, 64), LEVEL, [33])[0]
        self.assertEqual((cell.at, cell.value), (33, 3300 / 1000 - 1))

    def test_one_that_is_too_low_is_wrong_just_beyond_itself(self):
        cell = regret.of_ceilings(line(100, 1, 4, 16, 64), LEVEL, [3])[0]
        self.assertEqual((cell.at, cell.value), (4, 1000 / 400 - 1))

    def test_one_at_the_break_even_is_never_wrong(self):
        cell = regret.of_ceilings(line(100, 1, 4, 10, 11, 64), LEVEL, [10])[0]
        self.assertEqual(cell.value, 0)

    def test_never_is_wrong_where_the_last_was_measured(self):
        cell = regret.of_ceilings(line(100, 1, 4, 16, 64), LEVEL, [regret.NEVER])[0]
        self.assertEqual((cell.at, cell.value), (64, 5.4))

    def test_its_interval_is_by_the_ends_of_both(self):
        wide = Curve("invlpg", "range-4k-w0", (Point(1.0, 100, 90, 110, Row(2, {})),
                                               Point(64.0, 6400, 6000, 6800, Row(2, {}))))
        level = Point(0.0, 1000, 900, 1100, Row(2, {}))
        cell = regret.of_ceilings(wide, level, [regret.NEVER])[0]
        self.assertAlmostEqual(cell.low, 6000 / 1100 - 1)
        self.assertAlmostEqual(cell.high, 6800 / 900 - 1)

    def test_what_cannot_be_told_from_the_best_is_named(self):
        cells = [Cell(0.1, 0.2, 0.3, 8), Cell(0.25, 0.35, 0.45, 8), Cell(0.4, 0.5, 0.6, 8)]
        found = Regrets("", "", (("", "W = 1"),), tuple(
            Choice(name, "", (cell,)) for name, cell in zip("abc", cells)), 0)
        self.assertEqual([one.name for one in found.alike], ["a", "b"])

    def test_choices_are_compared_where_every_one_was_measured(self):
        cases = (("", "W = 1"), ("", "W = 2"))
        few, all_over = Cell(0.1, 0.2, 0.3, 8), Cell(0.0, 0.0, 0.0, 8)
        found = Regrets("", "", cases, (
            Choice("few", "", (few, None)),
            Choice("all", "Linux", (all_over, Cell(0.8, 0.9, 1.0, 8)))), 0)
        self.assertEqual((found.best.name, found.alike), ("all", [found.best]))
        self.assertEqual(found.best.worst.value, 0.9)
        self.assertEqual(found.over, ", over the 1 of 2 cases that have every choice")
        apart = Regrets("", "", cases, (Choice("a", "", (few, None)),
                                        Choice("b", "", (None, few))), 0)
        self.assertEqual((apart.best, apart.alike), (None, []))


class OfARun(PageTest):
    def rows(self) -> list:
        to = Rows(1)
        follow(MACHINE, to, "range", "policy", only=lambda row: row["unit"] in ("", "ticks"))
        return to.rows

    def found(self) -> list:
        write_run(self.folder, results=self.rows(), verify=VERIFIED)
        return regret.ceilings(load(self.folder), "mm")

    def test_every_ceiling_has_each_working_set_and_both_kinds_of_refill(self):
        with_pcids, without = self.found()
        self.assertEqual((with_pcids.what, without.what), ("with PCIDs", "without PCIDs"))
        names = [one.name for one in with_pcids.choices]
        self.assertEqual(names, ["8", "16", "33", "64", "128", "512", "never"])
        self.assertEqual(with_pcids.of("Linux").name, "33")
        self.assertEqual(with_pcids.of("FreeBSD").name, "never")
        self.assertEqual({group for group, _ in with_pcids.cases},
                         {regret.CHAINED, "accesses that overlap"})

    def test_the_worst_of_linux_33_is_what_the_machine_says(self):
        found, = [one for one in self.found() if one.what == "without PCIDs"]
        at = found.cases.index((regret.CHAINED, "W = 0"))
        flush = MACHINE.at_once("cr3_reload", 0)
        true = MACHINE.by_page(33, 0, MACHINE.page) / flush - 1
        cell = found.of("Linux").cells[at]
        self.assertAlmostEqual(cell.value / true, 1, delta=0.03)
        self.assertTrue(cell.low <= true <= cell.high)

    def test_the_page_marks_the_best_on_hardware_alone(self):
        for machine, many in ((HARDWARE, 3), (EMULATOR, 0)):
            page = self.page(machine=machine, results=self.rows(), verify=VERIFIED)
            self.check_says(page, "Single-page ceiling, with PCIDs", "33 ◂ Linux",
                            "never ◂ FreeBSD", "rr6 ◂ Linux")
            with open(f"{self.folder}/report.html", encoding="utf-8") as file:
                text = file.read()
            self.assertGreaterEqual(text.count('<tr class="best">'), many)
            self.assertEqual(text.count('<tr class="best">') > 0, many > 0)
            self.assertEqual(" times the best choice at worst." in page.text, many > 0)

    def test_without_believed_rows_there_is_no_table(self):
        rows = [{**row, "believed": "0"} for row in self.rows()]
        self.check_says(self.page(results=rows, verify=[]), "No row tells what a setting costs")
