"""What is shown of several processors: calls, shootdowns, lazy TLB mode."""

import csv
import dataclasses
import io
import os

from pagecheck import Page
from remote_rows import (BENCHES, MACHINE, VERIFIED, Remote, everything, ipi, ipi_rows, lazy,
                         lazy_rows, near, shootdown_rows, shot)
from rundir import EMULATOR, histogram, read, replace, skipped, write_run

from tlbreport.draw import decomposition, percentile_panels, plot_cdf
from tlbreport.find import shots
from tlbreport.read.load import load
from tlbreport.read.run import Row

PICTURES = ("Round trip over the number of targets", "Cumulative distribution",
            "Parts of round trips", "Round trip by mode and state", "Round trip from each",
            "shootdown of one page", "shootdown of all others", "Difference of each variation",
            "while others begin one", "over the number of lazy targets", "Interrupts saved",
            "being interrupted")


class Pictures(Remote):
    def test_hardware_gets_every_picture_and_no_watermark(self):
        page = self.painted(everything())
        for what in PICTURES:
            self.assertTrue(any(what in p.label for p in page.pictures), what)
        self.assertFalse(any(p.watermarked for p in page.pictures))
        self.assertFalse(b"NOT A MEASUREMENT" in read(self.folder, "derived.csv"))

    def test_an_emulator_gets_the_same_with_the_watermark(self):
        count = len(self.painted(everything()).pictures)
        page = self.painted(everything(), machine={**MACHINE, **EMULATOR})
        self.assertEqual(len(page.pictures), count)
        for picture in page.pictures:
            self.assertTrue(picture.watermarked, picture.label)
        for row in csv.DictReader(io.StringIO(read(self.folder, "derived.csv").decode())):
            self.assertIn("EMULATOR (tcg): NOT A MEASUREMENT OF HARDWARE", row["evidence"])

    def test_hardware_whose_timing_is_not_valid_gets_it_on_every_picture(self):
        page = self.painted(everything(), machine={**MACHINE, "timing_valid": "0"})
        for picture in page.pictures:
            self.assertTrue(picture.watermarked, picture.label)

    def test_a_damaged_histogram_marks_the_distributions_alone(self):
        rows = [{**row, "n": "40"} for row in ipi_rows()]
        buckets = [h for row in rows if row["param"] == "targets"
                   for h in histogram(row, [(1000, 1500, 30), (1500, 9000, 10)])]
        write_run(self.folder, machine=MACHINE, results=rows, verify=VERIFIED, histogram=buckets)
        replace(self.folder, "histogram.csv", "1500.000,30", "1500.000,29")
        replace(self.folder, "histogram.csv", "9000.000,10", "9000.000,11")
        for picture in self.page(drawn=True, status=1).pictures:
            self.assertEqual(picture.watermarked, "istribution" in picture.label, picture.label)

    def test_rows_of_calls_are_shown_if_they_cannot_be_drawn(self):
        for variant in ("", "-", "unicast", "unicast-rtt", "unicast-hlt-rtt-moon-xapic", "dry-rtt",
                        "unicast-hlt-rtt-fromx-xapic", "unicast-hlt-rtt-from1-xapic",
                        "late-unicast", "unicast-late-alongside-own", "unicast-early-own-before-hlt",
                        "together-lock", "broadcast", "broadcast-issue", "broadcast-fence-hlt", "local-pcide", "first", "next-hlt", "saved-x",
                        "interrupted", "return-left", "$\\frac{x}$-rtt"):
            for swept in (("", ""), ("targets", 2), ("pages", "x"), ("lazy", 1), ("to", 1),
                          ("initiators", 2)):
                row = ipi(variant, 7, "", swept)
                rows = [{**row, "bench": bench, "op": "invlpg", "believed": "1"}
                        for bench in BENCHES]
                page = self.remote(rows)
                self.assertEqual(page.text.count(": 1 row."), len(BENCHES), (variant, swept))

    def test_numbers_of_any_size_can_be_drawn(self):
        for number in (-5e3, 0, 1e-3, 4e9):
            rows = [{**row, **dict.fromkeys(("min", "p01", "p05", "p25", "p50", "p75", "p95", "p99",
                                             "max", "ci95_lo", "ci95_hi", "b_p50"),
                                            f"{number:.3f}")} for row in everything()]
            self.assertGreater(len(self.painted(rows).pictures), len(PICTURES))

    def test_two_runs_can_be_compared(self):
        folders = [os.path.join(self.folder, name) for name in "ab"]
        for folder in folders:
            os.mkdir(folder)
            rows = everything()
            write_run(folder, machine=MACHINE, verify=VERIFIED, results=rows, histogram=[
                h for row in rows if row["status"] == "ok"
                for h in histogram(row, [(200, 208, int(row["n"]))])])
        status, _, err = self.command(*folders)
        self.assertEqual(status, 0, err)
        self.assertRegex(err, r"^0 of [1-9]\d* rows differ, \d+ not compared\n$")
        self.assertEqual(Page(read(folders[0], "compare.html").decode()).faults, [])


