"""What is said of files that are not as they should be."""

import os

from rundir import (HARDWARE, RESULTS, RunTest, checked, cost, csv_bytes, histogram, read,
                    replace, restate, small_results, write, write_run)

from tlbreport.read.load import NotARun, load
from tlbreport.read.run import number, numbers
from tlbreport.read.schema import FITS


class Load(RunTest):
    def problems(self) -> list:
        return [str(p) for p in load(self.folder).problems]

    def only_problem(self) -> str:
        found = self.problems()
        self.assertEqual(len(found), 1, found)
        return found[0]

    def test_a_whole_run_has_no_problem(self):
        write_run(self.folder)
        run = load(self.folder)
        self.assertEqual(run.problems, [])
        self.assertEqual(len(run.rows("results.csv")), 8)
        self.assertEqual(run.rows("results.csv")[5]["p50"], "190.125")

    def by_screen(self, *there: str, transport: str = "ram screen") -> list:
        """Problems that are damage, of a run that lacks what does not come by screen."""
        row = small_results()[2]
        write_run(self.folder, histogram=histogram(row, [(200, 208, 2047)]), samples=[],
                  machine={**HARDWARE, "transport": transport})
        for name in ("histogram.csv", "samples.csv"):
            if name not in there:
                os.remove(os.path.join(self.folder, name))
        return [str(p) for p in load(self.folder).problems if p.damage]

    def test_what_does_not_come_by_screen_is_no_damage(self):
        self.assertEqual(self.by_screen(), [])
        self.assertIn("histogram.csv: does not come by screen: not there if the run was read from "
                      "its codes", self.problems())

    def test_it_is_damage_where_there_was_no_screen_or_it_came_another_way(self):
        self.assertEqual(len(self.by_screen(transport="ram serial")), 2)
        self.assertEqual(len(self.by_screen("samples.csv")), 1)

    def test_a_row_that_is_there_twice_is_noted(self):
        row = cost("invlpg", "marginal", 1)
        write_run(self.folder, results=[row, row])
        self.assertEqual(self.only_problem(), "results.csv:3: the same row as in line 2: that one "
                                              "is drawn and compared")

    def test_a_malformed_number_is_named_with_file_and_line(self):
        rows = [cost("invlpg", "marginal", 1), cost("invlpg", "marginal-2m", 2, n="abc")]
        write_run(self.folder, results=rows)
        self.assertEqual(self.only_problem(), "results.csv:3: n: 'abc' is not a number")

    def test_a_number_is_decimal_digits_and_nothing_else(self):
        for text in ("nan", "inf", "1e5", "1_000", "0x10", "1,5", " 1", "\u0663", "--1", "1."):
            with self.subTest(text):
                write_run(self.folder, results=[cost("invlpg", "marginal", 1, p50=text)])
                self.assertEqual(self.only_problem(),
                                 f"results.csv:2: p50: '{text}' is not a number")

    def test_a_signed_number_is_a_number_but_no_count(self):
        write_run(self.folder, results=[cost("invlpg", "marginal", 1, p50="-0.125", far="-1")])
        self.assertEqual(self.only_problem(), "results.csv:2: far: '-1' is not a count")

    def test_a_word_nobody_knows_is_named(self):
        write_run(self.folder, results=[cost("invlpg", "marginal", 1, status="fine")])
        self.assertEqual(self.only_problem(),
                         "results.csv:2: status: 'fine' is not one of ok, skipped, failed, timeout")

    def test_an_empty_field_is_not_a_fault(self):
        write_run(self.folder, results=[{"bench": "single_op", "op": "none"}])
        self.assertEqual(self.problems(), [])

    def test_lines_are_counted_past_a_field_of_several_lines(self):
        rows = [cost("invlpg", "marginal", 1, reason="one\ntwo\nthree"),
                cost("invlpg", "marginal-2m", 1, n="?")]
        write_run(self.folder, results=rows)
        self.assertEqual(self.only_problem(), "results.csv:5: n: '?' is not a number")

    def test_a_row_with_too_few_fields_is_named_and_left_out(self):
        write_run(self.folder)
        write(self.folder, "results.csv", csv_bytes(RESULTS, []) + b"single_op,invlpg\n")
        restate(self.folder)
        self.assertEqual(self.only_problem(),
                         "results.csv:2: 2 fields instead of 38: the row is left out")
        self.assertEqual(load(self.folder).rows("results.csv"), [])

    def test_an_unknown_column_is_tolerated_and_said(self):
        write_run(self.folder)
        write(self.folder, "results.csv", csv_bytes([*RESULTS, "colour"], [cost("invlpg", "marginal", 1)]))
        restate(self.folder)
        self.assertEqual(self.only_problem(),
                         "results.csv:1: column 'colour' is unknown and not shown")
        self.assertFalse(load(self.folder).damaged("results.csv"))

    def test_a_column_that_is_missing_is_damage(self):
        write_run(self.folder)
        write(self.folder, "results.csv", csv_bytes([c for c in RESULTS if c != "p50"], []))
        restate(self.folder)
        self.assertEqual(self.only_problem(), "results.csv:1: column 'p50' is missing")
        self.assertTrue(load(self.folder).damaged("results.csv"))

    def test_a_changed_byte_is_seen_by_the_checksum(self):
        write_run(self.folder)
        replace(self.folder, "results.csv", "341.000", "342.000")
        self.assertRegex(self.only_problem(), "^results.csv: CRC-32 0x[0-9a-f]{8}, machine.csv "
                                              "says 0x[0-9a-f]{8}: cut or changed$")

    def test_a_checksum_is_read_with_0x_and_without(self):
        write_run(self.folder)
        self.assertEqual(self.problems(), [])
        facts = {row["key"]: row["value"] for row in load(self.folder).rows("machine.csv")}
        for key in [key for key in facts if key.endswith("_crc32")]:
            facts[key] = f"0x{facts[key]}"
        write(self.folder, "machine.csv", csv_bytes(
            ["key", "value"], [{"key": key, "value": value} for key, value in facts.items()]))
        self.assertEqual(self.problems(), [])
        for table in load(self.folder).tables.values():
            self.assertRegex(table.crc32, "^0x[0-9a-f]{8}$")
        for wrong in ("0x0x4e805012", "4E805012", "0x4e80501", "4e805012 "):
            write(self.folder, "machine.csv", csv_bytes(["key", "value"], [
                {"key": key, "value": wrong if key.endswith("verify.csv_crc32") else value}
                for key, value in facts.items()]))
            self.assertIn("cut or changed", self.only_problem(), wrong)

    def test_a_lost_row_is_seen_by_the_count(self):
        write_run(self.folder)
        data = read(self.folder, "results.csv")
        write(self.folder, "results.csv", b"".join(data.splitlines(keepends=True)[:-1]))
        self.assertIn("results.csv: 7 rows, machine.csv says 8: the file is not whole",
                      self.problems())

    def test_a_file_that_ends_within_a_line_is_cut(self):
        write_run(self.folder)
        write(self.folder, "verify.csv", read(self.folder, "verify.csv")[:-4])
        self.assertIn("verify.csv:13: does not end with a newline: the file was cut",
                      self.problems())

    def test_a_count_that_machine_csv_does_not_state_is_a_problem(self):
        write_run(self.folder)
        replace(self.folder, "machine.csv", "file_verify.csv_rows", "file_other")
        self.assertEqual(self.only_problem(),
                         "verify.csv: machine.csv states no row count: not checked")

    def test_a_count_that_is_no_number_is_named_with_its_line(self):
        write_run(self.folder)
        replace(self.folder, "machine.csv", "file_results.csv_rows,8", "file_results.csv_rows,many")
        self.assertEqual(self.only_problem(),
                         "machine.csv:18: file_results.csv_rows: 'many' is not a number")

    def test_a_file_that_machine_csv_announces_is_missed(self):
        write_run(self.folder)
        os.remove(os.path.join(self.folder, "selftest.csv"))
        self.assertEqual(self.only_problem(),
                         "selftest.csv: the file is missing: the run was cut off")

    def test_a_run_without_selftests_is_whole(self):
        write_run(self.folder)
        os.remove(os.path.join(self.folder, "selftest.csv"))
        restate(self.folder)
        self.assertEqual(self.problems(), [])

    def test_a_key_that_comes_twice_is_named(self):
        write_run(self.folder)
        write(self.folder, "machine.csv", read(self.folder, "machine.csv") + b"env,tcg\n")
        self.assertRegex(self.only_problem(), r"^machine.csv:\d+: key: 'env' comes twice$")
        self.assertEqual(load(self.folder).fact("env"), "hw")

    def test_a_quote_that_never_closes_is_named(self):
        write_run(self.folder)
        write(self.folder, "selftest.csv", read(self.folder, "selftest.csv") + b'"open,1\n')
        self.assertIn("selftest.csv:4: is not CSV after this line, the rest is left out: "
                      "unexpected end of data", self.problems())

    def test_bytes_that_are_not_utf8_are_named_with_their_line(self):
        write_run(self.folder)
        data = read(self.folder, "verify.csv")
        write(self.folder, "verify.csv", data.replace(b"SDM", b"\xff", 1))
        restate(self.folder)
        self.assertEqual(self.only_problem(), "verify.csv:2: is not UTF-8")

    def test_a_carriage_return_is_named(self):
        write_run(self.folder)
        replace(self.folder, "selftest.csv", "pass\n", "pass\r\n")
        restate(self.folder)
        self.assertEqual(self.only_problem(), "selftest.csv:3: holds a carriage return")

    def test_an_empty_file_is_named(self):
        write_run(self.folder)
        write(self.folder, "selftest.csv", b"")
        self.assertIn("selftest.csv: the file is empty", self.problems())

    def test_a_file_of_another_kind_is_counted_and_no_damage(self):
        write_run(self.folder)
        write(self.folder, "mine.csv", b"a,b\n1,2\n")
        self.assertFalse(any(p.damage for p in load(self.folder).problems))
        self.assertEqual(load(self.folder).tables["mine.csv"].records, 1)

    def test_a_text_file_has_no_line_of_column_names(self):
        write_run(self.folder)
        write(self.folder, "summary.txt", b"one, \"two\nthree\n")
        stated = {**HARDWARE, "file_summary.txt_rows": "2", "file_summary.txt_crc32": "9b790006"}
        restate(self.folder, stated)
        self.assertEqual(self.problems(), [])
        replace(self.folder, "summary.txt", "three\n", "")
        self.assertEqual(self.problems(), [
            "summary.txt: 1 rows, machine.csv says 2: the file is not whole",
            "summary.txt: CRC-32 0xcc2f3eb0, machine.csv says 0x9b790006: cut or changed"])

    def test_a_folder_without_a_file_of_a_run_is_no_run(self):
        with self.assertRaises(NotARun):
            load(self.folder)
        with self.assertRaises(NotARun):
            load(os.path.join(self.folder, "nowhere"))


