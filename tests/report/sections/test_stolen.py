"""What a call takes from its target, the sum over the machine, and targets that are not idle."""

from remote_rows import (OTHERS, Remote, ipi, not_idle_rows, shootdown_rows, shot, stolen,
                         stolen_rows)
from rundir import HARDWARE, histogram, skipped, write_run

from tlbreport.find import stolen as lost_time
from tlbreport.find.shots import measured_shots, varied
from tlbreport.read.tails import p999
from tlbreport.read.load import load
from tlbreport.read.samples import histograms


class Stolen(Remote):
    def sums(self, rows: list) -> list:
        """machine_cost of derived.csv: (targets in the variant's end, value)."""
        return [(row["variant"], float(row["value"])) for row in self.derived(rows)
                if row["what"] == "machine_cost"]

    def test_a_shootdown_costs_the_machine_its_wait_and_the_loss_of_each_target(self):
        found = self.sums([*shootdown_rows(), *stolen_rows(lost=1500, broadcast=30)])
        self.assertEqual(found, [
            *((f"unicast-late-alongside-own-pause-targets{n}", 1000.0 * n + 1500 * n)
              for n in OTHERS),
            ("broadcast-pause-targets7", 3000.0 + 7 * 30)])

    def test_on_that_sum_the_broadcast_is_cheaper_sooner(self):
        rows = self.derived([*shootdown_rows(), *stolen_rows()])
        (wait,) = [float(row["value"]) for row in rows if row["what"] == "broadcast_crossing"
                   and row["variant"].startswith("unicast-late-alongside-own-pause-against")
                   and "pages = 1," in row["evidence"]]
        (machine,) = [float(row["value"]) for row in rows if row["what"] == "machine_crossing"]
        self.assertAlmostEqual(wait, 3.0, places=3)  # 1000 n = 3000
        self.assertAlmostEqual(machine, 3000 / (1000 + 1500 - 30), places=3)

    def test_without_the_loss_to_a_broadcast_nothing_is_said_of_it(self):
        rows = [row for row in stolen_rows() if row["op"] != "invlpgb_tlbsync"]
        rows.append({**skipped("invlpgb_tlbsync", "broadcast-spin-package", "invlpgb"),
                     "bench": "stolen"})
        rows += shootdown_rows()
        words = "from how many targets INVLPGB is cheaper on that sum"
        self.assertNotIn(words, self.remote(rows).text)
        page = self.remote(rows, machine={**HARDWARE, "invlpgb_pages": "8"})
        self.check_says(page, f"Not known {words}: it needs what a target loses")

    def test_what_is_not_believed_says_so(self):
        rows = [{**row, "believed": "0"} if row["op"] == "invlpg" else row
                for row in stolen_rows()]
        evidence = [row["evidence"] for row in self.derived([*shootdown_rows(), *rows])
                    if row["what"] == "machine_crossing"]
        self.assertIn("not believed", evidence[0])

    def test_a_target_that_is_not_idle_is_no_point_of_the_curve_over_targets(self):
        busy = shot("invlpg", "unicast-late-alongside-own-cli", 90000, targets=1)
        write_run(self.folder, results=[busy, *shootdown_rows()])
        run = load(self.folder)
        self.assertEqual([one.machine.y for one in lost_time.by_interrupts(run)], [])
        usual = [row.number("p50") for one, row in measured_shots(run)
                 if one.is_usual and one.targets == 1 and one.pages == 1 and one.op == "invlpg"]
        self.assertEqual(usual, [1000.0])
        against = [(what, base.number("p50")) for what, _, one, _, base in
                   varied(measured_shots(run)) if one.state == "cli"]
        self.assertEqual(against, [("what the target does", 1000.0)])

    def test_each_work_stands_beside_the_idle_target_of_its_place(self):
        idle = ipi("unicast-pause-rtt-package-x2apic", 2100, 1)
        page = self.remote([idle, *not_idle_rows(), *stolen_rows(), *shootdown_rows()])
        for words in ("call by unicast, package, x2apic pause", "call by unicast, package, x2apic cli",
                      "call by nmi, package, x2apic cli", "shootdown of a page ring3, pcide"):
            self.check_says(page, words)

    def test_the_percentile_is_of_a_thousand_samples_or_more(self):
        row = ipi("unicast-cli-rtt-package-x2apic", 2000, 1, n="2000")
        for count, wanted in ((3, 9000.0), (1, 4000.0)):
            buckets = [*histogram(row, [(1000, 2000, 1990), (2000, 4000, 10 - count),
                                        (8000, 9000, count)])]
            write_run(self.folder, results=[row], histogram=buckets)
            run = load(self.folder)
            self.assertEqual(p999(run.rows("results.csv")[0], histograms(run)), wanted)
        few = {**row, "n": "900"}
        write_run(self.folder, results=[few], histogram=histogram(few, [(1000, 2000, 900)]))
        run = load(self.folder)
        self.assertIsNone(p999(run.rows("results.csv")[0], histograms(run)))


class Variants(Remote):
    def test_a_row_of_each_variant_is_drawn(self):
        page = self.painted([stolen("none", "unicast-spin-cache-pcore", 700),
                             stolen("none", "nmi-ring3-machine", 900)])
        self.assertTrue(any("nmi, ring3, machine" in text for text in
                            self.texts(page, "loses to a call")))