class Calls(Remote):
    def test_round_trips_stand_with_their_percentiles_by_apic_and_state(self):
        texts = self.texts(self.painted(ipi_rows()), "Round trip over")
        for state in ("hlt", "pause"):
            for which in ("p50", "p95", "p99"):
                self.assertIn(f"x2apic, {state}: {which}", texts)
        for mode in ("unicast", "cluster", "shorthand", "nmi", "poll"):
            self.assertEqual(texts.count(mode), 1, mode)
        self.assertIn("published, one target, in cycles", texts)
        row = Row(1, {"p50": "10", "ci95_lo": "9", "ci95_hi": "11", "p95": "12", "p99": ""})
        self.assertEqual([percentile_panels.percentile(row, which, 4)
                          for which in percentile_panels.PERCENTILES],
                         [(4, 10, 9, 11), (4, 12, 12, 12), None])

    def test_a_distribution_is_the_histogram_where_there_is_one(self):
        row = Row(1, {"min": "5", "p50": "8", "max": "20"})
        self.assertEqual(plot_cdf.of_row(row, [(10, 20, 3), (0, 10, 1)]), plot_cdf.Steps(
            [(0, 0.0), (10, 0.25), (10, 0.25), (20, 1.0)], True, 4))
        self.assertEqual(plot_cdf.of_row(row, []), plot_cdf.Steps(
            [(5, 0.0), (8, 0.5), (20, 1.0)], False, 1))
        mark = "only these percentiles are known"
        self.assertIn(mark, self.texts(self.painted(ipi_rows()), "Cumulative"))
        rows = [ipi("unicast-hlt-rtt-xapic", 900, n, ("targets", n), n="40") for n in (1, 2)]
        page = self.painted(rows, histogram=[h for row in rows for h in histogram(
            row, [(800, 900, 20), (900, 950, 20)])])
        self.assertNotIn(mark, self.texts(page, "Cumulative"))
        for text in ("unicast, xapic, hlt", "1 target", "2 targets"):
            self.assertIn(text, self.texts(page, "Cumulative"))

    def test_a_round_trip_is_the_sum_of_its_parts(self):
        texts = self.texts(self.painted(near(rtt=1000, send=100, oneway=600, handler=150)), "Parts")
        self.assertIn("100 + 500 + 150 + 250 = 1000", texts)
        for part in ("send", "delivery", "fetch of the request", "acknowledgement"):
            self.assertIn(part, texts)

    def test_cores_of_two_types_at_one_distance_are_told_apart(self):
        machine = {**MACHINE, "cpu_1": "apic=1 type=performance distance=cache",
                   "cpu_1_tsc_offset": "lo=-10 hi=10 rounds=9",
                   "cpu_2": "apic=2 type=efficient distance=cache",
                   "cpu_2_tsc_offset": "lo=-30 hi=30 rounds=9"}
        rows = [row for core, rtt in (("pcore", 1000), ("ecore", 1400))
                for row in near(distance=f"cache-{core}", rtt=rtt, send=100, oneway=600,
                                handler=150)]
        page = self.painted(rows, machine=machine)
        texts = self.texts(page, "Parts")
        for text in ("100 + 500 + 150 + 250 = 1000", "100 + 500 + 150 + 650 = 1400"):
            self.assertIn(text, texts)
        modes = self.texts(page, "Round trip by mode and state")
        for text in ("x2apic, same cache, pcore", "x2apic, same cache, ecore"):
            self.assertIn(text, modes)
        run = load(self.folder)
        self.assertEqual([decomposition.offset_error(run, "cache", core)
                          for core in ("pcore", "ecore")], [10, 30])

    def test_without_an_offset_the_parts_are_not_told_apart(self):
        texts = self.texts(self.painted(near(rtt=1000, send=100, handler=150)), "Parts")
        self.assertIn("100 + 150 + 750 = 1000", texts)
        self.assertIn("not told apart", texts)
        self.assertNotIn("delivery", texts)

    def test_a_one_way_time_that_cannot_be_is_not_drawn(self):
        for oneway in (-5, 1001, 990):
            page = self.painted(near(rtt=1000, send=100, oneway=oneway, handler=150))
            self.assertIn("100 + 150 + 750 = 1000", self.texts(page, "Parts"))
            self.check_says(page, "unicast, hlt, package, x2apic: the one-way time is not inside "
                                  "the round trip.")

    def test_a_target_that_began_before_the_send_had_ended_is_named(self):
        page = self.painted(near(rtt=1000, send=700, oneway=600, handler=150))
        self.assertIn("600 + 0 + 150 + 250 = 1000", self.texts(page, "Parts"))
        self.check_says(page, "the target began 100.0 ticks before the send had ended.")

    def test_the_doubt_about_the_clocks_is_half_the_interval_of_their_offset(self):
        write_run(self.folder, machine=MACHINE)
        run = load(self.folder)
        self.assertEqual([decomposition.offset_error(run, distance)
                          for distance in ("core", "package", "machine")], [10, 30, None])

    def test_the_doubt_about_the_clocks_stands_beside_the_one_way_time(self):
        parts = {"send": 100, "delivery": 500, decomposition.FETCH: 150, "acknowledgement": 250}
        one = decomposition.Trip("unicast", 1000, parts, False, 30, "")
        self.assertEqual(decomposition.one_way(one), "; one way 600 ± 30")
        for other in (dataclasses.replace(one, error=None),
                      dataclasses.replace(one, parts={"send": 100})):
            self.assertEqual(decomposition.one_way(other), "")

    def test_the_share_of_the_interrupt_is_what_polling_does_not_cost(self):
        rows = [ipi("unicast-hlt-rtt-package-x2apic", 3000, 1),
                ipi("poll-off-rtt-package-x2apic", 400, 1),
                ipi("poll-off-rtt-core-x2apic", 100, 1),
                ipi("store-mwait20-rtt-package-x2apic", 600, 1),  # no interrupt in it
                ipi("nmi-hlt-rtt-machine-x2apic", 5000, 1),
                # What its work takes is in it, which no poll has.
                *(ipi(f"unicast-{work}-rtt-package-x2apic", 9000, 1)
                  for work in ("sibling", "misses", "stores", "ring3", "cli"))]
        self.check_says(self.remote(rows), "unicast, hlt x2apic, same package 3000.0 3600.0 4200.0 "
                        "2600.0 [2583.0, 2617.0]")
        row, = self.derived(rows)
        self.assertEqual([row[c] for c in ("what", "op", "variant", "value", "lo", "hi", "unit")],
                         ["ipi_share", "none", "unicast-hlt-rtt-package-x2apic", "2600.000",
                          "2583.000", "2617.000", "ticks"])

    def test_pairs_are_a_map_and_failed_ones_are_crossed_out(self):
        rows = [row for row in ipi_rows() if row["param"] == "to"]
        lost = {**rows[0], "status": "timeout", "reason": "processor 1 did not answer", "p50": ""}
        texts = self.texts(self.painted([lost, *rows[1:]]), "Round trip from each")
        self.assertEqual([texts.count(text) for text in ("2000", "2700", "✗")],
                         [7, 48, 1])
        self.assertEqual(sum("pause" in text for text in texts), 1)
        self.assertNotIn("✗", self.texts(self.painted(rows), "Round trip from each"))

    def test_without_pairs_the_distances_stand_for_them(self):
        self.check_says(self.remote([row for row in ipi_rows() if row["param"] != "to"]),
                        "No pairs were called one by one")

    def test_calls_outside_the_published_range_are_flagged_on_hardware_only(self):
        rows = [*near(rtt=900, oneway=5000), ipi("unicast-hlt-rtt-xapic", 90000, 7, ("targets", 7)),
                ipi("unicast-hlt-rtt-machine-xapic", 20000, 1), ipi("self-rtt-xapic", 30)]
        page = self.remote(rows)
        self.check_says(page, "Outside the published range: 2.",
                        "unicast-hlt-rtt-package-x2apic: 900.000 ticks are 900 cycles, published",
                        "unicast-hlt-oneway-package-x2apic: 5000.000 ticks are 5000 cycles")
        page = self.remote(rows, machine={**MACHINE, **EMULATOR})
        self.assertFalse("⚐" in page.text)


