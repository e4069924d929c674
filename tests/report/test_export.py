"""What --export writes is read back by the published grammar of each format."""

import contextlib
import decimal
import io
import json
import os
import re

import jsonschema

from remote_rows import everything as remote_rows
from rundir import (EMULATOR, HARDWARE, RESULTS_FOLDER, RunTest, checked, cost, csv_bytes, read,
                    sampled, skipped, small_results, small_verify, write_files, write_run)
from showcase import showcase
from test_cores import HYBRID, TYPED, E, P, cells, costs

from tlbreport import as_json, derived, lava, tidy
from tlbreport.cli import main
from tlbreport.read.load import load

SCHEMA = os.path.join(RESULTS_FOLDER, "tlbreport", as_json.SCHEMA)
# lava_dispatcher looks for this in what a test prints, and cuts the second part at blanks.
SIGNAL = re.compile(r"<LAVA_SIGNAL_(\S+) ([^>]+)>")
LAVA_RESULTS = ("pass", "fail", "skip", "unknown")


class NotTheFormat(ValueError):
    """A line that benchstat would take for something else."""


def parsed(text: str) -> list:
    """(configuration, name, iterations, {unit: value}) of each result, by the grammar of
    golang.org/design/14313-benchmark-format and what benchstat makes of names."""
    settings, found = {}, []
    for line in text.splitlines():
        head, colon, value = line.partition(":")
        if re.fullmatch("Benchmark.*", line.split(None, 1)[0] if line.split() else ""):
            found.append((dict(settings), *result_line(line.split())))
        elif colon and re.fullmatch(r"[^\sA-Z]+", head) and (not value or value[0].isspace()):
            settings[head] = value.strip()
        elif line and not line.startswith("#"):
            raise NotTheFormat(line)
    return found


def result_line(fields: list) -> tuple:
    name, iterations, *rest = fields
    if len(fields) < 4 or len(fields) % 2 or not re.match("Benchmark[^a-z]", name):
        raise NotTheFormat(fields)
    if re.search("-[0-9]+$", name):
        raise NotTheFormat(f"{name}: its end is taken for GOMAXPROCS")
    return name, int(iterations), {unit: float(value) for value, unit in
                                   zip(rest[::2], rest[1::2])}


def cases(text: str) -> dict:
    """Test case -> what the dispatcher of LAVA makes of its signal."""
    found = {}
    for line in text.splitlines():
        kind, parameters = SIGNAL.fullmatch(line).groups()
        data = {}
        for one in parameters.split():
            key, value = one.split("=")  # more than one = is refused
            data[key.lower()] = value
        name = data["test_case_id"]
        if kind != "TESTCASE" or name in found or data["result"] not in LAVA_RESULTS:
            raise NotTheFormat(line)
        if not re.fullmatch(r"[-_.A-Za-z0-9]+", name):
            raise NotTheFormat(f"{name}: no name for an address")
        number = decimal.Decimal(data["measurement"]) if "measurement" in data else None
        found[name] = (data["result"], number, data.get("units"))
    return found


