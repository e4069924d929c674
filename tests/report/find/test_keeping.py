"""A load of CR3 that has nothing to drop is believed if it keeps what it is there to keep."""

from pagecheck import PageTest
from rundir import checked, write_run
from synthetic import Machine, Rows, follow
from test_policy import KEEPS, VERIFIED

from tlbreport.find.settings import advice
from tlbreport.read.load import load

FAULT = "fault_gp_bit63_without_pcide"
KEPT = "stayed in 200 of 200 trials, at worst; to fetch a page of 64 again cost"


def rows_of(*benches: str) -> list:
    """Rows of a machine whose load keeps, as the program writes them: without a verdict."""
    rows = Rows(1)
    follow(Machine(), rows, *benches)
    return rows.rows


class Keeping(PageTest):
    def recommends(self, results: list, verify: list) -> bool:
        """Whether PCIDs are recommended of such a run."""
        write_run(self.folder, results=results, verify=verify)
        run = load(self.folder)
        self.assertEqual(run.problems, [])
        return any("use PCIDs" in one.recommendation for one in advice(run))

    def test_pcids_are_recommended_where_a_load_without_a_verdict_keeps(self):
        rows = rows_of("refill", "switch")
        self.assertEqual({row["believed"] for row in rows if row["op"] == "cr3_pcid_noflush"},
                         {""})
        self.assertTrue(self.recommends(rows, VERIFIED))
        self.check_says(self.page(), "It has nothing to drop.", KEPT)
        self.assertTrue(self.recommends(rows_of("switch"), VERIFIED))
        self.check_says(self.page(), "stayed in 200 of 200 trials, at worst; 8 pages made a "
                        "switch dearer by")

    def test_a_load_of_which_an_entry_stayed_too_seldom_is_not_believed(self):
        rest = [cell for cell in VERIFIED if cell not in KEEPS]
        for stayed, recommended in ((200, True), (190, True), (189, False), (0, False)):
            cells = checked("cr3_pcid_noflush", "other_pcid", "may",
                            "kept" if stayed else "dropped", stale_after=str(stayed))
            self.assertEqual(self.recommends(rows_of("refill", "switch"), [*rest, *cells]),
                             recommended, stayed)
        self.check_says(self.page(), "other_pcid stayed in 0 of 200 trials: fewer than 95 %")

    def test_a_load_without_a_cell_that_could_be_stale_is_not_believed(self):
        cells = [cell for cell in VERIFIED if cell not in KEEPS]
        cells += checked("cr3_pcid_noflush", "other_pcid", "may", "inconclusive")
        self.assertFalse(self.recommends(rows_of("refill", "switch"), cells))
        self.check_says(self.page(), "no cell shows that its entries stayed")

    def test_a_load_behind_which_pages_are_fetched_again_is_not_believed(self):
        rows = rows_of("refill", "switch")
        dropping = {(row["variant"], row["value"]): row for row in rows
                    if (row["bench"], row["op"]) == ("refill", "cr3_pcid_flush")}
        for row in rows:
            if (row["bench"], row["op"]) == ("refill", "cr3_pcid_noflush"):
                other = dropping[row["variant"], row["value"]]
                row.update({name: other[name] for name in ("p50", "ci95_lo", "ci95_hi")})
        self.assertFalse(self.recommends(rows, VERIFIED))
        self.check_says(self.page(), "no difference shown")

    def test_a_load_without_a_pair_of_rows_is_not_believed(self):
        rows = [row for row in rows_of("switch") if row["value"] != "0"]
        self.assertFalse(self.recommends(rows, VERIFIED))
        self.check_says(self.page(), "but no pair of rows shows the working set alive")

    def test_a_load_whose_fault_did_not_come_is_not_believed(self):
        fault = checked("cr3_pcid_noflush", FAULT, verdict="fail", trials="1", stale_control="",
                        stale_after="")
        self.assertFalse(self.recommends(rows_of("refill", "switch"), [*VERIFIED, *fault]))
