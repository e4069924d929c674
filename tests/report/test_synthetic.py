"""The analysis finds what is true of a machine that was made up: within 2 %."""

import csv
import io
import math
import random
from dataclasses import replace

from pagecheck import PageTest
from rundir import read, write_run
from synthetic import (PAGES, SETS, Level, Machine, Rows, capacity_rows, grid, machine_facts,
                       range_rows, size_rows)

from tlbreport.breakeven import pairs
from tlbreport.derived import derived
from tlbreport.knees import knees
from tlbreport.load import load
from tlbreport.sweep import Point

PERCENT = 2
SEEDS = range(1, 6)
MACHINES = (
    Machine(),
    Machine(page=212, first=0, full={op: 1.7 * cost for op, cost in Machine().full.items()},
            refill=34, slots=6, dearer=9),
    Machine(page=95, first=150, refill=9.5, slots=16, levels={
        "data-4k": [Level(1, 72, 7), Level(256, 12, 30)],
        "code-4k": [Level(1, 64, 9), Level(128, 4, 22)],
        "data-1g": [Level(1, 72, 7)]}),
)


class Synthetic(PageTest):
    def derived(self, rows: list, **machine) -> list:
        """derived.csv of a run of these rows."""
        write_run(self.folder, results=rows, verify=[])
        text = derived(load(self.folder))
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def check_near(self, found: str, true: float, what):
        self.assertLessEqual(abs(float(found) / true - 1), PERCENT / 100, what)


class BreakEven(Synthetic):
    def found(self, machine: Machine, rows: list):
        """(row of derived.csv, the truth by hand) of each pair."""
        for row in self.derived(rows):
            if row["what"] != "break_even":
                continue
            variant, _, op = row["variant"].partition("-against-")
            each = machine.pair if variant.startswith("pti") else machine.page
            yield row, machine.break_even(op, int(variant.split("-w")[1]), each)

    def test_the_break_even_is_found_within_2_percent(self):
        count = 0
        for number, machine in enumerate(MACHINES):
            rows = Rows(number + 1)
            range_rows(machine, rows)
            for row, true in self.found(machine, rows.rows):
                count += 1
                if PAGES[0] <= true <= PAGES[-1]:
                    self.check_near(row["value"], true, (number, row))
                else:
                    self.assertEqual(row["value"], "", (number, row))
        self.assertEqual(count, len(MACHINES) * len(SETS) * 8)

    def test_its_interval_holds_the_truth_in_95_of_100(self):
        held, count = 0, 0
        for seed in SEEDS:
            rows = Rows(100 + seed)
            range_rows(Machine(), rows)
            for row, true in self.found(Machine(), rows.rows):
                count += 1
                low, high = float(row["lo"] or 0), float(row["hi"] or "inf")
                held += low <= true <= high
        self.assertGreaterEqual(held, 0.95 * count)

    def test_counted_instructions_cross_where_they_do_by_hand(self):
        # A loop of 3 instructions of 32 ticks, 5 around it; one flush of 2 with 512 pages of 1.
        rows = Rows(1, noise=0)
        for n in (1, 2, 4, 8, 16, 24, 32, 33, 48, 64, 96, 128, 192, 256):
            rows.add("range", "invlpg", "range-4k-w512", 32 * (5 + 3 * n), ("pages", n))
        rows.add("range", "cr3_reload", "space-w512", 32 * (2 + 512))
        row, = self.derived(rows.rows)
        self.assertEqual([row[c] for c in ("value", "lo", "hi")], ["169.667"] * 3)  # 509 / 3

    def test_a_crossing_at_a_measured_place_is_that_place(self):
        rows = Rows(1, noise=0)
        for n in (1, 2, 4, 8):
            rows.add("range", "invlpg", "range-4k-w0", 32 * n, ("pages", n))
        for flushed in (1, 4, 8):
            rows.add("range", "cr3_reload", "space-w0", 32 * flushed)
            row = self.derived(rows.rows)[0]
            self.assertEqual([row[c] for c in ("value", "lo", "hi")], [f"{flushed}.000"] * 3)
            rows.rows.pop()

    def test_curves_that_do_not_cross_have_no_break_even_but_a_bound(self):
        for flushed, side, ends in ((31, "below", ["", "1.000"]), (999, "beyond", ["8.000", ""])):
            rows = Rows(1, noise=0)
            for n in (1, 2, 4, 8):
                rows.add("range", "invlpg", "range-4k-w0", 32 * n, ("pages", n))
            rows.add("range", "cr3_reload", "space-w0", flushed)
            row, = self.derived(rows.rows)
            self.assertEqual([row["value"], row["lo"], row["hi"]], ["", *ends])
            self.assertIn(f"they do not cross: N* is {side}", row["evidence"])

    def test_only_the_same_mode_size_and_working_set_are_held_against_each_other(self):
        rows = Rows(1, noise=0)
        for variant in ("range-4k-w0", "range-4k-w64", "range-4k-pcide-w0", "range-2m-w0"):
            for n in (1, 8):
                rows.add("range", "invlpg", variant, 32 * n, ("pages", n))
        rows.add("range", "cr3_reload", "space-w0", 64)
        rows.add("range", "cr4_pge_toggle", "all-4k-w64", 64)
        rows.add("range", "cr3_pcid_flush", "space-2m-pcide-w0", 64)
        self.assertEqual([row["variant"] for row in self.derived(rows.rows)],
                         ["range-4k-w0-against-cr3_reload", "range-4k-w64-against-cr4_pge_toggle",
                          "range-2m-w0-against-cr3_reload"])

    def test_one_page_is_the_first_point_of_the_range(self):
        rows = Rows(1, noise=0)
        for n in (4, 8):
            rows.add("range", "invlpg", "range-4k-w0", 32 * n, ("pages", n))
        rows.add("range", "cr3_reload", "space-w0", 64)
        for swept in (("pages", 1), None):
            rows.add("range", "invlpg", "page-4k-w0", 32, swept)
            self.assertEqual(self.derived(rows.rows)[0]["value"], "2.000")
            rows.rows.pop()

    def test_a_dip_of_noise_does_not_make_a_second_crossing(self):
        rows = Rows(1, noise=0)
        for n, cost in ((1, 100), (2, 220), (4, 180), (8, 800)):
            rows.add("range", "invlpg", "range-4k-w0", cost, ("pages", n))
        rows.add("range", "cr3_reload", "space-w0", 500)
        self.assertEqual(self.derived(rows.rows)[0]["value"], "6.000")