class Export(RunTest):
    def exported(self, form: str, *folders: str, **run) -> str:
        """What the command prints."""
        if run or not folders:
            write_run(self.folder, **run)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            self.status = main(["--export", form, *(folders or (self.folder,))])
        return out.getvalue()

    def test_benchstat_reads_every_row_that_was_measured_once(self):
        run = showcase()
        found = parsed(self.exported("gobench", **run))
        measured = [row for row in run["results"] if row["status"] == "ok"]
        self.assertEqual(len(found), len(measured))
        self.assertEqual(len({name for _, name, _, _ in found}), len(measured))
        of = {name: (count, values) for _, name, count, values in found}
        row = next(row for row in measured if row["op"] == "invlpg"
                   and row["variant"] == "first-bare-4k-pcide")
        self.assertEqual(
            of["BenchmarkSingleOp/variant=first-bare-4k-pcide/pages=64/op=invlpg"],
            (2047, {"ns/op": float(f"{float(row['p50']) / 2:.3f}"), "ticks/op": float(row["p50"])}))

    def test_benchstat_reads_calls_to_other_processors_and_other_units(self):
        rows = [*remote_rows(), cost("invlpg", "marginal-4k-cycles", 300, unit="cycles"),
                cost("cr3_reload", "zipf-rr6-flushes", 3, bench="policy", param="processes",
                     value="64", unit="count")]
        found = parsed(self.exported("gobench", results=rows))
        units = {unit for _, _, _, values in found for unit in values}
        self.assertEqual(units, {"ns/op", "ticks/op", "cycles/op", "count"})
        self.assertEqual(len({name for _, name, _, _ in found}), len(found))

    def test_without_the_rate_of_the_clock_there_are_ticks_alone(self):
        found = parsed(self.exported("gobench", machine={**HARDWARE, "tsc_hz": ""}))
        self.assertEqual({unit for *_, values in found for unit in values}, {"ticks/op"})

    def test_a_row_with_samples_is_a_line_for_each_group_of_them(self):
        row = cost("invlpg", "marginal-4k", 200)
        twice = sampled(row, [400] * 320 + [600] * 320, 2)
        found = parsed(self.exported("gobench", results=[row], samples=twice))
        self.assertEqual([values["ticks/op"] for *_, values in found], [200.0] * 8 + [300.0] * 8)
        self.assertEqual({count for _, _, count, _ in found}, {40})
        few = parsed(self.exported("gobench", results=[row], samples=sampled(row, [200] * 70)))
        self.assertEqual([count for _, _, count, _ in few], [35, 35])
        none = parsed(self.exported("gobench", results=[row], samples=sampled(row, [200] * 9)))
        self.assertEqual([values["ticks/op"] for *_, values in none], [200.0])

    def test_several_boots_are_one_group_to_benchstat(self):
        other = f"{self.folder}-2"
        os.mkdir(other)
        write_run(other, machine={**HARDWARE, "run_id": "another", "date": "2021-01-01",
                                  "microcode": "0x1"})
        write_run(self.folder)
        found = parsed(self.exported("gobench", self.folder, other))
        names = [(name, tuple(settings.items())) for settings, name, _, _ in found]
        self.assertEqual(len(names), 2 * len(set(names)))

    def test_what_is_no_valid_timing_is_configured_as_such(self):
        for machine, wanted in ((HARDWARE, "1"), (EMULATOR, "0"),
                                ({**HARDWARE, "timing_valid": "0"}, "0"),
                                ({**EMULATOR, "timing_valid": "1"}, "0")):
            found = parsed(self.exported("gobench", machine=machine))
            self.assertEqual({settings["timing-valid"] for settings, *_ in found}, {wanted})
            self.assertEqual({settings["timing-reason"] == "none" for settings, *_ in found},
                             {wanted == "1"})
            self.assertEqual({settings["env"] for settings, *_ in found}, {machine["env"]})
        write_run(self.folder)
        os.remove(os.path.join(self.folder, "verify.csv"))
        found = parsed(self.exported("gobench", self.folder))
        self.assertEqual(({settings["files-whole"] for settings, *_ in found}, self.status),
                         ({"0"}, 1))

    def test_belief_is_configuration_and_what_was_not_measured_a_remark(self):
        rows = [cost("invlpg", "marginal-4k", 200, believed="0"),
                cost("cr3_reload", "marginal", 300, believed=""),
                cost("cr4_pge_toggle", "marginal", 900), skipped("invlpg", "marginal-1g", "no 1g"),
                skipped("invlpg", "marginal-2m", "late\nstore", "failed")]
        text = self.exported("gobench", results=rows)
        self.assertEqual({name.rpartition("=")[2]: settings["believed"] for settings, name, _, _ in
                          parsed(text)},
                         {"invlpg": "no", "cr3_reload": "unknown", "cr4_pge_toggle": "yes"})
        self.assertIn("# 1 rows skipped: no 1g\n# 1 rows failed: late store\n", text)

    def test_other_types_of_core_have_their_own_configuration_and_names(self):
        self.hybrid()
        found = parsed(self.exported("gobench", self.folder))
        self.assertEqual({(s["core-type"], s["timing-valid"]) for s, *_ in found},
                         {("performance", "1"), ("efficient", "0")})
        named = cases(self.exported("lava", self.folder))
        self.assertEqual((named["timing_valid"][0], named["timing_valid.efficient"][0]),
                         ("pass", "fail"))

    def hybrid(self):
        machine = {**HYBRID, "core_type_1": HYBRID["core_type_1"].replace(
            "timing_valid=1", "timing_valid=0")}
        write_files(self.folder, machine, {
            "results.csv": csv_bytes(TYPED[0], [*costs(P, 1), *costs(E, 2)]),
            "verify.csv": csv_bytes(TYPED[1], [*cells(P), *cells(E)])})

    def test_lava_reads_every_row_once_with_nanoseconds(self):
        run = showcase()
        found = cases(self.exported("lava", **run))
        of_rows = {name: one for name, one in found.items()
                   if not re.match("selftest|verify|timing_valid|files_whole", name)}
        self.assertEqual(len(of_rows), len(run["results"]))
        measured = [one for one in of_rows.values() if one[1] is not None]
        self.assertEqual(len(measured), sum(row["status"] == "ok" for row in run["results"]))
        verdict, number, unit = found["single_op.invlpg.first-bare-4k-pcide.pages-64"]
        self.assertEqual((verdict, unit), ("pass", "ns"))
        self.assertAlmostEqual(float(number), 100, delta=2)

    def test_a_case_passes_only_if_it_may_be_quoted(self):
        rows = [cost("invlpg", "marginal-4k", 200), cost("none", "marginal", 2, believed=""),
                cost("cr3_reload", "marginal", 2, believed=""),
                cost("cr4_pge_toggle", "marginal", 9, believed="0"),
                skipped("invlpg", "marginal-1g", "no 1g"),
                skipped("invlpg", "marginal-2m", "stores", "failed")]
        names = [f"single_op.{row['op']}.{row['variant']}" for row in rows]
        verify = [*checked("invlpg", "page_4k"),
                  *checked("cr3_reload", "page_4k", verdict="inconclusive"),
                  *checked("cr4_pge_toggle", "page_4k", verdict="fail")]
        for machine, wanted in (
                (HARDWARE, ["pass", "pass", "unknown", "fail", "skip", "fail"]),
                (EMULATOR, ["unknown", "unknown", "unknown", "fail", "skip", "fail"])):
            found = cases(self.exported("lava", results=rows, machine=machine, verify=verify))
            self.assertEqual([found[name][0] for name in names], wanted)
        os.remove(os.path.join(self.folder, "selftest.csv"))
        found = cases(self.exported("lava", self.folder))
        self.assertEqual((found["files_whole"][0], found[names[0]][0]), ("fail", "unknown"))

    def test_what_has_nothing_to_drop_is_unknown_whatever_other_rows_show(self):
        write_run(self.folder, results=[cost("cr3_pcid_noflush", "first-bare-pcide", 70,
                                             believed="")])
        run = load(self.folder)
        run.rows("results.csv")[0]["believed"] = "1"  # as keeping.believe() does
        self.assertEqual(cases(lava.lava(run))["single_op.cr3_pcid_noflush.first-bare-pcide"][0],
                         "unknown")

    def test_nanoseconds_are_rounded_as_the_program_rounds(self):
        for ticks, wanted in (("212.000", "106.000"), ("0.001", "0.001"), ("-0.001", "-0.001"),
                              ("0.003", "0.002"), ("1.1", "0.550")):
            row = {**cost("invlpg", "marginal-4k", 1), "p50": ticks, "cost": ticks}
            found = cases(self.exported("lava", results=[row]))
            self.assertEqual(str(found["single_op.invlpg.marginal-4k"][1]), wanted)

    def test_verification_and_self_tests_are_cases_too(self):
        verify = [*small_verify(), *checked("invlpg", "psc", verdict="fail"),
                  *checked("invlpg", "pde", verdict="inconclusive")]
        found = cases(self.exported("lava", verify=verify))
        name = "verify.invlpg.{}.pcide0.tce0.before"
        self.assertEqual([found[name.format(entry)][0] for entry in ("page_4k", "psc", "pde")],
                         ["pass", "fail", "unknown"])
        self.assertNotIn(name.format("neighbour"), found)  # it may stay
        self.assertEqual(found["selftest.quantum"], ("unknown", 2, "ticks"))

    def test_the_document_is_what_its_schema_says(self):
        with open(SCHEMA, encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft7Validator.check_schema(schema)
        for run in (showcase(), {"machine": EMULATOR}, {"results": remote_rows()},
                    {"machine": {**HARDWARE, "tsc_hz": "0", "date": ""}}):
            document = json.loads(self.exported("json", **run))
            jsonschema.validate(document, schema)
        self.hybrid()
        jsonschema.validate(json.loads(self.exported("json", self.folder)), schema)

    def test_the_schema_refuses_another_kind_of_value_and_another_column(self):
        with open(SCHEMA, encoding="utf-8") as file:
            schema = json.load(file)
        document = json.loads(self.exported("json", machine=EMULATOR))
        for change in (lambda d: d["rows"][0].update(p50="212.000"),
                       lambda d: d["rows"][0].update(moon=1), lambda d: d["rows"][0].pop("p95"),
                       lambda d: d["timing"].update(reasons=[]), lambda d: d.pop("findings")):
            other = json.loads(json.dumps(document))
            change(other)
            with self.assertRaises(jsonschema.ValidationError):
                jsonschema.validate(other, schema)

    def test_the_schema_has_the_columns_of_the_tables(self):
        with open(SCHEMA, encoding="utf-8") as file:
            parts = json.load(file)["properties"]
        row, finding = (set(parts[name]["items"]["properties"]) for name in ("rows", "findings"))
        self.assertEqual(row, set(tidy.COLUMNS) - set(tidy.RUN) | {"timing_valid"})
        self.assertEqual(finding, set(derived.COLUMNS))

    def test_the_document_has_numbers_flags_and_reasons(self):
        rows = [cost("invlpg", "first-bare-4k-pcide", 212, param="pages", value="64"),
                skipped("invlpg", "marginal-1g", "no 1g")]
        found = json.loads(self.exported("json", results=rows, machine=EMULATOR))
        row, other = found["rows"]
        self.assertEqual([row[name] for name in ("p50", "p50_ns", "pages", "pcide", "n",
                                                 "believed", "targets", "timing_valid")],
                         [212.0, 106.0, 64, True, 2047, True, None, False])
        self.assertEqual((other["status"], other["reason"], other["p50"]),
                         ("skipped", "no 1g", None))
        self.assertFalse(found["timing"]["valid"])
        self.assertIn("QEMU's emulator", found["timing"]["reasons"][0])

    def test_an_export_goes_where_it_is_told_and_makes_no_page(self):
        write_run(self.folder)
        path = os.path.join(self.folder, "run.json")
        status, out, _ = self.command("--export", "json", "-o", path, self.folder)
        self.assertEqual((status, out), (0, ""))
        self.assertEqual(read(self.folder, "run.json").decode(),
                         self.exported("json", self.folder))
        self.assertFalse(os.path.exists(os.path.join(self.folder, "report.html")))

    def test_what_cannot_be_exported_is_refused(self):
        write_run(self.folder, results=small_results())
        for arguments in (("--export", "xml", self.folder),
                          ("--export", "lava", self.folder, self.folder),
                          ("--export", "json", self.folder, self.folder),
                          ("--export", "json", "--lines", "x", self.folder)):
            self.assertEqual(self.command(*arguments)[:2], (2, ""), arguments)
