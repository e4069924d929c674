"""INVLPG that keeps global entries while CR4.PCIDE is set: Intel's ADL063 and RPL042."""

from ..draw.markup import Markup, badge, join, paragraph
from ..find.as_linux import lacks_repair, repair
from ..read.run import Run
from ..read.verdicts import badness

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
    if repair(run) is None:
        return join([paragraph(f"{NAME}. Not applicable on this machine: not known of this "
                               f"processor ({signature})."),
                     elsewhere(run, verdict)])
    name, fixed = repair(run)
    sign, kind, text = judge(run, verdict)
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
                verdict, "So this run shows nothing of it.")
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


def judge(run: Run, verdict: str) -> tuple:
    """Sign, colour and words for the cell on a processor that is known for it."""
    is_guest = run.fact("hypervisor") not in ("", "none") or run.fact("env") == "vm"
    if verdict not in ("pass", "fail"):
        return "?", "doubt", "So this run shows nothing of it."
    if is_guest:
        what = ("is a finding: guests are not affected" if verdict == "fail"
                else "says nothing of the processor: guests are not affected")
        return sign_of(verdict) + (f"It was under a hypervisor, so this {what}.",)
    if lacks_repair(run) is None:
        return sign_of(verdict) + ("The microcode's revision is not known, so nobody can say "
                                   "whether it has the repair.",)
    if not lacks_repair(run):
        return sign_of(verdict) + (
            "This microcode has the repair, and global entries go." if verdict == "pass" else
            "A finding: this microcode has the repair, and global entries stay all the same.",)
    return sign_of(verdict) + (
        "The microcode is older than the repair; the erratum did not show in these trials."
        if verdict == "pass" else
        "The erratum is seen: the microcode is older than the repair.",)


def sign_of(verdict: str) -> tuple:
    """Sign and colour of a verdict that decides."""
    return ("✓", "good") if verdict == "pass" else ("✗", "bad")
