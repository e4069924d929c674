"""Linux's own settings: each decision of bench/kernels.md has its regret, or says why not."""

import os
import unittest

from pagecheck import PageTest
from remote_rows import MACHINE, alone, ipi_rows, everything as remote_everything
from remote_rows import VERIFIED as REMOTE_VERIFIED
from rundir import EMULATOR, HARDWARE, RESULTS_FOLDER, skipped, write_run
from synthetic import Machine, Rows, follow
from test_policy import VERIFIED

from tlbreport.find import decisions, regret
from tlbreport.read.load import load

MAP = os.path.join(RESULTS_FOLDER, "..", "bench", "kernels.md")
CELLS = [*VERIFIED, *(cell for cell in REMOTE_VERIFIED if cell not in VERIFIED)]


def local_rows() -> list:
    """All of range, switch and policy."""
    to = Rows(1)
    follow(Machine(), to, "range", "switch", "policy",
           only=lambda row: row["unit"] in ("", "ticks"))
    return to.rows


class Decisions(PageTest):
    def answers(self, rows: list, **more) -> dict:
        """Decision -> its answers."""
        write_run(self.folder, **{"results": rows, "verify": CELLS, "machine": MACHINE, **more})
        found = {}
        for one in decisions.answers(load(self.folder)):
            found.setdefault(one.decision.name, []).append(one)
        return found

    def test_each_decision_of_the_map_is_one_and_no_other(self):
        with open(MAP, encoding="utf-8") as file:
            table = file.read().split("\n## Decisions\n")[1]
        lines = [line.split("|")[1].strip() for line in table.splitlines()
                 if line.startswith("| ")][2:]
        self.assertEqual(lines, [one.name for one in decisions.DECISIONS])

    def test_a_whole_run_tells_linux_s_regret_of_all_but_what_no_row_can(self):
        found = self.answers([*local_rows(), *remote_everything()])
        untold = [name for name, answers in found.items() if answers[0].choice is None]
        self.assertEqual(untold, [
            "flushes of isolated CPUs deferred to their next entry, or sent",
            "`leave_mm` before sleep, or be woken",
            "wake an idle CPU by a store or by an interrupt; HLT or MWAIT",
            "ceiling for other CPUs: what targets lose"])
        for answers in found.values():
            for one in answers:
                self.assertTrue(one.choice is None or "Linux" in one.choice.by, one)

    def test_the_settings_are_linux_s(self):
        found = self.answers([*local_rows(), *remote_everything()])
        names = {name: {one.choice.name for one in answers if one.choice}
                 for name, answers in found.items()}
        self.assertEqual(names["ceiling for INVLPGB"], {"33"})
        self.assertEqual(names["the same with PTI"], {"33"})
        self.assertEqual(names["INVLPGB, from how many CPUs"], {"3"})
        self.assertEqual(names["the same, by what all CPUs lose"], {"3"})
        self.assertEqual(names["INVLPGB where tables are freed"], {"broadcast, then interrupts"})
        self.assertEqual(names["PCIDs at boot: `nopcid` or not"], {"PCIDs"})
        self.assertEqual(names["one by one, a cluster, all"], {"clusters, all at once"})
        self.assertEqual(names["lazy: asked once, or not at all"], {"generation"})

    def test_pcids_and_isolation_are_as_linux_has_them_on_that_processor(self):
        rows = local_rows()
        old = {**HARDWARE, "vendor": "GenuineIntel", "family": "6", "model": "151",
               "microcode": "0x2d"}
        for machine, pcids, pti in ((old, "nopcid", "pti=off"),
                                    ({**old, "microcode": "0x2e", "rdcl_no": "0"}, "PCIDs",
                                     "pti=on")):
            found = self.answers(rows, machine=machine)
            self.assertEqual([one.choice.name for one in found["PCIDs at boot: `nopcid` or not"]],
                             [pcids])
            self.assertEqual([one.choice.name for one in found["PTI at boot"]], [pti])

    def test_isolation_is_never_advised_against(self):
        page = self.page(machine=HARDWARE, verify=CELLS, results=local_rows())
        self.check_says(page, "Page-table isolation at boot", "it is no choice")
        self.assertNotIn("pti=off: costs", page.text)
        self.assertNotIn("pti=off: 1", page.text)

    def test_batched_unmaps_regret_each_and_not_one_for_all(self):
        rows = [row for row in remote_everything() if not row["op"].startswith("invlpgb_")]
        write_run(self.folder, results=rows, verify=CELLS, machine=MACHINE)
        found, = regret.unmaps(load(self.folder))
        self.assertEqual(found.of("Linux").worst.value, 0)
        # 33 shootdowns of 7000 against one of 7400.
        each, = [one for one in found.choices if one.name == "each"]
        self.assertAlmostEqual(each.worst.value, 33 * 7000 / 7400 - 1)

    def test_freed_tables_regret_the_broadcast_that_interrupts_all_the_same(self):
        write_run(self.folder, results=remote_everything(), verify=CELLS, machine=MACHINE)
        found, = regret.freed_tables(load(self.folder))
        self.assertEqual([name for _, name in found.cases], ["1 page", "512 pages"])
        # 8000 against 7000 for a page; 8100 against 7450 for the whole PCID.
        self.assertEqual([round(cell.value, 6) for cell in found.of("Linux").cells],
                         [round(8000 / 7000 - 1, 6), round(8100 / 7450 - 1, 6)])
        other, = [one for one in found.choices if one.name == "interrupts alone"]
        self.assertEqual(other.worst.value, 0)

    def test_the_shorthand_is_for_all_alone(self):
        write_run(self.folder, results=remote_everything(), verify=CELLS, machine=MACHINE)
        found, = regret.calls(load(self.folder))
        by_name = {one.name: dict(zip(found.cases, one.cells)) for one in found.choices}
        case = ("targets in hlt", "7 targets")
        self.assertEqual(by_name["clusters, all at once"][case].value, 0)
        # 2000 + 400 for each of 7, against 2600 at once.
        self.assertAlmostEqual(by_name["one by one"][case].value, 4800 / 2600 - 1)
        few = ("targets in hlt", "2 targets")
        self.assertEqual(by_name["clusters, all at once"][few], by_name["clusters"][few])

    def test_the_calls_are_by_the_apic_that_has_clusters(self):
        slow = [{**row, "p50": "90000.000"} for row in ipi_rows("xapic")
                if "cluster" not in row["variant"]]
        tables = []
        for rows in (remote_everything(), [*remote_everything(), *slow]):
            write_run(self.folder, results=rows, verify=CELLS, machine=MACHINE)
            tables += regret.calls(load(self.folder))
        self.assertEqual(*tables)

    def test_cases_of_lazy_mode_say_how_many_others_there_are(self):
        write_run(self.folder, results=remote_everything(), verify=CELLS, machine=MACHINE)
        found, = regret.lazies(load(self.folder))
        self.assertIn(("asked", "7 others, 4 lazy"), found.cases)
        self.assertIn(("coming back", "one"), found.cases)

    def test_without_invlpgb_the_reason_is_that_of_its_rows(self):
        rows = [{**row, **skipped(row["op"], row["variant"], "invlpgb"), "bench": row["bench"]}
                if row["op"].startswith("invlpgb_")
                else row for row in [*local_rows(), *remote_everything()]]
        found = self.answers(rows)
        for name in ("ceiling for INVLPGB", "INVLPGB, from how many CPUs",
                     "INVLPGB where tables are freed"):
            self.assertEqual([one.said for one in found[name]], ["not measured: invlpgb"])

    def test_with_few_targets_linux_never_broadcasts(self):
        few = [row for row in remote_everything() if row["targets"] in ("", "1", "2")
               or "broadcast" in row["variant"]]
        found = self.answers(few)["INVLPGB, from how many CPUs"]
        self.assertEqual([one.choice.name for one in found], ["never"])

    def test_with_invlpgb_kernel_ranges_and_batched_unmaps_are_broadcast(self):
        rows = [*local_rows(), *remote_everything()]
        found = self.answers(rows, machine={**MACHINE, "invlpgb_pages": "8"})
        for one in found["ceiling for kernel ranges"]:
            self.assertEqual(one.table.key, "kernel-invlpgb")
            self.assertEqual(one.choice.name, "33")
        unmap, = found["batched unmap: a flush each, or one"]
        self.assertEqual(unmap.choice.name, "one broadcast for all")
        # 3150 against 7400 by interrupts.
        self.assertEqual(unmap.choice.worst.value, 0)
        asked, = [one for one in unmap.table.choices if one.name == "one for all"]
        self.assertAlmostEqual(asked.worst.value, 7400 / 3150 - 1)
        kernel = self.answers(rows)["ceiling for kernel ranges"]
        self.assertEqual({one.table.key for one in kernel}, {"kernel"})

    def test_what_is_not_told_says_why(self):
        found = self.answers([*local_rows(), *alone()])
        self.assertIn("no row of shootdown was measured: one processor",
                      found["INVLPGB, from how many CPUs"][0].lack)
        found = self.answers(local_rows())
        self.assertEqual(found["one by one, a cluster, all"][0].lack, "ipi was not run")

    def test_the_page_has_them_with_the_watermark_and_advises_on_hardware_alone(self):
        rows = [*local_rows(), *remote_everything()]
        for machine, advises in ((MACHINE, True), ({**MACHINE, **EMULATOR}, False)):
            page = self.page(machine=machine, verify=CELLS, results=rows)
            self.check_says(page, "Linux's own settings", "ceiling for INVLPGB 33 pages "
                            "(tlb_single_page_flush_ceiling) 33 ", "not told: how often a sleeping")
            self.assertEqual("one broadcast for all: 1" in page.text, advises)


if __name__ == "__main__":
    unittest.main()
