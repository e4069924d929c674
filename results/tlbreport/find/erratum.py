"""INVLPG that keeps global entries while CR4.PCIDE is set: Intel's ADL063 and RPL042."""

import re

from ..read.markup import Markup, badge, join, paragraph
from ..read.run import Run
from ..read.verdicts import badness

# (family, model) -> the processor, and the microcode with which it is repaired.
REPAIRED = {
    ("6", "151"): ("Alder Lake", 0x2E),
    ("6", "154"): ("Alder Lake, mobile", 0x42C),
    ("6", "190"): ("Alder Lake-N", 0x11),
    ("6", "183"): ("Raptor Lake", 0x118),
    ("6", "186"): ("Raptor Lake, mobile", 0x4117),
    ("6", "191"): ("Raptor Lake-S", 0x2E),
}
NAME = "ADL063, RPL042: INVLPG may keep global entries while CR4.PCIDE is set"
CELL = {"op": "invlpg", "entry": "global_4k", "pcide": "1"}
CELL_WORDS = "verify.csv, invlpg x global_4k with PCIDE = 1: "


def erratum(run: Run) -> Markup:
    """Whether this processor has it, and what the cell says that would show it."""
    facts = [run.fact(key) for key in ("vendor", "family", "model", "stepping")]
    verdict = cell_verdict(run)
    if "" in facts[:3]:
        return join([paragraph(f"{NAME}. machine.csv does not say which processor it was.",
                               class_="lack"), elsewhere(run, verdict)])
    signature = f"{facts[0]}, family {facts[1]}, model {facts[2]}, stepping {facts[3]}"
    if facts[0] != "GenuineIntel" or (facts[1], facts[2]) not in REPAIRED:
        return join([paragraph(f"{NAME}. Not known of this processor ({signature})."),
                     elsewhere(run, verdict)])
    name, fixed = REPAIRED[facts[1], facts[2]]
    sign, kind, text = judge(run, verdict, fixed)
    found = run.fact("microcode") or "not recorded"
    return join([
        paragraph(f"{NAME}. This processor is one of those: {name} ({signature})."),
        paragraph(f"Microcode {found}; repaired from {fixed:#x} on. {CELL_WORDS}",
                  badge(verdict, sign, kind), ". ", text)])


def elsewhere(run: Run, verdict: str) -> Markup:
    """What the cell says on a processor of which nobody has published the erratum: what was seen
    stands, whoever knows of it."""
    text = {"pass": "It did not show in these trials.",
            "fail": "A finding: INVLPG kept global entries here, as with the erratum."}.get(
                verdict, "So nothing is shown of it here.")
    if verdict == "fail" and cell_verdict(run, pcide="0") == "fail":
        text = "A finding, but not the erratum: INVLPG kept global entries with PCIDE = 0 too."
    sign, kind = sign_of(verdict) if verdict in ("pass", "fail") else ("?", "doubt")
    return paragraph(CELL_WORDS, badge(verdict, sign, kind), ". ", text)


def cell_verdict(run: Run, **changed: str) -> str:
    """The worse verdict of the cell before and after; 'missing' if there is none."""
    cell = CELL | changed
    verdicts = [row["verdict"] for row in run.rows("verify.csv")
                if all(row[column] == value for column, value in cell.items())]
    return min(verdicts, key=badness, default="missing")


def judge(run: Run, verdict: str, fixed: int) -> tuple:
    """Sign, colour and words for the cell on a processor that is known for it."""
    revision = run.fact("microcode")
    known = re.fullmatch(r"0x[0-9a-fA-F]+", revision) is not None
    is_guest = run.fact("hypervisor") not in ("", "none") or run.fact("env") == "vm"
    if verdict not in ("pass", "fail"):
        return "?", "doubt", "So nothing is shown of it here."
    if is_guest:
        what = ("is a finding: guests are not affected" if verdict == "fail"
                else "says nothing of the processor: guests are not affected")
        return sign_of(verdict) + (f"It was under a hypervisor, so this {what}.",)
    if not known:
        return sign_of(verdict) + ("Whether the repair is there cannot be said.",)
    if int(revision, 16) >= fixed:
        return sign_of(verdict) + (
            "The repair is there, as the cell shows." if verdict == "pass" else
            "A finding: the repair should be there, and globals stay all the same.",)
    return sign_of(verdict) + (
        "The microcode is older than the repair; the erratum did not show in these trials."
        if verdict == "pass" else
        "The erratum is seen: the microcode is older than the repair.",)


def sign_of(verdict: str) -> tuple:
    """Sign and colour of a verdict that decides."""
    return ("✓", "good") if verdict == "pass" else ("✗", "bad")
