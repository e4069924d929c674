"""What of a run may be shown to the world: machine.csv by a list of what is kept, nothing else.

The program records no serial number, MAC address or UUID; somebody may have typed one, into an
option or a name, or a firmware put one into the name of its board, so whatever is kept is looked
through for them.
"""

import csv
import io
import ipaddress
import os
import re
import zlib

ID = "run_id"
FILES = ("results.csv", "verify.csv", "selftest.csv", "litmus.csv", "canary.csv")
# About the processor, its state, the program and the measurement: no names of volumes, no lists
# that somebody typed, no addresses in memory or on a network.
KEPT = re.compile(r"""
    program|commit|run_id|date|profile|seed|raw|pages|verify_on|transport
    |env|env_doubt|hypervisor(_\w+)?|exits(_\w+)?|timing_valid|timing_reason
    |vendor|brand|family|model|stepping|microcode|features|board|firmware|firmware_revision
    |tsc_hz\w*|quantum_ticks|cpus_\w+|cpu_\d+(_\w+)?|boot_cpu_listed|core_types?\w*|tlb_\w+|cache_\w+
    |invlpgb_\w+|rdcl_no|rar|window_code_pages|cycle_counter|smi_\w+|litmus_\S+
    |(cr0|cr4|efer|pat)_(found|used)|efer_tce|la57|x2apic_\w+|physical_limit
""", re.X)
NETWORK = "an address on a network"
TELLTALE = (
    ("a UUID", re.compile(r"\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b", re.I)),
    ("a MAC address", re.compile(r"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b"
                                 r"|\b[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}\b"
                                 r"|\b(?=\d*[a-f])[0-9a-f]{12}\b", re.I)),
    (NETWORK, re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|://")),
    ("a serial number", re.compile(r"\bserial[ _-]*(?:no\b|number\b|[:#=])|\bs/n\b|\bsn[:#=]"
                                   r"|\bserial +(?=[a-z-]*\d)[\w-]{4,}", re.I)),
)
COLONS = re.compile(r"(?<![\w:])[0-9a-f]*(?::[0-9a-f]*){2,}(?![\w:])", re.I)
# What looks like one of them and is none: sections of manuals, the commit of the program.
HARMLESS = re.compile(r"\b(?:SDM|APM) \d[A-D]? [\d.]+|^commit,[0-9a-f]+")


def stripped(run) -> dict:
    """File -> bytes of a run without what is private: machine.csv as kept, with the sums of the files
    that go with it; the other files as they are."""
    made = {}
    for name in FILES:
        if name in run.tables and run.tables[name].found:
            with open(os.path.join(run.folder, name), "rb") as file:
                made[name] = file.read()
    facts = [(key, identity(run, made) if key == ID else value)
             for key, value in run.machine.items()
             if KEPT.fullmatch(key) and not key.startswith("file_")]
    for name, data in made.items():
        facts += [(f"file_{name}_rows", str(run.tables[name].records)),
                  (f"file_{name}_crc32", f"0x{zlib.crc32(data):08x}")]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([("key", "value"), *facts])
    return {"machine.csv": out.getvalue().encode(), **made}


def identity(run, files: dict) -> str:
    """What a run is called here, DATE-TIME-SUM, since its own id may be the name of a machine:
    only copies of one run have the same."""
    digits = re.sub(r"[^0-9]", "", run.fact("date")[:19])
    sum_of_all = zlib.crc32(b"".join(files[name] for name in FILES if name in files))
    return "-".join(filter(None, (digits[:8], digits[8:], f"{sum_of_all:08x}")))


def left_out(run) -> list:
    """The keys of machine.csv that are not kept, and the files."""
    keys = [key for key in run.machine if key == ID
            or not KEPT.fullmatch(key) and not key.startswith("file_")]
    return keys + [name for name, table in run.tables.items()
                   if table.found and name not in (*FILES, "machine.csv")]


def telltales(files: dict):
    """What looks private in what is kept: 'machine.csv:4: a MAC address: ...'."""
    for name, data in files.items():
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            text = HARMLESS.sub("", line)
            found = [(what, match[0]) for what, pattern in TELLTALE
                     if (match := pattern.search(text))]
            found += [(NETWORK, word) for word in COLONS.findall(text) if is_address(word)]
            if found:
                what, word = found[0]
                yield f"{name}:{number}: {what}: '{word}'"


def is_address(word: str) -> bool:
    """Whether it is one of IPv6, with a digit: a lone :: is none."""
    try:
        return bool(word.strip(":")) and bool(ipaddress.IPv6Address(word))
    except ValueError:
        return False
