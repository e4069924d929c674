"""The top of the page: what machine it was, and whether to believe it."""

from ..read import trust
from ..read.markup import Markup, join, paragraph, tag
from ..read.run import Run
from ..read.verdicts import must_cells

FAILED = ("failed", "timeout")
SHOWN_REASONS = 10
# What is said of the machine first: a label and the keys of machine.csv it may come from.
FACTS = (
    ("Processor", "brand"),
    ("Family, model, stepping", "family", "model", "stepping"),
    ("Microcode", "microcode"),
    ("Hypervisor", "hypervisor"),
    ("Firmware", "firmware"),
    ("Environment", "env"),
    ("TSC rate in Hz", "tsc_hz"),
    ("Program", "program", "commit"),
    ("Run", "run_id"),
    ("Date", "date"),
)


def title(run: Run) -> str:
    """One line that names the run."""
    return f"TLB maintenance on {run.fact('brand') or 'an unknown processor'}"


def headline(run: Run) -> Markup:
    """Which machine, which program, which run."""
    pairs = []
    for label, *keys in FACTS:
        values = " / ".join(known(run, key) for key in keys)
        pairs.append(tag("div", tag("dt", label), tag("dd", values)))
    return join([tag("h1", title(run)), tag("dl", *pairs, class_="facts")])


def known(run: Run, key: str) -> str:
    """A value in words also where there is none."""
    return (run.fact(key) or "none") if key in run.machine else "not recorded"


def banner(run: Run) -> Markup:
    """The verdict on the timing, on the verification, on rows that failed if there are any, and
    on the files, in that order."""
    return tag("div", timing_box(run), verification_box(run), rows_box(run), files_box(run),
               class_="banner")


def box(kind: str, sign: str, text: str, *reasons) -> Markup:
    """A verdict and its reasons."""
    head = paragraph(tag("strong", f"{sign} {text}"))
    return tag("div", head, *(paragraph(reason) for reason in reasons), class_=f"box {kind}")


def timing_box(run: Run) -> Markup:
    judged = trust.judge(run)
    if judged.timing:
        return box("good", "✓", "The timing may be believed.",
                   "env = hw, timing_valid = 1: it ran on hardware, and the method passed its "
                   "own tests there. Each operation still has to pass its verification.")
    text = " ".join(judged.watermark) or "The timing may not be believed."
    return box("bad", "✗", text, "The timing may not be believed:", *judged.reasons)


def verification_box(run: Run) -> Markup:
    """How many must cells said what."""
    count = {"pass": 0, "fail": 0, "inconclusive": 0, "skipped": 0}
    for of_op in must_cells(run).values():
        for verdict, found in of_op.items():
            count[verdict] = count.get(verdict, 0) + len(found)
    text = ", ".join(f"{n} {verdict or 'without verdict'}" for verdict, n in count.items())
    text = f"Cells that must drop the entry: {text}."
    if count["fail"]:
        return box("bad", "✗", "The verification failed.", text)
    if not count["pass"]:
        return box("doubt", "?", "Nothing was verified.", text)
    return box("good", "✓", "No verification failed.", text)


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