class Shootdown(Remote):
    def test_each_dimension_stands_against_the_baseline_with_its_interval(self):
        rows = [shot("invlpg", "unicast-late-alongside-own-pause", 10000, 33),
                shot("invlpg", "unicast-late-alongside-own-pause", 500, 33, 1),
                shot("invlpg", "unicast-early-alongside-own-pause", 9000, 33),
                shot("cr3_reload", "unicast-late-alongside-own-pause", 12000, 33),
                shot("invlpg", "nmi-late-alongside-own-pause", 20000, 33)]
        page = self.painted(rows)
        self.check_says(
            page, "protocol early 33 pages, 7 targets 9000.0 10000.0 -1000.0 [-1095.0, -905.0] "
            "-10.0 %", "operation on the targets cr3_reload 33 pages, 7 targets 12000.0 10000.0 "
            "2000.0", "how they are asked nmi, pause 33 pages, 7 targets 20000.0 10000.0 10000.0")
        self.assertIn("-1000  [-1095, -905]", self.texts(page, "Difference of each"))

    def test_a_row_without_its_baseline_is_not_held_against_another(self):
        rows = [shot("invlpg", "unicast-late-alongside-own-pause", 10000, 33),
                shot("invlpg", "unicast-early-alongside-own-pause", 9000, 33, 1),
                shot("invlpg", "unicast-early-alongside-own-pause", 9000, 8)]
        write_run(self.folder, results=rows, verify=VERIFIED)
        self.assertEqual(shots.varied(shots.measured_shots(load(self.folder))), [])

    def crossing(self, broadcast: float) -> list:
        """value, lo, hi of unicast against the broadcast of one page."""
        rows = [row for row in shootdown_rows(broadcast) if row["value"] == "1"
                and not row["variant"].startswith(("nmi", "cluster", "poll"))]
        row, = self.derived(rows)
        self.assertEqual((row["what"], row["unit"], row["variant"]), (
            "broadcast_crossing", "targets",
            "unicast-late-alongside-own-pause-against-invlpgb_tlbsync"))
        return [row[c] for c in ("value", "lo", "hi")]

    def test_the_broadcast_is_cheaper_from_where_the_curves_cross(self):
        # 1000 ticks a target; intervals of 0.5 %: 2985 / 1005 and 3015 / 995.
        self.assertEqual(self.crossing(3000), ["3.000", "2.970", "3.030"])
        self.check_says(self.remote(shootdown_rows()),
                        "unicast unicast-late-alongside-own-pause 1 3.0 [3.0, 3.0]")

    def test_where_they_do_not_cross_there_is_a_bound(self):
        self.assertEqual(self.crossing(500), ["", "", "1.000"])
        self.assertEqual(self.crossing(90000), ["", "7.000", ""])
        self.check_says(self.remote(shootdown_rows(500)), "less than 1 ")
        self.check_says(self.remote(shootdown_rows(90000)), "more than 7 ")

    def test_without_the_broadcast_the_reason_is_said(self):
        rows = [row for row in shootdown_rows() if row["op"] != "invlpgb_tlbsync"]
        rows.append({**skipped("invlpgb_tlbsync", "broadcast-pause", "invlpgb"),
                     "bench": "shootdown"})
        page = self.remote(rows)
        self.check_says(page, "There is no crossing: skipped invlpgb.", "Skipped: invlpgb (1 row).")
        self.assertFalse("broadcast_crossing" in read(self.folder, "derived.csv").decode())

    def test_the_code_of_kernels_stands_beside_the_figures(self):
        self.check_says(self.remote(shootdown_rows()), "call_single_queue", "arch_tlbbatch_flush",
                        "inc_mm_tlb_gen, flush_tlb_func by tlb_gen", "broadcast_tlb_flush",
                        "smp_targeted_tlb_shootdown", "flush_area_mask")
        self.check_says(self.remote(lazy_rows()), "leave_mm: load_cr3(swapper_pg_dir)",
                        "should_flush_tlb", "freed_tables")
        self.check_says(self.remote(near(rtt=900)), "native_send_call_func_single_ipi")

    def test_waking_by_a_store_stands_against_an_interrupt_from_mwait_and_from_hlt(self):
        page = self.remote(ipi_rows())
        self.check_says(page, "Waking an idle processor", "mwait_idle_with_hints",
                        "x2apic, same package 20 8500.0 9500.0 1000.0")
        self.check_says(page, "3100.0 -5400.0 920.0")
        rows = [row for row in ipi_rows() if "store" not in row["variant"]]
        self.assertNotIn("Waking an idle processor", self.remote(rows).text)

    def test_a_store_that_woke_nobody_is_said_with_how_many(self):
        for count, said in (("0", "Every store woke its processor."),
                            ("3", "3 stores woke nobody: an interrupt had to.")):
            tests = [{"test": "store_wakes_lost", "value": f"{count}.000"},
                     {"test": "store_wakes_between", "value": "99.000", "unit": "percent"}]
            page = self.remote(ipi_rows(), selftest=tests)
            self.check_says(page, said, "99 % of those that were to come between")

    def test_what_a_target_fetches_again_stands_by_operation_and_working_set(self):
        page = self.remote(shootdown_rows())
        self.check_says(page, "What the target then fetches again",
                        "cr3_reload unicast pause 512 21.0", "10752.0",
                        "invlpg unicast pause 64 0.4", "25.6",
                        "invlpgb_context broadcast pause pcide 64 22.0")
        rows = [row for row in shootdown_rows() if "refill" not in row["variant"]]
        self.assertNotIn("What the target then fetches", self.remote(rows).text)

    def test_a_flush_for_each_page_stands_against_one_for_all(self):
        page = self.remote(shootdown_rows())
        self.check_says(page, "A flush for each page, or one for many",
                        "33 231000.0 7400.0 cr3_reload 223600.0")
        self.check_says(page, "33 231000.0 3150.0 invlpgb_all_non_global 227850.0")
        rows = [row for row in shootdown_rows()
                if row["op"] not in ("cr3_reload", "cr3_pcid_flush", "invlpgb_all_non_global")]
        self.assertNotIn("one for many", self.remote(rows).text)

    def test_freed_tables_stand_against_the_broadcast_and_the_interrupts_alone(self):
        page = self.remote(shootdown_rows())
        self.check_says(page, "Page tables are freed", "tlb_remove_table_sync_one",
                        "invlpgb_tlbsync 1 7 8000.0 3000.0 7000.0 invlpg ",
                        "invlpgb_context 512 7 8100.0 3100.0 7450.0 cr3_pcid_flush")
        rows = [row for row in shootdown_rows() if "tables" not in row["variant"]]
        self.assertNotIn("Page tables are freed", self.remote(rows).text)

    def test_requests_stand_beside_interrupts_with_what_came_of_them(self):
        rows = [*shootdown_rows(), shot("invpcid_all_non_global", "rar-match-pause", 650, believed="")]
        for reason, op, words in (("RAR done but 8 of 16 words stale", "invpcid_all_global", "rar-any-pause"),
                                  ("processor 2: RAR says 80", "invpcid_context", "rar-invpcid-pause-pcide"),
                                  ("processor 0 unresponsive: RAR says 01", "invlpg", "rar-any-self-pause")):
            rows.append({**skipped(op, words, reason), "bench": "shootdown", "param": "pages", "value": "1",
                         "targets": "7", "status": "timeout" if "unresponsive" in reason else "failed"})
        page = self.remote(rows)
        self.check_says(page, "nothing but the model has seen it",
                        "invlpg any 1 1 600.0 1000.0 done, and dropped",
                        "invlpg any 1 7 4200.0 7000.0 done, and dropped",
                        "invpcid_all_non_global match 1 7 650.0 7400.0 done; nothing shows",
                        "invpcid_all_global any 1 7 failed: RAR done but 8 of 16 words stale",
                        "invpcid_context invpcid 1 7 7500.0 failed: processor 2: RAR says 80",
                        "invlpg any self 1 7 7000.0 timeout: processor 0 unresponsive: RAR says 01")

    def test_without_requests_nothing_is_said_of_them(self):
        rows = [row for row in shootdown_rows() if "rar" not in row["variant"]]
        rows.append({**skipped("invlpg", "rar-any-pause", "rar"), "bench": "shootdown", "param": "pages",
                     "value": "1"})
        self.assertNotIn("By Remote Action Request", self.remote(rows).text)

    def test_a_request_without_a_number_of_pages_is_left_out(self):
        rows = [*shootdown_rows(), *({**shot("invlpg", "rar-match-pause", 650), "value": value}
                                     for value in ("", "x"))]
        text = self.remote(rows).text
        self.assertIn("By Remote Action Request", text)
        self.assertNotIn("invlpg match", text)

    def test_an_interrupt_behind_a_broadcast_is_no_point_of_the_broadcast(self):
        write_run(self.folder, results=shootdown_rows(), verify=VERIFIED)
        found, = [one for one in shots.against(load(self.folder))
                  if (one.shot.how, one.pages) == ("unicast", 1)]
        self.assertEqual(found.level.y, 3000)

    def test_several_at_once_are_told_apart_by_how_they_wait_and_what_they_skip(self):
        made = self.painted(shootdown_rows())
        self.check_says(made, "of one address space, whose generations (tlb_gen)")
        said = self.texts(made, "Cost of a shootdown while others")
        for line in ("invlpg, by tlb_gen, irqson", "invlpg, without a lock, irqson",
                     "invlpg, under a lock"):
            self.assertIn(line, said)

    def test_it_is_said_whether_a_missing_flush_would_have_been_seen(self):
        self.check_says(self.remote(shootdown_rows()), "It is not known whether a missing flush")
        tests = [{"test": "shootdown_words", "value": "93490.000", "verdict": "recorded"},
                 {"test": "shootdown_shown", "value": "98.500", "verdict": "recorded"}]
        self.check_says(self.remote(shootdown_rows(), selftest=tests),
                        "93490 words were read behind shootdowns. Without a shootdown such words "
                        "were stale in 98.500 % of the chunks")


