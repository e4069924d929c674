"""What of a run may be shown to the world: machine.csv by a list of what is kept, nothing else.

The program records no serial number, MAC address or UUID; somebody may have typed one, into an
option or a name, so whatever is kept is looked through for them.
"""

import csv
import io
import os
import re
import zlib

FILES = ("results.csv", "verify.csv", "selftest.csv", "litmus.csv", "canary.csv")
# About the processor, its state, the program and the measurement: no names of volumes, no options
# as they were typed, no addresses in memory or on a network.
KEPT = re.compile(r"""
    program|commit|run_id|date|profile|seed|raw|pages|only|cpus|verify_on|transport
    |env|env_doubt|hypervisor|timing_valid|timing_reason
    |vendor|brand|family|model|stepping|microcode|features|board|firmware|firmware_revision
    |tsc_hz\w*|quantum_ticks|cpus_\w+|cpu_\d+(_\w+)?|boot_cpu_listed|core_types?\w*|tlb_\w+
    |invlpgb_\w+|rdcl_no|window_code_pages|cycle_counter|smi_\w+|litmus_\S+
    |(cr0|cr3|cr4|efer|pat)_(found|used)|efer_tce|apic_base|x2apic_\w+|physical_limit
""", re.X)
NETWORK = "an address on a network"
TELLTALE = (
    ("a MAC address", re.compile(r"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b", re.I)),
    ("a UUID", re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.I)),
    (NETWORK, re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|://")),
    ("a serial number", re.compile(r"\bserial[ _-]*(?:no|number)\b|\bs/n\b", re.I)),
)


def stripped(run) -> dict:
    """File -> bytes of a run without what is private: machine.csv as kept, with the sums of the files
    that go with it; the other files as they are."""
    made = {}
    for name in FILES:
        if name in run.tables and run.tables[name].found:
            with open(os.path.join(run.folder, name), "rb") as file:
                made[name] = file.read()
    facts = [(key, value) for key, value in run.machine.items()
             if KEPT.fullmatch(key) and not key.startswith("file_")]
    for name, data in made.items():
        facts += [(f"file_{name}_rows", str(run.tables[name].records)),
                  (f"file_{name}_crc32", f"0x{zlib.crc32(data):08x}")]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([("key", "value"), *facts])
    return {"machine.csv": out.getvalue().encode(), **made}


def left_out(run) -> list:
    """The keys of machine.csv that are not kept, and the files."""
    keys = [key for key in run.machine if not KEPT.fullmatch(key) and not key.startswith("file_")]
    return keys + [name for name, table in run.tables.items()
                   if table.found and name not in (*FILES, "machine.csv")]


def telltales(files: dict):
    """What looks private in what is kept: 'machine.csv:4: a MAC address: ...'."""
    for name, data in files.items():
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            for what, pattern in TELLTALE:
                if what == NETWORK and name != "machine.csv":  # sections of manuals look like one
                    continue
                found = pattern.search(line)
                if found:
                    yield f"{name}:{number}: {what}: '{found[0]}'"