class Contradictions(RunTest):
    def problem(self, results, verify) -> str:
        write_run(self.folder, results=results, verify=verify)
        found = [str(p) for p in load(self.folder).problems]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def test_a_pass_with_a_stale_word_is_a_contradiction(self):
        verify = checked("invlpg", "page_4k")
        verify[1]["stale_after"] = "3"
        self.assertEqual(self.problem([], verify),
                         "verify.csv:3: verdict: 'pass' with stale_after = 3")

    def test_a_fail_without_a_stale_word_is_a_contradiction(self):
        verify = checked("invlpg", "page_4k", verdict="fail")
        verify[0]["stale_after"] = "0"
        self.assertEqual(self.problem([], verify),
                         "verify.csv:2: verdict: 'fail' with stale_after = 0")

    def test_a_pass_without_a_stale_control_is_a_contradiction(self):
        verify = checked("invlpg", "page_4k")
        verify[0]["stale_control"] = "189"
        self.assertEqual(self.problem([], verify), "verify.csv:2: verdict: 'pass' with a control "
                                                   "that was stale in only 189 of 200 trials")

    def test_a_control_of_95_percent_is_enough(self):
        write_run(self.folder, verify=checked("invlpg", "page_4k", stale_control="190"), results=[])
        self.assertEqual(load(self.folder).problems, [])

    def test_a_verdict_of_another_rule_is_a_contradiction(self):
        verify = checked("invlpg", "page_4k", "must", "kept")[:1]
        self.assertEqual(self.problem([], verify),
                         "verify.csv:2: verdict: 'kept' does not go with rule 'must'")

    def test_a_believed_row_needs_a_pass(self):
        self.assertEqual(
            self.problem([cost("invlpg", "marginal", 1)], checked("cr3_reload", "page_4k")),
            "results.csv:2: believed: 1, but no required check of invlpg passed in verify.csv")

    def test_a_believed_row_bears_no_fail(self):
        verify = [*checked("invlpg", "page_4k"), *checked("invlpg", "pde", verdict="fail")]
        self.assertEqual(
            self.problem([cost("invlpg", "marginal", 1)], verify),
            "results.csv:2: believed: 1, but a required check of invlpg failed in verify.csv")

    def test_a_row_of_two_operations_is_not_believed_for_the_other(self):
        verify = [*checked("invlpg", "page_4k", verdict="fail"), *checked("invpcid_address", "pde"),
                  *checked("cr3_pcid_flush", "page_4k"), *checked("invpcid_context", "pde")]
        for op, name, is_fault in (("invpcid_address", "pti-4k-pcide-w0", False),
                                   ("invpcid_address", "range-4k-pcide-w0", True),
                                   ("invpcid_context", "pti-space-4k-pcide-w0", True)):
            row = cost(op, name, 1, bench="range", param="pages", value="4", believed="0")
            write_run(self.folder, results=[row], verify=verify)
            found = " ".join(map(str, load(self.folder).problems))
            self.assertEqual("no required check of" in found, is_fault)

    def test_a_row_that_is_not_believed_needs_a_fail(self):
        self.assertEqual(
            self.problem([cost("invlpg", "marginal", 1, believed="0")], checked("invlpg", "page_4k")),
            "results.csv:2: believed: 0, but no required check of invlpg failed in verify.csv")


