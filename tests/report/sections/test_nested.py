"""The section on guests: what an exit adds, what the second dimension adds, and what is left out."""

from pagecheck import PageTest
from rundir import EMULATOR, checked, cost, skipped, write_run

CELLS = [row for op in ("invlpg", "cr3_reload", "guest_invlpg", "guest_cr3_reload", "exit_invlpg",
                        "exit_cr3_reload", "invlpga") for row in checked(op, "guest_entry")]
MEDIANS = {("none", "trip"): 900, ("invlpg", "marginal-guest"): 120, ("invlpg", "marginal-exit"): 2120,
           ("cr3_reload", "load-l1-host"): 20, ("cr3_reload", "load-l1-nested2m"): 60,
           ("cr3_reload", "load-l1-nested4k"): 20}


def rows(medians=None, believed="1") -> list:
    """Rows of `nested`: each median with an interval of one tick on either side."""
    found = [cost(op, variant, median, bench="nested", believed="" if op == "none" else believed,
                  ci95_lo=str(median - 1), ci95_hi=str(median + 1))
             for (op, variant), median in (medians or MEDIANS).items()]
    return found + [cost("none", "invlpga", 100 * pages, bench="nested", param="pages",
                         value=str(pages), believed=believed) for pages in (1, 33)]


class Nested(PageTest):
    def shown(self, results=None, **more) -> str:
        """The text of the page of a run with these rows."""
        write_run(self.folder, results=results or rows(), verify=CELLS, **more)
        return self.page().text

    def test_an_exit_is_held_against_the_operation_without_one(self):
        self.assertIn("An intercepted invlpg of a guest takes 2000 ticks longer [1998, 2002] than one "
                      "that is not.", self.shown())

    def test_a_walk_in_two_dimensions_is_held_against_the_hosts(self):
        text = self.shown()
        self.assertIn("With nested pages of 2 MiB a walk of the guest takes 40 ticks longer [38, 42] than "
                      "one of the host.", text)
        self.assertIn("With nested pages of 4 KiB a walk of the guest is not told apart from one of the "
                      "host: the difference is within [-2, 2] ticks.", text)
        self.assertNotIn("nested pages of 1 GiB", text)

    def test_rows_are_believed_by_the_cells_of_what_the_guest_or_the_host_does(self):
        self.shown()
        self.assertNotIn("believed", self.report()[2])
        cells = [row for row in CELLS if row["op"] != "invlpga"]
        write_run(self.folder, results=rows(), verify=cells)
        self.assertIn("no required check of invlpga passed", self.report()[2])

    def test_what_is_not_believed_says_nothing(self):
        self.assertNotIn("An intercepted", self.shown(rows(believed="")))

    def test_an_emulator_has_the_picture_alone(self):
        text = self.shown(machine=EMULATOR)
        self.assertIn("TLB_CONTROL", text)
        self.assertNotIn("An intercepted", text)

    def test_without_svm_the_reason_stands_there(self):
        text = self.shown([{**skipped("none", "trip", "the processor has no SVM"), "bench": "nested"}])
        self.assertNotIn("TLB_CONTROL", text)
        self.assertIn("the processor has no SVM", text)
