"""What is shown and said of ceilings, PCIDs, switches and the TLB; and what is kept silent."""

import os

from pagecheck import Page, PageTest
from rundir import EMULATOR, HARDWARE, checked, histogram, read, replace, skipped, write, write_run
from synthetic import NORMAL_95, Machine, Rows, everything, follow, machine_facts

from tlbreport.find.settings import advice
from tlbreport.read.load import load

OPS = ("invlpg", "cr3_reload", "cr4_pge_toggle", "cr3_pcid_flush", "invpcid_address",
       "invpcid_context", "invpcid_by_cr3", "invpcid_all_global", "invpcid_all_non_global",
       "invpcid_by_cr3_seed", "cr4_smep_set", "cr0_pg_toggle", "invlpgb_tlbsync",
       "invlpgb_context", "invlpgb_all_global", "invlpgb_all_non_global", "cr3_pti_deferred")
KEEPS = [cell for entry in ("page_4k", "target_pcid", "other_pcid", "psc")
         for cell in checked("cr3_pcid_noflush", entry, "may", "kept", pcide="1")]
VERIFIED = [*(cell for op in OPS for cell in checked(op, "page_4k")), *KEEPS]
BENCHES = ("refill", "range", "switch", "policy", "tlb_size", "pcid_capacity")
SAID = ("this machine would want", "too high", "use PCIDs,", "make kernel pages global",
        "flushed by", "break-even against the flush")

EVERYTHING = everything(Machine(), 1)


def crossing_at(pages: int, more: int = 0, mode: str = "", flush: str = "cr3_reload") -> list:
    """Rows that cross at this many pages without a working set, and at more with one."""
    rows = Rows(1, noise=0)
    for w in (0, 64):
        for n in (1, 2, 512, 8192):
            rows.add("range", "invlpg", f"range-4k{mode}-w{w}", 10 * n + w, ("pages", n))
        rows.add("range", flush, f"space{mode}-w{w}", 10 * (pages + (w > 0) * more) + w)
    return rows.rows


def allowed(pages: int) -> str:
    """The interval of such a crossing, whose rows have none, if boots differ by 2 %."""
    more = 0.02 * NORMAL_95
    return f"[{pages * (1 - more) / (1 + more):.1f}, {pages * (1 + more) / (1 - more):.1f}]"


