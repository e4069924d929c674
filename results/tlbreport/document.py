"""A page as one file: style sheet, watermark of the tables, script."""

import os
from urllib.parse import quote

from .draw.figure import templates
from .draw.markup import Markup, join, tag
from .read import trust


def document(name: str, runs: tuple, parts: list, more_style: str = "") -> str:
    """A whole page as HTML, one file; its tables carry the watermark of these runs."""
    head = tag(
        "head", tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", name), tag("style", css(runs), Markup(more_style)))
    body = tag("body", *parts, templates(), tag("script", Markup(beside("page.js"))))
    return "<!DOCTYPE html>\n" + tag("html", head, body, lang="en") + "\n"


def css(runs: tuple) -> Markup:
    """The style sheet, with the watermark of the tables if there is one."""
    sheet = beside("page.css")
    lines = trust.watermark(runs, "results.csv")
    if lines:
        sheet += f'table.marked {{ background-image: url("{tile(lines)}"); }}\n'
    return Markup(sheet)


def beside(name: str) -> str:
    """The text of a file in this folder."""
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
        return file.read()


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
