"""What is said of rows with several processors: who took part, what failed, what was skipped."""

import re

from ...draw.markup import Markup, breakable, join, paragraph, tag
from ...find.remote import FAILED, name
from ...read.run import Run
from ...read.sweep import rows

NAMED = 20  # rows of one reason
# What a reason means to whoever relies on the protocol; the text it contains.
MEANS = (
    ("stale words", "a processor had said that it had dropped a translation, and used it"),
    ("words stale", "a processor had answered a Remote Action Request with done, and used a translation "
                    "that was to be dropped"),
    ("unresponsive", "a Remote Action Request was still pending when the time was over"),
    ("RAR says", "a processor answered a Remote Action Request with something else than done"),
    ("registers fault", "the processor says that it has Remote Action Request, and faults on its registers"),
    ("a late store", "a processor had said that it had dropped a translation, and a store of its "
                     "landed through it"),
    ("was lost", "fewer interrupts were taken than sent"),
    ("came twice", "more interrupts were taken than sent"),
    ("woke nobody", "a store to the line that a sleeping processor monitors did not wake it; "
                    "operating systems that wake idle processors so would wait in vain"),
    ("did not answer", "the call was not answered in time; it is not known why"),
    ("no answer in time", "the call was not answered in time; it is not known by whom"),
    ("is given up", "it had not answered before"),
)


def processors(run: Run) -> Markup:
    """How many processors there were, and what became of the others."""
    words = {"found": "cpus_found", "started": "cpus_started", "not asked to start":
             "cpus_not_asked", "failed to start": "cpus_failed", "lost on the way": "cpus_lost"}
    told = [f"{run.fact(key)} {what}" for what, key in words.items()
            if run.fact(key) not in ("", "0")]
    why = [f"{key}: {value}" for key, value in run.machine.items()
           if value and re.fullmatch(r"cpus_not_asked_why|cpu_failed_\d+|cpu_\d+_lost", key)]
    if not told:
        return Markup("")
    return paragraph(f"Processors: {', '.join(told)}.", *(f" {text}." for text in why),
                     class_="lack" if why else "note")


def not_measured(run: Run, bench: str) -> Markup:
    """What failed, loudly, and what was skipped, with how many rows for each reason."""
    mine = rows(run, bench)
    counts = {}
    for row in mine:
        if row["status"] == "skipped":
            reason = row["reason"] or "no reason given"
            counts[reason] = counts.get(reason, 0) + 1
    text = ", ".join(f"{reason} ({count} row{'s' if count > 1 else ''})"
                     for reason, count in counts.items())
    return join([failures([row for row in mine if row["status"] in FAILED]), doubted(mine),
                 paragraph(f"Skipped: {text}.", class_="note") if text else ""])


def failures(found: list) -> Markup:
    """Each row that failed or had no answer, under what that means."""
    if not found:
        return Markup("")
    by_reason = {}
    for row in found:
        by_reason.setdefault((row["status"], row["reason"] or "no reason given"), []).append(row)
    items = []
    for (status, reason), mine in by_reason.items():
        names = [join([breakable(row["op"]), f" {name(row)}"]) for row in mine[:NAMED]]
        if len(mine) > NAMED:
            names.append(f"and {len(mine) - NAMED} more, in the table of all rows")
        items.append(tag("li", tag("strong", f"{status}: {reason}"), meaning(reason),
                         f" {len(mine)} row{'s' if len(mine) > 1 else ''}: ", join(names, "; ")))
    many = "s" if len(found) > 1 else ""
    return tag("div", paragraph(tag("strong", f"✗ {len(found)} row{many} failed or had no "
                                              "answer.")),
               tag("ul", *items, class_="problems"), class_="box bad")


def doubted(mine: list) -> Markup:
    """The operations of these rows that are not believed."""
    ops = dict.fromkeys(row["op"] for row in mine if row["believed"] == "0")
    if not ops:
        return Markup("")
    return paragraph("Not believed, since a required check failed: ", join(map(breakable, ops), ", "),
                     ". What is drawn of them is no basis for anything.", class_="lack")


def meaning(reason: str) -> str:
    """What follows from a reason, in brackets; empty if nobody knows."""
    return next((f" ({text})." for part, text in MEANS if part in reason), ".")


def numbers(*values) -> list:
    """Table cells of numbers with one decimal; empty where there is none."""
    return [tag("td", "" if value is None else f"{value:.1f}", class_="number")
            for value in values]
