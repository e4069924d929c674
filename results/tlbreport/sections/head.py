"""The top of the page: what machine it was, and whether to believe it."""

from ..draw.markup import Markup, join, paragraph, tag
from ..read import litmus, trust
from ..read.run import Run
from ..read.verdicts import must_cells

FAILED = ("failed", "timeout")
SHOWN_REASONS = 10
ENDED_FORBIDDEN = "ended with an outcome that the architecture forbids"
EXITS = {"cpuid": "CPUID", "rdtsc": "RDTSC", "mov_cr3": "MOV CR3", "invlpg": "INVLPG",
         "invpcid": "INVPCID", "pge": "CR4.PGE off and on", "icr": "an IPI",
         "icr_self": "an interrupt to itself", "hlt": "HLT"}
LEAVES = {"yes": "leave the guest", "no": "do not", "unclear": "unclear", "skipped": "not tried"}
UNTESTED = {
    "skipped": "not applicable on this machine",
    "inconclusive": "inconclusive: the entry was gone without the operation too",
    "": "without a verdict",
}


def title(run: Run) -> str:
    """One line that names the run."""
    return f"TLB maintenance on {run.fact('brand') or 'an unknown processor'}"


def known(run: Run, key: str) -> str:
    """A value in words also where there is none."""
    return (run.fact(key) or "none") if key in run.machine else "not recorded"


def box(kind: str, sign: str, text: str, *reasons) -> Markup:
    """A verdict and its reasons."""
    head = paragraph(tag("strong", f"{sign} {text}"))
    return tag("div", head, *(paragraph(reason) for reason in reasons), class_=f"box {kind}")


def timing_box(run: Run) -> Markup:
    judged = trust.judge(run)
    if judged.timing:
        return box("good", "✓", "The timing may be believed.",
                   "It was measured on hardware, and the clock passed its self-tests there "
                   "(env = hw, timing_valid = 1). Each operation must still pass its own "
                   "verification.")
    if judged.guest:
        return box("doubt", "▣", " ".join(judged.watermark), *judged.reasons, *exits(run))
    text = " ".join(judged.watermark) or "The timing may not be believed."
    return box("bad", "✗", text, "The timing may not be believed:", *judged.reasons)


def exits(run: Run):
    """Which instructions leave the guest, as the program found by cost; nothing where it did not
    look."""
    found = {}
    for key, name in EXITS.items():
        verdict, _, why = run.fact(f"exits_{key}").partition(": ")
        ticks = run.fact(f"exits_{key}_ticks")
        if verdict in LEAVES:
            found.setdefault(verdict, []).append(f"{name} ({ticks or why})")
    if found:
        yield "By cost, in ticks: " + "; ".join(
            f"{LEAVES[word]}: {', '.join(found[word])}" for word in LEAVES if word in found) + "."


def verification_box(run: Run) -> Markup:
    """How many of the invalidations that the manual requires were seen; what it requires and was
    not seen."""
    found = must(run)
    return box(*verification(found), *details(found))


def must(run: Run) -> list:
    """Every cell that the manual requires."""
    return [cell for of_op in must_cells(run).values() for mine in of_op.values() for cell in mine]


def verification(found: list) -> tuple:
    """(kind, sign, sentence) of what those cells say."""
    asked = [cell for cell in found if not cell.is_fault and not cell.is_witness]
    seen, missed = (sum(cell.verdict == word for cell in asked) for word in ("pass", "fail"))
    rest = len(asked) - seen - missed
    untested = f"; {rest} could not be tested" if rest else ""
    if any(cell.verdict == "fail" for cell in found):
        return ("bad", "✗", f"The verification failed: {missed} of {required(seen + missed)} "
                f"not seen{untested}.")
    if not seen:
        return "doubt", "?", f"Nothing was verified{untested}."
    return "good", "✓", f"{'All' if seen > 1 else 'The'} {required(seen)} seen{untested}."


def required(count: int) -> str:
    return (f"{count} invalidation{'s' if count != 1 else ''} that the manual requires "
            f"{'were' if count != 1 else 'was'}")


def details(found: list):
    """Why some could not be tested, and what else the manual requires."""
    said = []
    for verdict, words in UNTESTED.items():
        count = sum(cell.verdict == verdict and not cell.is_fault and not cell.is_witness
                    for cell in found)
        said += [f"{count} {words}"] if count else []
    if said:
        yield f"Not tested: {'; '.join(said)}."
    for words, is_of in (("Exceptions that the manual requires", "is_fault"),
                         ("The same invalidations told by the accessed bit", "is_witness")):
        mine = [cell for cell in found if getattr(cell, is_of)
                and cell.verdict in ("pass", "fail")]
        if mine:
            yield f"{words}: {sum(cell.verdict == 'pass' for cell in mine)} of {len(mine)} seen."


def litmus_box(run: Run) -> Markup:
    """Outcomes that the architecture forbids; nothing without any."""
    said = litmus_said(run)
    if not said:
        return Markup("")
    return box("bad", "✗", said, *([tag("a", "What the rounds ended with", href="#litmus")]
                                   if litmus.forbidden(run) else []))


def litmus_said(run: Run) -> str:
    """The tests that ended with one, in a sentence."""
    found = ", ".join(f"{one.test} ({one.seen} of {one.rounds} rounds)"
                      for one in litmus.forbidden(run))
    said, missing = f"Litmus tests: {found or 'some'} {ENDED_FORBIDDEN}", litmus.failed(run)
    if found:
        return f"{said}."
    return (f"{said} (self-test {', '.join(missing)}), but litmus.csv does not name them."
            if missing else "")


def rows_box(run: Run) -> Markup:
    """Rows that failed or had no answer, by benchmark and reason; nothing without any."""
    found = {}
    for row in run.rows("results.csv"):
        if row["status"] in FAILED:
            key = (row["bench"], f"{row['status']}: {row['reason'] or 'no reason given'}")
            found[key] = found.get(key, 0) + 1
    if not found:
        return Markup("")
    lines = [f"{bench}, {why} ({count} row{'s' if count > 1 else ''})."
             for (bench, why), count in found.items()]
    shown = lines[:SHOWN_REASONS]
    if len(lines) > len(shown):
        shown.append(f"And {len(lines) - len(shown)} other reasons.")
    return box("bad", "✗", "Not every row could be measured.", *shown)


def files_box(run: Run) -> Markup:
    """Whether all of the run arrived."""
    damage = [p for p in run.problems if p.damage]
    if not damage:
        return box("good", "✓", "The files are whole.", "Row counts and checksums match.")
    names = list(dict.fromkeys(p.file for p in damage))
    what = "1 problem" if len(damage) == 1 else f"{len(damage)} problems"
    return box("bad", "✗", "The files are damaged, cut or contradict themselves.",
               join([f"{what} in {', '.join(names)}: ",
                     tag("a", "what is wrong", href="#files"), "."]))