class Lazy(Remote):
    def test_lazy_stands_against_eager(self):
        self.check_says(self.remote(lazy_rows()), "mask next pause 0 8000.0 9600.0 11200.0 eager",
                        "mask next pause 4 4000.0 4800.0 5600.0 -4000.0 [-4060.0, -3940.0]",
                        "generation first pause 4 4100.0 4920.0 5740.0 -4000.0",
                        "generation first tables pause 4 7940.0", "mask_init_mm first pause 4 7800.0",
                        "mask, up to 2002", "it compares tlb_gen")

    def test_each_protocol_has_a_line_of_its_own(self):
        texts = self.texts(self.painted(lazy_rows()), "number of lazy targets, in TSC ticks")
        for name in ("mask first", "mask next", "mask_init_mm first", "generation first",
                     "generation first tables"):
            self.assertIn(name, texts)

    def test_without_an_eager_row_there_is_no_difference(self):
        page = self.remote([lazy("mask-next-pause", 4000, 4)])
        self.check_says(page, "mask next pause 4 4000.0 4800.0 5600.0")
        self.assertFalse("eager [" in page.text or "[-" in page.text)

    def test_interrupts_saved_stand_beside_the_most_that_can_be(self):
        texts = self.texts(self.painted(lazy_rows()), "Interrupts saved")
        for name in ("all requests of each", "mask", "generation"):
            self.assertIn(name, texts)

    def test_who_is_interrupted_and_who_comes_back_have_lines_of_their_own(self):
        texts = self.texts(self.painted(lazy_rows()), "being interrupted")
        for text in ("interrupted", "return", "return, with 512 pages behind it",
                     "mask, left, pause", "mask_init_mm, left, pause", "generation, stayed, pause",
                     "generation, tables, pause",
                     "400  [398, 402]"):
            self.assertIn(text, texts)
