"""Puts the page together: one file, nothing from elsewhere."""

import os
from urllib.parse import quote

from . import trust
from .core_types import core_types
from .cost import cost
from .distribution import distribution
from .drift import drift
from .erratum import erratum
from .facts import files, machine
from .figure import alphabet, style
from .head import banner, headline, title
from .ipi import ipi
from .lazy import lazy
from .markup import Markup, join, paragraph, tag
from .matrix import matrix
from .phases import phases
from .policies import policies
from .range_flush import range_flush
from .refill import refill
from .run import Run
from .settings import settings
from .shootdown import shootdown
from .summary import glossary, summary
from .switching import switching
from .tce import tce
from .tlb import tlb
from .why import why
from .working_set import working_set

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
