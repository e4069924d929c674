"""Makes the folder of a run, with right row counts and checksums, for tests to damage."""

import contextlib
import csv
import io
import os
import sys
import tempfile
import unittest
import zlib

TREE = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 3))
RESULTS_FOLDER = os.path.join(TREE, "results")
sys.path.insert(0, RESULTS_FOLDER)  # tests import tlbreport after this module

RESULTS = (
    "bench,op,variant,param,value,targets,status,reason,unit,n,discard_irq,discard_smi,"
    "discard_tsc,far,min,p01,p05,p25,p50,p75,p95,p99,max,mean,mad,ci95_lo,ci95_hi,ci99_lo,"
    "ci99_hi,a_min,a_p50,b_min,b_p50,converged,believed,quantum,canary,order"
).split(",")
LATER = [*RESULTS, "cost", "cost_lo", "cost_hi", "estimator", "spread", "outlier"]
VERIFY = (
    "op,entry,pcide,tce,phase,rule,citation,trials,stale_control,stale_after,verdict"
).split(",")
SELFTEST = "test,value,limit,unit,verdict".split(",")
CANARY = ["order", "ticks"]
KEY = "bench,op,variant,param,value,targets".split(",")
HISTOGRAM = [*KEY, "lo", "hi", "count"]
SAMPLES = [*KEY, "pair", "a", "b", "divisor"]
MACHINE = ["key", "value"]

HARDWARE = {
    "program": "tlbmark 0.1",
    "commit": "0123abc",
    "run_id": "20200101-000000-0001",
    "date": "2020-01-01T00:00:00Z",
    "env": "hw",
    "timing_valid": "1",
    "timing_reason": "",
    "vendor": "GenuineIntel",
    "brand": "Example Processor 1234 @ 2.00GHz",
    "family": "6",
    "model": "143",
    "stepping": "8",
    "microcode": "0x2b000590",
    "hypervisor": "none",
    "firmware": "Example UEFI 1.0",
    "tsc_hz": "2000000000",
}
EMULATOR = {
    **HARDWARE,
    "env": "tcg",
    "timing_valid": "0",
    "timing_reason": "the method is not verified on this machine",
    "brand": "QEMU TCG CPU version 2.5+",
    "hypervisor": "TCGTCGTCGTCG",
}
GUEST = {
    **HARDWARE,
    "env": "vm",
    "timing_valid": "vm",
    "timing_reason": "a virtual machine whose clock passed every self-test: valid for this guest",
    "hypervisor": "Microsoft Hv",
    "hypervisor_name": "KVM",
    "exits_cpuid": "yes",
    "exits_cpuid_ticks": "1412",
    "exits_mov_cr3": "no",
    "exits_mov_cr3_ticks": "212",
    "exits_invpcid": "skipped: invpcid",
    "exits_hlt": "unclear",
    "exits_hlt_ticks": "212 (62 %) 1890 (38 %)",
}
CITATION = 'SDM 3A 5.10.4.1 "Operations that Invalidate TLBs and Paging-Structure Caches"'


