"""Trees of runs on machines whose truth is known: models, machines of each, boots of each."""

import os
import random

from rundir import EMULATOR, canary, checked, write_run
from showcase import OPS, SELFTESTS, SETTLED, alone, remote
from synthetic import Machine, Rows, everything

NUMBERS = ("min p01 p05 p25 p50 p75 p95 p99 max mean ci95_lo ci95_hi ci99_lo ci99_hi").split()
BOOTS_SHARE = 0.01  # by how much a row differs from boot to boot, as a standard deviation
MACHINES_SHARE = 0.03  # and a machine from its model
INTEL, AMD = "GenuineIntel", "AuthenticAMD"
KNOWN = ((INTEL, "6", "143", "8", "Xeon 8480", "0x2b000590"), (INTEL, "6", "85", "7", "Xeon 6248", "0x5003605"),
         (INTEL, "6", "151", "2", "Core 12900", "0x2c"), (INTEL, "6", "79", "1", "Xeon E5 v4", "0xb000040"),
         (AMD, "25", "1", "1", "EPYC 7763", "0xa0011d1"), (AMD, "26", "2", "1", "EPYC 9755", "0xb002116"),
         (AMD, "23", "49", "0", "EPYC 7742", "0x830107a"), (AMD, "25", "17", "1", "EPYC 9654", "0xa101148"))


def models(many: int, seed: int = 1) -> list:
    """(facts, machine) of so many models: those known, then others of made-up numbers."""
    draw, made = random.Random(seed), []
    for number in range(many):
        vendor, family, model, stepping, brand, microcode = KNOWN[number % len(KNOWN)]
        if number >= len(KNOWN):
            model, brand = str(100 + number), f"{brand} variant {number // len(KNOWN)}"
        facts = {**SETTLED, "vendor": vendor, "family": family, "model": model,
                 "stepping": stepping, "brand": f"Made-up {brand}", "microcode": microcode,
                 "tsc_hz": str(draw.choice((2000000000, 2400000000, 3000000000)))}
        made.append((facts, Machine(page=draw.uniform(90, 300), first=draw.uniform(30, 90),
                                    refill=draw.uniform(8, 40), slots=draw.choice((4, 8, 1000)))))
    return made


def rows_of(machine: Machine, seed: int) -> list:
    """Every benchmark on a machine, as the program plans it."""
    to = Rows(seed)
    alone(to)
    once = {}
    for row in [*to.rows, *everything(machine, seed), *remote()]:
        once.setdefault(tuple(row.get(c, "") for c in ("bench", "op", "variant", "param", "value",
                                                       "targets")), row)
    factor = machine.page / Machine.page
    return [scaled(row, factor) if row["bench"] in ("single_op", "ipi", "shootdown", "lazy")
            else row for row in once.values()]


def scaled(row: dict, factor: float) -> dict:
    """A row whose costs are so many times what they were."""
    return {**row, **{name: f"{float(row[name]) * factor:.3f}" for name in NUMBERS
                      if row.get(name)}}


def boot(folder: str, facts: dict, rows: list, verify=None, share: float = BOOTS_SHARE,
         seed: int = 1) -> None:
    """Writes one boot of a machine; its rows differ from those given by a share each."""
    draw = random.Random(seed)
    os.makedirs(folder)
    cells = verify or [cell for op in (*OPS, "invlpgb_tlbsync") for cell in checked(op, "page_4k")]
    write_run(folder, machine=facts, selftest=SELFTESTS, verify=cells, canary=canary([768] * 9),
              results=[scaled(row, draw.gauss(1, share)) for row in rows])


def fleet(folder: str, many: int, machines: int, boots: int) -> int:
    """A tree MACHINE/RUN of so many models; how many runs.  Of the first model one machine has other
    microcode, and an INVLPG that keeps global entries; the last machine of all is an emulator."""
    runs = 0
    for number, (facts, machine) in enumerate(models(many), 1):
        rows = rows_of(machine, number)
        for which in range(machines):
            mine, cells = {**facts, "board": f"board {facts['model']}"}, None
            of_machine = [scaled(row, random.Random(which).gauss(1, MACHINES_SHARE)) for row in rows]
            if number == 1 and which == machines - 1:
                mine["microcode"] = "0x2b000461"
                cells = [*checked("invlpg", "page_4k"), *checked(
                    "invlpg", "global_4k", pcide="1", verdict="fail"), *checked("cr3_reload", "page_4k")]
                of_machine = [scaled(row, 1.4) if row["op"] == "invlpg" else row for row in of_machine]
            if number == many and which == machines - 1:
                mine |= {key: EMULATOR[key] for key in (
                    "env", "timing_valid", "timing_reason", "hypervisor")}
            for one in range(boots):
                runs += 1
                mine = {**mine, "run_id": f"20200101-{number:04d}{which:02d}-{one:04d}",
                        "date": f"2020-01-{one + 1:02d}T00:00:00"}
                boot(os.path.join(folder, f"m{number:03d}-{which}", f"run{one}"), mine, of_machine,
                     cells, seed=runs)
    return runs