class Policy(PageTest):
    def all(self, machine: dict, **more) -> Page:
        """The page of a run that has everything."""
        return self.page(drawn=True, machine={**machine, **machine_facts(Machine())},
                         verify=VERIFIED, results=EVERYTHING, **more)

    def test_a_flush_that_is_always_cheaper_is_drawn_below_the_pages_measured(self):
        page = self.page(drawn=True, machine=HARDWARE, verify=VERIFIED, results=crossing_at(0.5))
        texts = [text for picture in page.pictures for text in picture.texts]
        self.assertIn("below them", texts)

    def test_hardware_gets_pictures_a_sentence_and_recommendations(self):
        page = self.all(HARDWARE)
        self.assertEqual(len(page.pictures), 19)
        self.assertFalse(any(p.watermarked for p in page.pictures))
        self.check_says(
            page, "With PCIDs, as Linux runs on this processor, this machine would want a ceiling "
            "for invlpg (4k) against cr3_pcid_flush that depends on the working set, in pages: 1.9 "
            "[1.7, 2.1] at W = 0, 10.", "Linux's 33 is too high at W = 0, 64, 6144, too low at "
            "W = 512, 1536; "
            "FreeBSD's 4095 is too high at each W.", "use PCIDs, loads with bit 63 set",
            "4: more keep their PCID, but not their translations", "perprocess or gen: no difference shown",
            "Linux's default, rr6 by cr3_pcid_flush", "without PCIDs, nopcid by cr3_reload",
            "PCIDs for each processor (zipf stale20)", "make kernel pages global", "l2 1536 inside the interval",
            "invlpg + invpcid_address, 4k, with PCIDs, page-table isolation",
            "For kernel ranges, with PCIDs, whose pages are global (flush_tlb_kernel_range against "
            "flush_tlb_all), the ceiling would be:")
        said = " ".join(p.label for p in page.pictures)
        for what in ("Refill of a page", "dropping N pages", "Break-even", "a switch over",
                     "a step with its accesses, in TSC ticks per step",
                     "an access, in TSC ticks per access, over",
                     "Flushes, in flushes per 1000 steps, over", "translation over",
                     "Cost of a probe"):
            self.assertIn(what, said)
        for name in ("FreeBSD", "ceilings: Xen 1, Asterinas 32, Linux 33, FreeBSD 4095", "W = 512 pages",
                     "random, invpcid_context", "code-4k", "noflush-s8, cr3_pcid_noflush",
                     "kernel thread: nothing loaded", "cold, by1g"):
            self.assertTrue(any(name in p.texts for p in page.pictures), name)

    def test_policies_are_drawn_and_named_by_the_step_that_their_rows_count(self):
        rows = Rows(1)
        follow(Machine(), rows, "policy")
        page = self.page(drawn=True, results=rows.rows, verify=VERIFIED)
        drawn = [p for p in page.pictures if "number of processes" in p.label]
        axes = ("TSC ticks per step", "TSC ticks per access", "flushes per 1000 steps",
                "TSC ticks per step")
        for picture, axis in zip(drawn, axes, strict=True):
            self.assertTrue(any(text.startswith(axis) for text in picture.texts), axis)
            self.assertFalse(any("switch" in text for text in picture.texts), picture.label)
        self.assertEqual(drawn[0].label, "Cost of a step with its accesses, in TSC ticks per step, "
                         "over the number of processes; the tables have the numbers.")
        self.check_says(page, "Rows in -flushes and -loads are counts per 1000 steps")
        for name in ("rr6", "gen", "nopcid", "zipf stale20", "zipf pti", "zipf w512"):
            self.assertIn(name, drawn[3].texts)
            self.assertEqual(name.startswith("zipf "), name not in drawn[0].texts, name)

    def test_an_emulator_gets_the_same_pictures_with_the_watermark_and_no_sentence(self):
        page = self.all(EMULATOR)
        self.assertNotIn("For kernel ranges", page.text)
        self.check_says(page, "native_flush_tlb_local", "native_flush_tlb_global", "nopcid",
                        "pmap_invalidate_range below PMAP_INVLPG_THRESHOLD", "enter_lazy_tlb",
                        "SWITCH_TO_USER_CR3", "choose_new_asid, TLB_NR_DYN_ASIDS", "pmap_pcid_alloc")
        self.assertEqual(len(page.pictures), 19)
        for picture in page.pictures:
            self.assertTrue(picture.watermarked, picture.label)
        for text in SAID:
            self.assertFalse(text in page.text, text)
        refusal = "Nothing is recommended. EMULATOR (tcg): NOT A MEASUREMENT OF HARDWARE"
        self.assertEqual(page.text.count(refusal), 2)  # on the first screen and of the settings
        self.assertEqual(read(self.folder, "report.html").count(b'<table class="marked">'), 12)
        self.assertIn(b"EMULATOR (tcg)", read(self.folder, "derived.csv"))

    def test_hardware_whose_timing_is_not_valid_or_whose_file_is_damaged_gets_none(self):
        write_run(self.folder, machine={**HARDWARE, "timing_valid": "0"}, verify=VERIFIED,
                  results=crossing_at(40))
        self.assertFalse("would want" in self.page().text)
        write_run(self.folder, verify=VERIFIED, results=crossing_at(40))
        self.assertTrue("would want" in self.page().text)
        replace(self.folder, "results.csv", "400.000", "401.000")
        self.assertFalse("would want" in self.page(status=1).text)

    def test_linux_s_way_is_with_isolation_where_the_processor_does_not_say_rdcl_no(self):
        of_both = ("With PCIDs, as Linux runs on this processor, this machine would want a ceiling "
                   "for invlpg + invpcid_address (4k)")
        for said, shown in (("0", True), ("no such MSR", True), ("1", False), ("", False)):
            page = self.all({**HARDWARE, "vendor": "GenuineIntel", "rdcl_no": said})
            self.assertEqual(of_both in page.text, shown, said)
            self.assertEqual("as Linux runs on this processor, this machine would want a ceiling "
                             "for invlpg (4k)" in page.text, not shown, said)

    def test_linux_uses_no_pcids_where_invlpg_is_not_repaired(self):
        for revision, mode in (("0x2d", "Without PCIDs"), ("0x2e", "With PCIDs")):
            page = self.all({**HARDWARE, "vendor": "GenuineIntel", "family": "6", "model": "151",
                             "microcode": revision, "rdcl_no": "1"})
            self.check_says(page, f"{mode}, as Linux runs on this processor, this machine would ")

    def broadcast_at(self, pages: int, flush: str) -> list:
        """Rows of INVLPGB that cross there, with PCIDs."""
        return [{**row, "op": {"invlpg": "invlpgb_tlbsync"}.get(row["op"], row["op"])}
                for row in crossing_at(pages, mode="-pcide", flush=flush)]

    def test_a_broadcast_of_pages_stands_against_one_of_the_whole_pcid_alone(self):
        for flush in ("cr3_pcid_flush", "invpcid_context"):
            self.assertEqual([one for one in self.advice(self.broadcast_at(40, flush)).values()
                              if "invlpgb" in one.setting], [], flush)
        rows = self.broadcast_at(40, "invlpgb_context")
        one, = [one for one in self.advice(rows).values() if "invlpgb" in one.setting]
        self.assertIn("invlpgb_context", one.evidence)
        low, high = one.ends[0]
        self.assertTrue(low < 40 < high, one)
        self.check_says(self.page(verify=VERIFIED, results=rows), "For INVLPGB of pages of a process "
                        "(broadcast_tlb_flush), with PCIDs, the ceiling against invlpgb_context would "
                        "be: 40.0", "Linux's 33 is too low at each W.")

    def test_a_broadcast_is_no_flush_of_the_own_processor(self):
        rows = [*crossing_at(40, mode="-pcide", flush="cr3_pcid_flush"),
                *self.broadcast_at(5, "invlpgb_context")]
        for one in self.advice(rows).values():
            if "invlpgb" not in one.setting:
                self.assertNotIn("invlpgb", one.evidence + one.recommendation)

    def test_kernels_are_judged_by_what_they_flush_by_and_not_by_the_cheapest(self):
        cheaper = [row for row in crossing_at(20, flush="invpcid_context")
                   if row["op"] != "invlpg"]
        page = self.page(verify=VERIFIED, results=[*crossing_at(50), *cheaper])
        self.check_says(page, "against invpcid_context that depends on the working set, in pages: "
                        "20.0", "Against cr3_reload, which is what kernels flush by: Xen's 1 is too "
                        "low at each W; Asterinas's 32 is too low at each W; Linux's 33 is too low")
        page = self.page(verify=VERIFIED, results=crossing_at(20, flush="invpcid_context"))
        self.check_says(page, "What kernels flush by, MOV CR3 of the value read, has no believed row")
        self.assertNotIn("Linux's 33 is", page.text)

    def test_the_ceilings_of_kernels_are_judged_by_the_break_even(self):
        for pages, linux, freebsd in ((8, "too high", "too high"),
                                      (33, "not told from it", "too high"),
                                      (500, "too low", "too high"), (5000, "too low", "too low")):
            page = self.page(verify=VERIFIED, results=crossing_at(pages))
            self.check_says(page, f"in pages: {pages}.0 {allowed(pages)} at W = 0",
                            f"Linux's 33 is {linux} at each W",
                            f"FreeBSD's 4095 is {freebsd} at each W",
                            f"{pages}.0 pages at each W (0, 64)")
        page = self.page(verify=VERIFIED, results=crossing_at(8, 400))
        self.check_says(page, "Linux's 33 is too high at W = 0, too low at W = 64",
                        "W = 0: 8.0 pages; W = 64: 408.0 pages")

    def test_the_sentence_says_in_which_mode_and_takes_that_of_linux_first(self):
        with_pcids = crossing_at(8, mode="-pcide", flush="cr3_pcid_flush")
        page = self.page(verify=VERIFIED, results=[*crossing_at(40), *with_pcids])
        self.check_says(page, "With PCIDs, as Linux runs on this processor, this machine would "
                              "want a ceiling for invlpg (4k) against cr3_pcid_flush")
        self.assertLess(page.text.index("With PCIDs, as Linux"), page.text.index("Without PCIDs, "))
        page = self.page(verify=VERIFIED, results=crossing_at(40))
        self.check_says(page, "Without PCIDs, as Linux runs on this processor, this machine")
        page = self.page(verify=VERIFIED, results=[*crossing_at(40), with_pcids[-1]])
        self.check_says(page, "No row has invlpg with PCIDs, which is how Linux runs on this")
        self.assertNotIn("as Linux runs on this", page.text)

    def test_a_file_that_a_recommendation_rests_on_must_be_there_and_whole(self):
        for name in ("machine.csv", "results.csv", "verify.csv", "selftest.csv"):
            for spoil in (os.remove, lambda path: os.truncate(path, os.path.getsize(path) - 40)):
                write_run(self.folder, verify=VERIFIED, results=crossing_at(40))
                self.assertTrue(advice(load(self.folder)))
                spoil(os.path.join(self.folder, name))
                self.assertEqual(advice(load(self.folder)), [], name)
        write_run(self.folder, verify=VERIFIED, results=crossing_at(40))
        os.remove(os.path.join(self.folder, "selftest.csv"))
        facts = read(self.folder, "machine.csv").decode().splitlines(keepends=True)
        write(self.folder, "machine.csv",
              "".join(line for line in facts if "selftest" not in line).encode())
        self.assertEqual(load(self.folder).problems, [])
        self.check_says(self.page(), "Nothing is recommended. selftest.csv is missing")

    def test_what_did_not_pass_its_verification_recommends_nothing(self):
        rows = Rows(1, believed="")
        follow(Machine(), rows, "range")
        page = self.page(results=rows.rows, verify=[])
        self.check_says(page, "no ceiling, since an operation did not pass its verification",
                        "Nothing is recommended: the benchmarks")
        self.assertFalse("would want" in page.text)

    def test_a_cheapest_flush_without_a_verdict_silences_no_ceiling(self):
        rows = crossing_at(40, flush="cr3_pcid_flush", mode="-pcide")
        for doubt, why in (("", "no verdict"), ("0", "not believed")):
            cheap = crossing_at(20, flush="invpcid_context", mode="-pcide")
            cheap = [{**row, "believed": doubt} for row in cheap if "space" in row["variant"]]
            verify = [*(cell for cell in VERIFIED if cell["op"] != "invpcid_context"),
                      *(checked("invpcid_context", "page_4k", verdict="fail") if doubt else [])]
            page = self.page(verify=verify, results=[*rows, *cheap])
            self.check_says(page, "this machine would want a ceiling for invlpg (4k) against "
                            "cr3_pcid_flush that depends on the working set, in pages: 40.0",
                            f"Left out: invpcid_context, cheaper at W = 0, 64 ({why}).",
                            f"cr3_pcid_flush at each W (0, 64); left out: invpcid_context, cheaper "
                            f"at W = 0, 64 ({why})", "40.0 pages at each W (0, 64)")

    def test_a_working_set_without_a_verdict_silences_no_other(self):
        rows = crossing_at(40)
        rows[-1]["believed"] = ""
        page = self.page(verify=VERIFIED, results=rows)
        self.check_says(page, f"in pages: 40.0 {allowed(40)} at W = 0.", "W = 0: 40.0 pages",
                        "Left out: nothing at W = 64 (no verdict).")

    def test_a_break_even_is_a_pair_of_accesses_that_wait_and_that_overlap(self):
        page = self.page(verify=VERIFIED, results=[*crossing_at(40),
                                                   *crossing_at(20, mode="-chains8")])
        self.check_says(page, f"in pages: 40.0 {allowed(40)} at W = 0",
                        "for accesses that overlap, eight at once: 20.0 "
                        f"{allowed(20)} at W = 0, 20.0 [")
        self.assertEqual(page.text.count("this machine would want"), 1)
        self.assertNotIn("eight at once", self.page(verify=VERIFIED, results=crossing_at(40)).text)

    def test_benchmarks_that_were_not_run_are_named(self):
        self.check_says(self.page(), *(f"{name} (was not run)" for name in (
            "Refill over the working set", "Page by page or everything at once",
            "What a switch costs", "How to hand out PCIDs", "The structure of the TLB")),
                        "Nothing is recommended")

    def test_benchmarks_that_could_not_run_say_why(self):
        rows = [{**skipped("invlpg", "x", f"no {bench} here"), "bench": bench} for bench in BENCHES]
        self.check_says(self.page(results=rows, verify=[]), "What a switch costs (no switch here)",
                        "The structure of the TLB (no tlb_size here; no pcid_capacity here)")

    def advice(self, rows: list) -> dict:
        """What is recommended from these rows, by setting."""
        write_run(self.folder, results=rows, verify=VERIFIED)
        return {one.setting: one for one in advice(load(self.folder))}

    def policy_rows(self, **ticks: float) -> list:
        """Rows of policies of these costs at each of the program's P; an operation beside
        cr3_pcid_flush is dearer by a half where it has rows."""
        rows = Rows(1)
        follow(Machine(), rows, "policy", only=lambda row: row["unit"] == "" and
               row["variant"] in [f"random-{name}" for name in ticks])
        for row in rows.rows:
            true = ticks[row["variant"].split("-")[1]] * (
                1 if row["op"] in ("cr3_pcid_flush", "cr3_reload") else 1.5)
            for name, factor in (("p50", 1), ("ci95_lo", 0.98), ("ci95_hi", 1.02)):
                row[name] = f"{true * factor:.3f}"
        return rows.rows

    def policy(self, rows: list):
        """What is recommended among these policies."""
        return self.advice(rows)["PCIDs for each processor (random)"]

    def policies(self, **ticks: float) -> str:
        """What is recommended among policies of these costs."""
        one = self.policy(self.policy_rows(**ticks))
        self.assertIn("over P = 2, 4, 6, 8, 16, 64, 1024, 5000", one.evidence)
        self.assertNotIn("left out", one.evidence)
        return one.recommendation

    def test_a_policy_that_lacks_a_row_is_left_out_and_named(self):
        rows = self.policy_rows(nopcid=400, lru4=210, lru16=200, perprocess=205)
        for row in rows:  # lru16 is the best of the small P alone
            if row["variant"] == "random-lru16" and int(row["value"]) > 16:
                row.update({name: "600.000" for name in ("p50", "ci95_lo", "ci95_hi")})
        whole = self.policy(rows)
        self.assertEqual(whole.recommendation, "perprocess or lru4: no difference shown")
        for row in rows:
            if row["variant"] == "random-lru4" and int(row["value"]) > 16:
                row.update(status="timeout", p50="", ci95_lo="", ci95_hi="")
        one = self.policy(rows)
        self.assertEqual(one.recommendation, "perprocess, flushed by cr3_pcid_flush")
        self.assertIn("over P = 2, 4, 6, 8, 16, 64, 1024, 5000", one.evidence)
        self.assertIn("; left out: lru4 by cr3_pcid_flush (not measured at P = 64 1024 5000), lru4 "
                      "by invpcid_context (not measured at P = 64 1024 5000)", one.evidence)

    def test_where_fewer_than_two_policies_are_whole_none_is_recommended(self):
        rows = [row for row in self.policy_rows(nopcid=400, perprocess=200)
                if row["op"] in ("cr3_reload", "cr3_pcid_flush")]
        rows[-1].update(status="timeout", p50="", ci95_lo="", ci95_hi="")
        one = self.policy(rows)
        self.assertEqual(one.recommendation,
                         "none: fewer than two policies were measured at every P")
        self.assertIn("left out", one.evidence)

    def test_rows_that_flush_nothing_stand_for_another_flush_whatever_is_believed(self):
        rows = self.policy_rows(nopcid=400, lru4=200)
        for row in rows:
            if row["op"] == "cr3_pcid_flush":
                row["believed"] = ""
        one = self.policy(rows)
        self.assertTrue(one.recommendation.startswith("lru4, flushed by "), one)
        self.assertIn("over P = 2, 4, 6, 8, 16, 64, 1024, 5000", one.evidence)
        self.assertIn("left out: lru4 by cr3_pcid_flush (no verdict)", one.evidence)

    def test_a_flush_that_was_skipped_is_no_policy_that_is_missed(self):
        rows = self.policy_rows(nopcid=400, lru4=200)
        for row in rows:
            if row["op"].startswith("invpcid"):
                row.update(status="skipped", reason="invpcid", p50="", ci95_lo="", ci95_hi="")
        self.assertNotIn("left out", self.policy(rows).evidence)

    def test_policies_are_judged_at_every_number_of_processes(self):
        self.assertEqual(self.policies(nopcid=400, lru4=200, lru16=300),
                         "lru4, flushed by cr3_pcid_flush")

    def test_linux_s_default_is_named_with_what_it_costs_more_whatever_is_the_best(self):
        for ticks in (300, 150):
            one = self.policy(self.policy_rows(nopcid=400, lru4=200, rr6=ticks))
            more = {300: 50.0, 150: 0.0}[ticks]
            self.assertIn(f"; Linux's default, rr6 by cr3_pcid_flush {more:.1f} %", one.evidence)
            self.assertIn("; without PCIDs, nopcid by cr3_reload ", one.evidence)

    def test_a_workload_is_ranked_by_itself(self):
        rows = self.policy_rows(nopcid=400, lru4=200)
        stale = [{**row, "variant": row["variant"].replace("random-lru4", "random-rr6-stale20")
                  .replace("random-nopcid", "random-gen-stale20")} for row in rows
                 if row["op"] in ("cr3_reload", "cr3_pcid_flush")]
        found = self.advice([*rows, *stale])
        one = found["PCIDs for each processor (random stale20)"]
        self.assertEqual(one.recommendation, "rr6, flushed by cr3_pcid_flush")
        self.assertNotIn("lru4", one.evidence)
        self.assertNotIn("rr6", found["PCIDs for each processor (random)"].evidence)

    def test_a_policy_that_cannot_be_told_from_another_is_not_recommended(self):
        self.assertEqual(self.policies(nopcid=400, lru4=203, lru16=200),
                         "lru16 or lru4: no difference shown")

    def test_a_difference_that_another_boot_may_not_show_is_no_recommendation(self):
        self.assertEqual(self.policies(nopcid=400, lru4=225, lru16=200),
                         "lru16 or lru4: no difference shown")
        rows = Rows(1)
        for k, probe in enumerate((0, 0, 0, 13.2, 13.2, 13.2, 28, 28), 1):
            rows.add("pcid_capacity", "cr3_pcid_flush", "flush-s0", probe, ("pcids", k))
        rows.add("refill", "cr3_pcid_flush", "4k-pcide-random-warm-dense", 28, ("pages", 64))
        for op, cost in (("cr3_pcid_flush", 400), ("invpcid_context", 380)):
            rows.add("range", op, "space-pcide-w0", cost)
        found = self.advice(rows.rows)
        self.assertTrue(found["PCIDs that are worth keeping (flush-s0)"].recommendation.startswith(
            "4 to 7: "))
        self.assertEqual(found["flush of an address space (with PCIDs)"].recommendation,
                         "W = 0: invpcid_context or cr3_pcid_flush: no difference shown")
        page = self.page(verify=VERIFIED, results=crossing_at(35))
        self.check_says(page, "Linux's 33 is not told from it at each W")

    def switched(self, gains: dict, op: str = "cr3_reload", variant: str = "different-global",
                 plain: str = "different") -> list:
        """Rows of a switch that costs 600 ticks, and so much less at each working set with the
        variant."""
        rows = Rows(1, noise=0)
        for w, gain in gains.items():
            rows.add("switch", op, variant, 600 - gain, ("pages", w))
            rows.add("switch", "cr3_reload", plain, 600, ("pages", w))
        return rows.rows

    def test_global_kernel_pages_are_judged_at_each_working_set(self):
        for gains, said in (
                ({8: 204, 64: 90, 512: 0},
                 "W = 8: make kernel pages global; W = 64: make kernel pages global; "
                 "W = 512: no difference shown"),
                ({8: 204, 512: 90}, "make kernel pages global at each W (8, 512)"),
                ({8: 204, 512: 9}, "W = 8: make kernel pages global; W = 512: no difference shown"),
                ({8: 204, 512: -90}, "W = 8: make kernel pages global; W = 512: global kernel "
                 "pages gain nothing"), ({8: 0, 512: 0}, "no difference shown at each W (8, 512)")):
            one = self.advice(self.switched(gains))[
                "global kernel pages (cr3_reload, different, global)"]
            self.assertEqual(one.recommendation, said)
            self.assertIn(f"W = 8: {600 - gains[8]}.0 against 600.0" if gains[8] else
                          "600.0 against 600.0 at each W", one.evidence)

    def test_pcids_are_judged_at_each_working_set(self):
        rows = self.switched({8: 204, 512: 0}, "cr3_pcid_noflush", "pcide-different")
        for row in rows:
            row["believed"] = "1"
        write_run(self.folder, results=rows, verify=[
            *VERIFIED, *checked("cr3_pcid_noflush", "fault_gp_bit63_without_pcide")])
        one, = advice(load(self.folder))
        self.assertEqual(one.recommendation, "W = 8: use PCIDs, loads with bit 63 set; W = 512: "
                         "no difference shown")
        self.assertIn("[165.0, 243.0] ticks less", one.interval)

    def test_a_flush_is_recommended_at_each_working_set_by_itself(self):
        rows = Rows(1)
        for w, context in ((0, 100), (64, 900)):
            rows.add("range", "cr3_pcid_flush", f"space-pcide-w{w}", 400)
            rows.add("range", "invpcid_context", f"space-pcide-w{w}", context)
        one = self.advice(rows.rows)["flush of an address space (with PCIDs)"]
        self.assertEqual(one.recommendation, "W = 0: invpcid_context; W = 64: cr3_pcid_flush")

    def test_a_flush_that_keeps_global_entries_is_no_flush_of_everything(self):
        rows = Rows(1)
        rows.add("range", "invpcid_all_global", "all-pcide-w0", 400)
        rows.add("range", "invpcid_all_non_global", "all-pcide-w0", 300)
        self.assertEqual(self.advice(rows.rows), {})

    def test_rows_of_sweeps_are_shown_if_they_cannot_be_drawn(self):
        for variant in ("", "-", "w64", "range", "range-4k", "range-4k-w", "space-w0-w1", "large",
                        "random", "zipf-lru", "shared-access", "data", "$\\frac{x}$-w1"):
            for swept in (None, ("pages", 1), ("pages", "x"), ("processes", 4), ("pcids", 0)):
                rows = Rows(1)
                for bench in BENCHES:
                    rows.add(bench, "invlpg", variant, 7, swept)
                page = self.page(drawn="$" in variant, results=rows.rows, verify=VERIFIED)
                self.assertEqual(page.text.count(": 1 row."), len(BENCHES), (variant, swept))

    def test_two_runs_with_everything_can_be_compared(self):
        folders = [os.path.join(self.folder, name) for name in "ab"]
        for seed, folder in enumerate(folders):
            os.mkdir(folder)
            rows = [{**row, "n": "40"} for row in everything(Machine(), seed)]
            write_run(folder, verify=VERIFIED, results=rows, histogram=[
                h for row in rows if row["bench"] == "range"
                for h in histogram(row, [(8 * seed, 8 * seed + 8, 40)])])
        status, _, err = self.command(*folders)
        self.assertEqual(status, 0)
        self.assertRegex(err, r"^\d+ of \d+ rows differ, \d+ not compared\n$")
        page = Page(read(folders[0], "compare.html").decode())
        self.assertEqual(page.faults, [])
        self.check_says(page, "rows differ.", "rows could not be compared")