def csv_bytes(columns: list, rows: list) -> bytes:
    """A CSV file as the program writes it: RFC 4180, but with \\n at the ends of lines."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([row.get(column, "") for column in columns])
    return out.getvalue().encode()


def cost(op: str, variant: str, median: float, **more) -> dict:
    """A row of results.csv that was measured; every number follows from the median."""
    row = {"bench": "single_op", "op": op, "variant": variant, "status": "ok",
           "unit": "ticks", "n": "2047", "discard_irq": "0", "discard_smi": "0",
           "discard_tsc": "0", "far": "3", "converged": "1", "believed": "1",
           "quantum": "2", "canary": "768", "order": "1"}
    spread = {"min": 0.93, "p01": 0.94, "p05": 0.95, "p25": 0.98, "p50": 1, "p75": 1.02,
              "p95": 1.2, "p99": 1.4, "max": 3, "mean": 1.05, "ci95_lo": 0.995,
              "ci95_hi": 1.005, "ci99_lo": 0.99, "ci99_hi": 1.01}
    row.update({name: f"{median * factor:.3f}" for name, factor in spread.items()})
    return {**row, "mad": "2.000", **more}


def skipped(op: str, variant: str, reason: str, status: str = "skipped") -> dict:
    """A row of results.csv that was not measured."""
    return {"bench": "single_op", "op": op, "variant": variant, "status": status,
            "reason": reason, "unit": "ticks"}


def checked(op: str, entry: str, rule: str = "must", verdict: str = "pass", **more) -> list:
    """A cell of verify.csv: its rows before and after, with counts that carry the verdict."""
    after = 0 if verdict in ("pass", "dropped", "holds", "inconclusive") else 200
    control = 3 if verdict == "inconclusive" else 200
    row = {"op": op, "entry": entry, "pcide": "0", "tce": "0", "rule": rule,
           "citation": CITATION, "trials": "200", "stale_control": str(control),
           "stale_after": str(after), "verdict": verdict, **more}
    return [{**row, "phase": phase} for phase in ("before", "after")]


def small_results() -> list:
    """Rows of the first operations."""
    return [
        cost("none", "first-bare-4k", 0, believed=""),
        cost("none", "marginal-4k", 0, believed=""),
        cost("invlpg", "first-bare-4k", 212),
        cost("invlpg", "marginal-4k", 198),
        cost("cr3_reload", "first-bare", 341),
        cost("cr3_reload", "marginal", 190.125),
        cost("cr4_pge_toggle", "first-fetch", 960),
        cost("cr4_pge_toggle", "marginal", 812.5),
    ]


def small_verify() -> list:
    """Cells of the first operations."""
    return [
        *checked("invlpg", "page_4k"),
        *checked("invlpg", "neighbour", "may", "kept"),
        *checked("cr3_reload", "page_4k"),
        *checked("cr3_reload", "global_4k", "may", "dropped"),
        *checked("cr4_pge_toggle", "page_4k"),
        *checked("cr4_pge_toggle", "global_4k"),
    ]


def small_selftest() -> list:
    """Some self-tests; the last one says how long the canary is."""
    return [
        {"test": "quantum", "value": "2", "unit": "ticks", "verdict": "recorded"},
        {"test": "empty_window", "value": "0", "limit": "0", "unit": "ticks", "verdict": "pass"},
        {"test": "imul_to_add", "value": "3.001", "limit": "3", "unit": "ratio", "verdict": "pass"},
    ]


def refill(op: str, kind: str, medians: dict) -> list:
    """Rows of results.csv over the pages touched: pages -> median."""
    return [cost(op, f"first-incl-{kind}", median, param="touched", value=str(pages))
            for pages, median in medians.items()]


def histogram(row: dict, buckets: list) -> list:
    """Rows of histogram.csv of a row of results.csv: (lo, hi, count) each."""
    key = {column: row.get(column, "") for column in KEY}
    return [{**key, "lo": f"{lo:.3f}", "hi": f"{hi:.3f}", "count": str(count)}
            for lo, hi, count in buckets]


def sampled(row: dict, differences, divisor: int = 1) -> list:
    """Rows of samples.csv of a row of results.csv: B - A of each pair in ticks."""
    key = {column: row.get(column, "") for column in KEY}
    return [{**key, "pair": str(pair), "a": "100000", "b": str(100000 + int(difference)),
             "divisor": str(divisor)} for pair, difference in enumerate(differences)]


def canary(ticks) -> list:
    """Rows of canary.csv."""
    return [{"order": str(order), "ticks": str(t)} for order, t in enumerate(ticks, 1)]


def write_run(folder: str, machine=None, results=None, verify=None, selftest=None,
              **more) -> str:
    """Writes a whole run into a folder; what is not given is a small run on hardware.

    canary, histogram and samples are written only if given.
    """
    rows = small_results() if results is None else results
    later = any(set(row) - set(RESULTS) for row in rows)
    cells = small_verify() if verify is None else verify
    named = ["core_type", "cpu"] if any("cpu" in cell for cell in cells) else []
    files = {
        "results.csv": csv_bytes(LATER if later else RESULTS, rows),
        "verify.csv": csv_bytes([*VERIFY, *named], cells),
        "selftest.csv": csv_bytes(SELFTEST, selftest or small_selftest()),
    }
    columns = {"canary": CANARY, "histogram": HISTOGRAM, "samples": SAMPLES}
    files.update({f"{name}.csv": csv_bytes(columns[name], rows) for name, rows in more.items()})
    write_files(folder, HARDWARE if machine is None else machine, files)
    return folder


def write_files(folder: str, machine: dict, files: dict) -> None:
    """Writes files as given, and a machine.csv that states them."""
    facts = dict(machine)
    for name, data in files.items():
        rows = list(csv.reader(io.StringIO(data.decode("utf-8", "replace"), newline="")))
        facts[f"file_{name}_rows"] = str(len(rows) - 1)
        facts[f"file_{name}_crc32"] = f"{zlib.crc32(data):08x}"
        write(folder, name, data)
    rows = [{"key": key, "value": value} for key, value in facts.items()]
    write(folder, "machine.csv", csv_bytes(MACHINE, rows))


def write(folder: str, name: str, data: bytes) -> None:
    """One file of a folder."""
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def read(folder: str, name: str) -> bytes:
    """The bytes of a file of a folder."""
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def replace(folder: str, name: str, old: str, new: str) -> None:
    """Changes a file of a folder in one place, which must be there; says nothing of it."""
    data = read(folder, name)
    assert data.count(old.encode()) >= 1, (name, old)
    write(folder, name, data.replace(old.encode(), new.encode(), 1))


def restate(folder: str, machine=None) -> None:
    """Makes machine.csv state the files as they are now."""
    names = [n for n in sorted(os.listdir(folder)) if n.endswith(".csv") and n != "machine.csv"]
    write_files(folder, machine or HARDWARE, {name: read(folder, name) for name in names})


class RunTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="tlbmark-report.")
        self.addCleanup(scratch.cleanup)
        self.folder = os.path.join(scratch.name, "run")
        os.mkdir(self.folder)

    def command(self, *arguments: str) -> tuple:
        """Runs the command; exit status, standard output, standard error."""
        from tlbreport.cli import main

        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = main(list(arguments))
            except SystemExit as end:
                status = end.code
        return status, out.getvalue(), err.getvalue()

    def report(self) -> tuple:
        """Makes the report of the folder; exit status, page, standard error."""
        status, _, err = self.command(self.folder)
        return status, read(self.folder, "report.html").decode(), err
