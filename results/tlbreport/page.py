"""Puts the page together: one file, nothing from elsewhere."""

import os
from urllib.parse import quote

from .read import trust
from .sections.core_types import core_types
from .sections.cost import cost
from .sections.distribution import distribution
from .sections.drift import drift
from .find.erratum import erratum
from .read.facts import files, machine
from .draw.figure import alphabet, style
from .sections.head import banner, headline, title
from .sections.ipi import ipi
from .sections.lazy import lazy
from .read.markup import Markup, join, paragraph, tag
from .sections.matrix import matrix
from .sections.phases import phases
from .sections.policies import policies
from .sections.range_flush import range_flush
from .sections.refill import refill
from .read.run import Run
from .find.settings import settings
from .sections.shootdown import shootdown
from .sections.summary import glossary, summary
from .sections.switching import switching
from .sections.tce import tce
from .sections.tlb import tlb
from .sections.why import why
from .sections.working_set import working_set

# A new part of the report is one function from a run to markup, and one line here.
SECTIONS = (
    ("summary", "In short", summary),
    ("words", "Words", glossary),
    ("cost", "What each operation costs", cost),
    ("cores", "Cores of several types", core_types),
    ("why", "Why believe this", why),
    ("phases", "First against marginal", phases),
    ("refill", "Refill after an operation", refill),
    ("working-set", "Refill over the working set", working_set),
    ("range", "Page by page or everything at once", range_flush),
    ("switch", "What a switch costs", switching),
    ("policy", "How to hand out PCIDs", policies),
    ("tlb", "The structure of the TLB", tlb),
    ("ipi", "Calling other processors", ipi),
    ("shootdown", "TLB shootdown", shootdown),
    ("lazy", "Lazy TLB mode", lazy),
    ("settings", "What this says about your kernel's settings", settings),
    ("distribution", "How the samples are distributed", distribution),
    ("drift", "Drift over the run", drift),
    ("verification", "What each operation drops", matrix),
    ("erratum", "INVLPG and global entries", erratum),
    ("tce", "EFER.TCE clear and set", tce),
    ("files", "Files", files),
    ("machine", "The machine", machine),
)
TICKS = (
    "Ticks are ticks of the time-stamp counter (TSC), which has a rate of its own. Numbers are "
    "shown as they stand in the files; nanoseconds are ticks by tsc_hz, where that is known. A "
    "cost is the difference of two windows, one with and one without what is measured: where there "
    "is next to nothing to measure it may come out below 0. An interval holds within "
    "the chunks of its boot, if nothing else is said: it knows nothing of what other chunks and "
    "other boots differ by."
)


def page(run: Run) -> str:
    """The report on a run; the same run gives the same characters."""
    with style():
        sections = [tag("section", tag("h2", head), show(run), id=name)
                    for name, head, show in SECTIONS]
    links = join((tag("a", head, href=f"#{name}") for name, head, _ in SECTIONS), " ")
    top = [headline(run), banner(run), tag("nav", links), paragraph(TICKS, class_="note")]
    return document(title(run), (run,), [*top, *sections])


def document(name: str, runs: tuple, parts: list) -> str:
    """A whole page as HTML."""
    head = tag(
        "head", tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", name), tag("style", css(runs)))
    body = tag("body", alphabet(), *parts)
    return "<!DOCTYPE html>\n" + tag("html", head, body, lang="en") + "\n"


def css(runs: tuple) -> Markup:
    """The style sheet, with the watermark of the tables if there is one."""
    path = os.path.join(os.path.dirname(__file__), "page.css")
    with open(path, encoding="utf-8") as file:
        sheet = file.read()
    lines = trust.watermark(runs, "results.csv")
    if lines:
        sheet += f'table.marked {{ background-image: url("{tile(lines)}"); }}\n'
    return Markup(sheet)


def tile(lines: tuple) -> str:
    """The watermark as a background image that repeats, as a data: URI."""
    texts = join(tag("tspan", line, x="210", dy="24") for line in lines)
    drawing = tag(
        "svg",
        tag("text", texts, x="210", y="60", text_anchor="middle", fill="#b00000",
            fill_opacity="0.16", font_family="sans-serif", font_weight="bold",
            font_size="19", transform="rotate(-18 210 85)"),
        xmlns="http://www.w3.org/2000/svg", width="420", height="170")
    return "data:image/svg+xml," + quote(drawing, safe="")
