"""May the timing be believed?  The answer, its reasons, and the watermark that follows."""

from dataclasses import dataclass

from .run import Run

KINDS = {
    "hw": "HARDWARE",
    "vm": "VIRTUAL MACHINE",
    "tcg": "EMULATOR",
    "tcg_icount": "EMULATOR",
    "bochs": "EMULATOR",
}
MEANING = {
    "vm": "a virtual machine: exits to the hypervisor and its scheduling are in the numbers",
    "tcg": "QEMU's emulator: its TSC is the host's clock and only looks like hardware",
    "tcg_icount": "QEMU's emulator counting instructions: the numbers are instruction counts",
    "bochs": "the Bochs emulator: the numbers are instruction counts",
}


@dataclass(frozen=True)
class Trust:
    """Whether the timing may be believed; why not; the lines to print over it."""

    timing: bool
    reasons: tuple
    watermark: tuple


def judge(run: Run) -> Trust:
    """The trust that machine.csv allows.  Silence is not trust."""
    env, valid = run.fact("env"), run.fact("timing_valid")
    reasons = []
    if env != "hw":
        meaning = MEANING.get(env, "what it ran on is not known")
        reasons.append(f"env = {env or 'not recorded'}: {meaning}.")
    if valid != "1":
        why = run.fact("timing_reason").rstrip(".") or "no reason was recorded"
        reasons.append(f"timing_valid = {valid or 'not recorded'}: {why}.")
    lines = ()
    if env != "hw":
        kind = KINDS.get(env, "UNKNOWN MACHINE")
        lines = (f"{kind} ({env or 'env not recorded'}):", "NOT A MEASUREMENT OF HARDWARE")
    elif valid != "1":
        lines = ("TIMING NOT VALID:", "NOT A MEASUREMENT")
    return Trust(not reasons, tuple(reasons), lines)


def watermark(runs: tuple, *files: str) -> tuple:
    """The lines to print over whatever is drawn from these files; none if all is well."""
    lines = [line for run in runs for line in judge(run).watermark]
    lines += [f"DAMAGED OR CUT: {name}" for run in runs for name in files if run.damaged(name)]
    return tuple(dict.fromkeys(lines))


def marked(run: Run, *files: str) -> str | None:
    """The class of a table of what was drawn from these files of a run."""
    return "marked" if watermark((run,), *files) else None


def warning(runs: tuple, *files: str) -> str:
    """The watermark as text in one line."""
    return " ".join(watermark(runs, *files)).replace(" DAMAGED", "; DAMAGED")
