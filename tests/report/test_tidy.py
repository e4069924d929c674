"""tidy.csv: every row of every type of core, its variant taken apart, and what may be quoted."""

import csv
import io
import itertools
import os

from remote_rows import everything as remote_rows
from rundir import (EMULATOR, GUEST, HARDWARE, RunTest, checked, cost, csv_bytes, read, skipped,
                    small_results, write_files, write_run)
from synthetic import planned
from test_cores import HYBRID, TYPED, E, P, cells, costs
from test_readme import dimensions

from tlbreport.read.load import load
from tlbreport.read.variant import FORMS, parse
from tlbreport.tidy import DIMENSIONS, SWEPT, tidy


class Tidy(RunTest):
    def rows(self, results=None, **more) -> list:
        """The rows of tidy.csv of such a run."""
        write_run(self.folder, results=results, **more)
        return self.made()

    def made(self) -> list:
        return list(csv.DictReader(io.StringIO(tidy(load(self.folder)), newline="")))

    def test_every_row_is_there_once_in_its_order(self):
        given = [*small_results(), *remote_rows(), skipped("invlpg", "marginal-1g", "no page")]
        found = self.rows(given)
        name = ("bench", "op", "variant", "targets", "status", "reason")
        self.assertEqual([[row[column] for column in name] for row in found],
                         [[row.get(column, "") for column in name] for row in given])

    def test_each_dimension_of_what_is_planned_has_its_column(self):
        given = [cost(row["op"], row["variant"], 5, bench=row["bench"], param=row["param"],
                      value=row["value"]) for row in planned("smoke")] + remote_rows()
        for row, was in zip(self.rows(given), given):
            said = parse(row["bench"], row["variant"])
            back = {}
            for column, field in DIMENSIONS.items():
                value, kind = row[column], type(getattr(said, field))
                if value not in ("", "current"):
                    back[field] = kind(int(value)) if kind in (bool, int) else value
            self.assertEqual(type(said)(row["bench"], **back), said)
            if was["param"] not in ("", "targets"):
                self.assertEqual(row[was["param"]], was["value"])
            for param in set(SWEPT) - {was["param"]}:
                self.assertEqual(row[param], "", row)

    def test_every_parameter_has_a_column(self):
        params = {row["param"] for row in itertools.chain(
            *(planned(profile) for profile in ("smoke", "default", "full")), remote_rows())}
        self.assertEqual(params - {"", "targets"}, set(SWEPT))

    def test_what_a_benchmark_cannot_say_is_empty_and_what_it_does_not_say_is_0(self):
        (op, call) = self.rows([cost("invlpg", "marginal-4k", 200),
                                cost("none", "unicast-hlt-rtt-core-xapic", 900, bench="ipi")])
        self.assertEqual([op[c] for c in ("pcide", "global", "target_pcid", "stores", "mode")],
                         ["0", "0", "current", "", ""])
        self.assertEqual([call[c] for c in ("pcide", "global", "target_pcid", "mode", "sender")],
                         ["0", "", "", "unicast", ""])

    def test_a_variant_that_is_not_known_says_nothing(self):
        (row,) = self.rows([cost("invlpg", "marginal-4k-moon", 200)])
        self.assertEqual((row["variant"], row["p50"]), ("marginal-4k-moon", "200.000"))
        self.assertEqual({row[column] for column in DIMENSIONS}, {""})

    def test_nanoseconds_are_ticks_by_the_rate_of_the_clock(self):
        rows = [cost("invlpg", "marginal-4k", 212), cost("none", "marginal", -1),
                cost("invlpg", "marginal-4k-cycles", 300, unit="cycles"),
                skipped("invlpg", "marginal-1g", "no page")]
        names = ("p50", "p50_ns", "ci99_lo_ns", "ci99_hi_ns")
        self.assertEqual([[row[name] for name in names] for row in self.rows(rows)], [
            ["212.000", "106.000", "104.940", "107.060"], ["-1.000", "-0.500", "-0.495", "-0.505"],
            ["300.000", "", "", ""], ["", "", "", ""]])
        for hz in ("", "0", "2 GHz"):
            found = self.rows(rows, machine={**HARDWARE, "tsc_hz": hz})
            self.assertEqual({row["p50_ns"] for row in found}, {""}, hz)

    def test_timing_is_valid_only_of_hardware_whose_clock_passed(self):
        for machine, valid in ((HARDWARE, "1"), ({**HARDWARE, "timing_valid": "0"}, "0"),
                               (EMULATOR, "0"), (GUEST, "0"), ({**EMULATOR, "timing_valid": "1"}, "0"),
                               ({**HARDWARE, "env": ""}, "0")):
            found = self.rows(machine=machine)
            self.assertEqual({row["timing_valid"] for row in found}, {valid}, machine["env"])
            self.assertEqual({row["files_whole"] for row in found}, {"1"})
            self.assertEqual({(row["run_id"], row["processor"]) for row in found},
                             {(HARDWARE["run_id"], machine["brand"])})

    def test_rows_of_a_run_with_a_damaged_file_say_so(self):
        write_run(self.folder)
        os.remove(os.path.join(self.folder, "selftest.csv"))
        self.assertEqual({row["files_whole"] for row in self.made()}, {"0"})

    def test_what_failed_behind_the_timing_is_not_believed_here_either(self):
        verify = checked("invlpg", "page_4k")
        verify[1].update(verdict="fail", stale_after="3")
        self.assertEqual([row["believed"] for row in self.rows(
            [cost("invlpg", "marginal-4k", 200)], verify=verify)], ["0"])

    def test_other_types_of_core_follow_with_their_own_validity(self):
        machine = {**HYBRID, "core_type_1": HYBRID["core_type_1"].replace(
            "timing_valid=1", "timing_valid=0")}
        write_files(self.folder, machine, {
            "results.csv": csv_bytes(TYPED[0], [*costs(P, 1), *costs(E, 2)]),
            "verify.csv": csv_bytes(TYPED[1], [*cells(P), *cells(E)])})
        self.assertEqual([(row["core_type"], row["timing_valid"]) for row in self.made()],
                         [(P, "1"), (P, "1"), (E, "0"), (E, "0")])

    def test_it_is_no_file_of_the_run(self):
        write_run(self.folder)
        self.command(self.folder)
        first = read(self.folder, "tidy.csv")
        status, _, err = self.command(self.folder)
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(read(self.folder, "tidy.csv"), first)

    def test_the_readme_has_the_dimensions_of_each_benchmark(self):
        wanted = {bench: {slot.name.removeprefix("is_") for form in forms for slot in form}
                  for bench, forms in FORMS.items()}
        self.assertEqual(dimensions(), wanted)
