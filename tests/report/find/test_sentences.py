"""The sentences of the first screen name whatever another boot may find the best."""

from rundir import RunTest

from tlbreport.find.regret import Cell, Choice, Regrets
from tlbreport.find.sentences import against
from tlbreport.sections.regrets import least

SURE, BESIDE, FAR = Cell(0.18, 0.2, 0.22, 8), Cell(0.2, 0.25, 0.3, 8), Cell(0.8, 1, 1.2, 8)


def regrets(key: str, linux: str, **cells: Cell) -> Regrets:
    """Choices by name, each with one cell."""
    return Regrets("", key, (("", "W = 1"),), tuple(
        Choice(name.removeprefix("_"), "Linux" if name == linux else "", (cell,))
        for name, cell in cells.items()), 0)


def ceiling(linux: str, **cells: Cell) -> str:
    return against(regrets("mm", linux, **cells), "a single-page ceiling of {} pages", "Linux",
                   "Linux's 33")


def policy(linux: str, **cells: Cell) -> str:
    return against(regrets("slots", linux, **cells), "the policy {} for PCIDs", "Linux",
                   "Linux's rr6")


class Named(RunTest):
    def test_all_that_are_alike_are_named(self):
        self.assertEqual(
            ceiling("_33", _16=BESIDE, _8=SURE, _33=FAR),
            "Use a single-page ceiling of 8 or 16 pages (not told apart): 1.25 times the best "
            "choice at worst, against 2.00 times with Linux's 33.")

    def test_so_they_are_where_no_kernel_has_one_of_the_choices(self):
        self.assertEqual(
            policy("", lru6=BESIDE, lru16=FAR, lru4=SURE),
            "Use the policy lru4 or lru6 for PCIDs (not told apart): 1.25 times the best choice at "
            "worst.")

    def test_so_they_are_beside_the_kernels_own(self):
        self.assertEqual(
            ceiling("_33", _8=SURE, _16=SURE, _33=BESIDE, _64=FAR, never=BESIDE),
            "Keep Linux's 33: 1.25 times the best choice at worst, and a single-page ceiling of 8 "
            "or 16 pages or no single-page ceiling, 1.25 times, is not told from it.")
        self.assertEqual(
            policy("rr6", rr6=SURE, lru4=BESIDE),
            "Keep Linux's rr6: 1.20 times the best choice at worst, and the policy lru4 for PCIDs, "
            "1.25 times, is not told from it.")

    def test_one_that_is_told_from_all_others_stands_alone(self):
        self.assertEqual(ceiling("_33", _8=SURE, _33=FAR),
                         "Use a single-page ceiling of 8 pages: 1.20 times the best choice at "
                         "worst, against 2.00 times with Linux's 33.")
        self.assertEqual(ceiling("_33", _8=FAR, _33=SURE), "Use a single-page ceiling of 33 pages, "
                         "as Linux does: 1.20 times the best choice at worst.")

    def test_boots_that_rank_them_otherwise_use_the_same_words(self):
        one, other = (policy("rr6", **{name: BESIDE for name in names}, rr6=FAR) for names in (
            ("lru16", "lru4", "perprocess"), ("perprocess", "lru4", "lru16")))
        self.assertEqual(one, other)
        self.assertIn("lru4, lru16 or perprocess", one)

    def test_the_table_of_linux_names_them_too(self):
        self.assertEqual(least(regrets("slots", "rr6", lru4=SURE, lru6=BESIDE, rr6=FAR)),
                         "lru4 or lru6: 1.20")