class Knees(Synthetic):
    def test_the_sizes_of_all_levels_are_found_within_2_percent(self):
        for number, machine in enumerate(MACHINES):
            for seed in SEEDS:
                rows = Rows(10 * number + seed)
                size_rows(machine, rows)
                found = {row["variant"]: row for row in self.derived(rows.rows)}
                true = {f"{kind}-{at}": level.entries for kind, levels in machine.levels.items()
                        for at, level in enumerate(levels, 1)}
                self.assertEqual(set(found), set(true), (number, seed))
                for name, entries in true.items():
                    self.check_near(found[name]["value"], entries, (number, seed, found[name]))

    def test_the_interval_holds_the_size_in_95_of_100(self):
        held, count = 0, 0
        for seed in range(40):
            rows = Rows(1000 + seed)
            size_rows(Machine(), rows)
            for row in self.derived(rows.rows):
                kind, _, number = row["variant"].rpartition("-")
                true = Machine().levels[kind][int(number) - 1].entries
                count += 1
                held += float(row["lo"]) <= true <= float(row["hi"])
        self.assertGreaterEqual(held, 0.95 * count)

    def test_a_plateau_that_leans_does_not_move_the_knee(self):
        draw, points = random.Random(3), []
        for w in grid([64, 1536]):
            y = 8 * (w > 64) + 3 * max(0, math.log2(w / 512)) + 26 * max(0, 1 - 1536 / w)
            y += draw.gauss(0, 0.05)
            points.append(Point(w, y, y - 0.1, y + 0.1, None))
        first, second = knees(tuple(points))
        self.check_near(first.value, 64, first)
        self.assertLessEqual(abs(second.value / 1536 - 1), 0.03, second)

    def test_coarse_points_give_a_wide_interval_and_not_a_wrong_size(self):
        points = tuple(Point(w, y, y - 0.1, y + 0.1, None) for w, y in
                       ((1, 0), (4, 0), (16, 0), (64, 0), (256, 8), (1024, 8), (4096, 34)))
        first, second = knees(points)
        self.assertTrue(first.low <= 64 and first.high == 255, first)
        self.assertTrue(second.low <= 1024 and second.high == 4095, second)

    def test_noise_alone_has_no_knee(self):
        draw, found = random.Random(1), 0
        for _ in range(100):
            values = [(w, draw.gauss(0, 1)) for w in grid([64, 1536])]
            found += len(knees(tuple(Point(w, y, y - 1.96, y + 1.96, None) for w, y in values)))
        self.assertLessEqual(found, 5)

    def test_any_values_can_be_fitted(self):
        draw = random.Random(2)
        for count in range(1, 30):
            for spread in (0, 1e-9, 1, 1e12):
                values = [draw.choice((-spread, 0, spread)) for _ in range(count)]
                knees(tuple(Point(n, y, y, y, None) for n, y in enumerate(values)))


class Capacity(Synthetic):
    def test_the_capacity_is_found(self):
        for slots in (1, 2, 4, 6, 16, 33):
            rows = Rows(slots)
            capacity_rows(Machine(slots=slots), rows)
            found = self.derived(rows.rows)
            self.assertEqual(len(found), 4)
            for row in found:
                if slots <= 16:
                    self.check_near(row["value"], slots, row)
                self.assertTrue(float(row["lo"]) <= slots <= float(row["hi"]), row)

    def test_pcids_that_are_never_lost_have_a_bound_and_no_value(self):
        rows = Rows(1)
        capacity_rows(Machine(slots=4096), rows)
        for row in self.derived(rows.rows):
            self.assertEqual([row["value"], row["lo"], row["hi"]], ["", "129.000", ""])


class Evidence(Synthetic):
    def test_each_line_says_by_which_method_from_which_rows(self):
        rows = Rows(1)
        for make in (range_rows, size_rows, capacity_rows):
            make(replace(Machine()), rows)
        write_run(self.folder, results=rows.rows, verify=[],
                  machine={"env": "hw", "timing_valid": "1", **machine_facts(Machine())})
        self.command(self.folder)
        text = read(self.folder, "derived.csv").decode()
        for row in csv.DictReader(io.StringIO(text, newline="")):
            self.assertIn("results.csv at p", row["evidence"])
            self.assertRegex(row["evidence"], "95 %")
            self.assertNotIn("MEASUREMENT", row["evidence"])
        self.assertIn("CPUID: l1=64 l2=1536", text)
        self.assertEqual(len(pairs(load(self.folder))), 8 * len(SETS))