class Unparsed(RunTest):
    def test_a_file_whose_fields_nobody_asks_for_has_its_checksum_and_rows_checked(self):
        row = small_results()[2]
        write_run(self.folder, histogram=histogram(row, [(1, 2, 2000), (2, 3, 47)]))
        run = load(self.folder, ("histogram.csv",))
        self.assertEqual([str(one) for one in run.problems], [])
        self.assertEqual((run.tables["histogram.csv"].records, run.rows("histogram.csv")), (2, []))
        write(self.folder, "histogram.csv", read(self.folder, "histogram.csv") + b'a,"b\n\nc"\n')
        self.assertIn("histogram.csv: 3 rows, machine.csv says 2: the file is not whole",
                      [str(one) for one in load(self.folder, ("histogram.csv",)).problems])


class Columns(RunTest):
    """Thousands of fields are looked at together."""

    def test_a_column_of_numbers_is_judged_as_each_of_its_fields(self):
        pieces = ("", "-", ".", "1", "07", "x", "\n", "e1", "\u0663")
        fields = {a + b + c for a in pieces for b in pieces for c in pieces}
        for check, fits in FITS.items():
            for text in fields:
                good = not text or not check(text)
                for column in ([text], ["1", text], ["", text, "2"]):
                    self.assertEqual(fits(column), good, column)
        self.assertTrue(all(fits([]) for fits in FITS.values()))

    def test_a_column_is_read_as_each_of_its_fields(self):
        for column in (["1", "", "-2.5"], ["1", "x", "", "1e3"], []):
            self.assertEqual(numbers(column), list(map(number, column)))
