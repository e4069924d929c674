"""The section on litmus tests: a verdict for each pair, and what the rounds ended with."""

import re

from pagecheck import PageTest
from rundir import EMULATOR, csv_bytes, restate, small_selftest, write, write_run

COLUMNS = "test,distance,variant,rounds,outcome,count,asked,verdict,bound,reason".split(",")


def row(test: str, outcome: str, count: int, asked: int, verdict: str, **more) -> dict:
    """A row of litmus.csv on two cores."""
    return {"test": test, "distance": "package", "variant": "own-lines", "rounds": "1000",
            "outcome": outcome, "count": str(count), "asked": str(asked), "verdict": verdict,
            **more}


ROWS = [
    row("ptwalk2", "r0=9", 1000, 0, "never", bound="0.003000000", distance="self"),
    row("sb", "r0=1 r1=1", 990, 0, "seen"),
    row("sb", "r0=0 r1=0", 10, 1, "seen"),
    row("mp", "r0=1 r1=1", 1000, 0, "inconclusive"),
    {"test": "sb_invpcid", "distance": "package", "variant": "own-lines", "rounds": "0",
     "verdict": "skipped", "reason": "no INVPCID"},
]
FORBIDDEN = [row("ipi4", "v=0", 998, 0, "forbidden"), row("ipi4", "v=2", 2, 1, "forbidden")]


class Litmus(PageTest):
    def shown(self, rows: list):
        """The page of a run with these rows."""
        write_run(self.folder)
        write(self.folder, "litmus.csv", csv_bytes(COLUMNS, rows))
        restate(self.folder)
        return self.page()

    def test_each_test_has_its_verdict_with_its_count_and_its_bound(self):
        page = self.shown(ROWS)
        self.check_says(page, "ptwalk2 ✓ never 0/1000, below 0.003", "○ seen 10/1000",
                        "? inconclusive 0/1000")
        self.assertNotIn("– skipped 0/0", page.text)

    def test_what_rounds_ended_with_is_a_line_for_each_outcome(self):
        self.check_says(self.shown(ROWS), "sb package, own-lines r0=1 r1=1 990",
                        "sb package, own-lines r0=0 r1=0 10")

    def test_a_forbidden_outcome_stands_out(self):
        self.check_says(self.shown(FORBIDDEN), "✗ forbidden 2/1000")

    def test_a_forbidden_outcome_is_said_on_top(self):
        page = self.shown([*ROWS, *FORBIDDEN, {**FORBIDDEN[1], "distance": "core"},
                           {**FORBIDDEN[1], "test": "ptwalk2"}])
        said = ("Litmus tests: ipi4 (4 of 2000 rounds), ptwalk2 (2 of 1000 rounds) ended with an "
                "outcome that the architecture forbids.")
        top = page.text.partition(" In short ")[0]
        self.assertRegex(top, rf"^.*✗ The timing may be believed\. .*{re.escape(said)}")
        self.assertIn(f"✗ {said} What the rounds ended with", top)

    def test_one_that_only_the_self_test_counts_is_said_too(self):
        for test in ("litmus", "litmus_x2apic"):
            count = {"test": test, "value": "2", "limit": "0", "unit": "forbidden",
                     "verdict": "fail"}
            page = self.page(selftest=[*small_selftest(), count])
            self.check_says(page, "✗ Litmus tests: some ended with an outcome that the architecture "
                            f"forbids (self-test {test}), but litmus.csv does not name them.")

    def test_where_none_is_forbidden_nothing_is_said_on_top(self):
        page = self.shown(ROWS)
        self.assertIn("✓ The timing may be believed.", page.text)
        self.assertNotIn("Litmus tests: ", page.text)

    def test_the_legend_says_how_it_is_known_that_an_outcome_would_have_been_seen(self):
        self.check_says(self.shown(ROWS), "✓ never the architecture forbids the outcome; it was not "
                        "seen, and its control, which permits it, showed it; of a test without a "
                        "control, outcomes were seen that show that the two processors met where it "
                        "could have come, or one processor runs it",
                        "– skipped not run: the reason stands above")

    def test_why_tests_were_not_run_is_said_once(self):
        self.check_says(self.shown(ROWS), "Not run (no INVPCID): sb_invpcid.")

    def test_an_emulator_is_named_where_its_tests_are(self):
        write_run(self.folder, machine=EMULATOR)
        write(self.folder, "litmus.csv", csv_bytes(COLUMNS, ROWS))
        restate(self.folder, EMULATOR)
        self.check_says(self.page(), "a dot: not run on this pair. "
                        "EMULATOR (tcg): NOT A MEASUREMENT OF HARDWARE")
        self.assertNotIn("a dot: not run on this pair. EMULATOR", self.shown(ROWS).text)

    def test_a_run_without_them_has_no_section(self):
        write_run(self.folder)
        page = self.page()
        self.assertNotIn("litmus", page.ids)
        self.assertIn("What may be read while entries change (was not run)", page.text)

    def test_a_damaged_row_is_named_with_its_line(self):
        write_run(self.folder)
        write(self.folder, "litmus.csv",
              csv_bytes(COLUMNS, [{**ROWS[0], "verdict": "always"}]))
        restate(self.folder)
        _, page, _ = self.report()
        self.assertIn("is not one of never, seen, inconclusive, forbidden, skipped", page)
