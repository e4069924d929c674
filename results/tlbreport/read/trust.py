"""May the timing be believed?  The answer, its reasons, and the watermark that follows."""

from dataclasses import dataclass

from .run import Problem, Row, Run
from .verdicts import in_words, must_phases, operations, said_of, told_by

KINDS = {
    "hw": "HARDWARE",
    "vm": "VIRTUAL MACHINE",
    "tcg": "EMULATOR",
    "tcg_icount": "EMULATOR",
    "bochs": "EMULATOR",
    "model": "EMULATOR",
}
MEANING = {
    "vm": "a virtual machine: exits to the hypervisor and its scheduling are in the numbers",
    "tcg": "QEMU's emulator: its TSC is the host's clock and only looks like hardware",
    "tcg_icount": "QEMU's emulator counting instructions: the numbers are instruction counts",
    "bochs": "the Bochs emulator: the numbers are instruction counts",
    "model": "a modelled machine: the numbers are those of its file",
    "unknown": "it is not certain that it was hardware: env_doubt in machine.csv says what speaks "
    "against it",
}
GUEST = "VALID FOR THIS GUEST ALONE"  # the second line of its mark
# What a recommendation rests on.
BASIS = ("machine.csv", "results.csv", "verify.csv", "selftest.csv")


@dataclass(frozen=True)
class Trust:
    """Whether the timing may be believed, of hardware or of the guest alone; why not; the lines to
    print over it."""

    timing: bool
    reasons: tuple
    watermark: tuple
    guest: bool = False


def judge(run: Run) -> Trust:
    """The trust that machine.csv allows.  Silence is not trust."""
    env, valid = run.fact("env"), run.fact("timing_valid")
    if (env, valid) == ("vm", "vm"):
        return guest(run)
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


def guest(run: Run) -> Trust:
    """Of a run that is valid for its guest, and no measurement of hardware."""
    who = run.fact("hypervisor_name") or "an unnamed hypervisor"
    return Trust(False, (f"env = vm: it ran under {who}. The clock passed its self-tests there, so "
                         "the timing is valid for this guest, with its exits to the hypervisor, and "
                         "for no hardware.",),
                 (f"GUEST OF {who.upper()} (vm):", GUEST), True)


def disbelieve(run: Run) -> None:
    """Takes belief from every row with a failed must cell in its state.  `believed` says what was
    known when the row was delivered: the verification behind the timing may have failed since."""
    found, known, late = must_phases(run), {}, {}
    some_failed = any("fail" in said for of_op in found.values() for said in of_op.values())
    for row in run.rows("results.csv") if some_failed else ():
        if row["status"] != "ok" or row["believed"] == "0":
            continue
        alike = told_by(row)
        if alike not in known:
            known[alike] = failures(found, row)
        against = known[alike]
        if not against:
            continue
        row["believed"] = "0"
        if set().union(*against.values()) == {"after"}:
            what = next(iter(against))
            late[what] = late.get(what, 0) + 1
    for (op, state), count in late.items():
        text = (f"verification of {op} failed behind the timing{state}: not believed, "
                f"rows: {count}")
        run.problems.append(Problem("results.csv", 0, text, damage=False))


def failures(found: dict, row: Row) -> dict:
    """(operation, its state in words) -> the phases in which a must cell of a row's state failed."""
    return {(op, in_words(found[op], one)): verdicts["fail"]
            for op in operations(row) for one, verdicts in said_of(found, op, row).items()
            if "fail" in verdicts}


def watermark(runs: tuple, *files: str) -> tuple:
    """The lines to print over whatever is drawn from these files; none if all is well."""
    lines = [line for run in runs for line in judge(run).watermark]
    lines += [f"DAMAGED OR CUT: {name}" for run in runs for name in files if run.damaged(name)]
    return tuple(dict.fromkeys(lines))


def obstacle(run: Run) -> str:
    """Why nothing may be recommended from a run; empty if something may: its timing is valid, if
    for its guest alone, and the files that say so are there and whole."""
    lacking = [f"{name} is missing" for name in BASIS
               if not (name in run.tables and run.tables[name].found)]
    said = [against((run,), *(name for name in BASIS if name not in " ".join(lacking)))]
    return "; ".join([*filter(None, said), *lacking])


def against(runs: tuple, *files: str) -> str:
    """The warning without the mark of guests, which speaks against nothing."""
    marks = {line for run in runs if judge(run).guest for line in judge(run).watermark}
    return in_line(line for line in watermark(runs, *files) if line not in marks)


def marked(run: Run, *files: str) -> str | None:
    """The class of a table of what was drawn from these files of a run."""
    return "marked" if watermark((run,), *files) else None


def warning(runs: tuple, *files: str) -> str:
    """The watermark as text in one line."""
    return in_line(watermark(runs, *files))


def in_line(lines) -> str:
    """Lines of a watermark in one."""
    return " ".join(lines).replace(" DAMAGED", "; DAMAGED")
