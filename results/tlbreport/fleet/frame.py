"""What the pages of a site have in common: its heads and links, tables and their marks."""

import os
import zlib
from functools import lru_cache

from ..document import document, tile
from ..draw.digits import shown
from ..draw.markup import Markup, escape, join, paragraph, tag
from ..read.row_name import word
from . import standing
from .store import Store

INDEX = "index.html"
PAGES = ((INDEX, "Machines"), ("operations.html", "Operations"), ("settings.html", "Settings"),
         ("errata.html", "Errata"), ("microcode.html", "Microcode"))


def page(name: str, here: str, store: Store, parts: list) -> str:
    """A page of the site; `here` is its file."""
    return document(name, (), [tag("h1", name), links(here), tools(), *parts], style(store))


def links(here: str) -> Markup:
    return tag("nav", *(tag("b", text) if file == here else tag("a", text, href=file)
                        for file, text in PAGES))


def tools() -> Markup:
    """What the script is asked by; without it they stay hidden."""
    return tag("div", tag("label", "filter rows ", tag("input", type="search", id="filter")),
               tag("span", id="found"),
               tag("label", tag("input", type="checkbox", id="dark"), " dark"), id="tools",
               hidden="hidden")


def style(store: Store) -> str:
    """The watermark of each environment that is no valid measurement of hardware."""
    with open(os.path.join(os.path.dirname(__file__), "fleet.css"), encoding="utf-8") as file:
        sheet = file.read()
    for name in environments(store):
        lines = standing.watermark(name)
        if lines:
            sheet += f'table.{mark(name)} {{ background-image: url("{tile(lines)}"); }}\n'
    return sheet


def environments(store: Store) -> list:
    """Those of the runs that count, hardware first."""
    return sorted((name for name, in store.rows(
        "SELECT DISTINCT environment FROM run WHERE duplicate_of IS NULL")), key=standing.order)


def mark(environment: str) -> str:
    """The class of a table that is of one environment alone; empty of hardware."""
    return f"m{zlib.crc32(environment.encode()):x}" if standing.watermark(environment) else ""


def warning(environment: str) -> Markup:
    """The watermark in words, for a caption."""
    text = " ".join(standing.watermark(environment))
    return tag("span", text, class_="mark") if text else Markup("")


def file_of(kind: str, name: str) -> str:
    """The page of a processor or an operation; names come from files."""
    plain = word(name)
    return f"{kind}-{plain}.html" if plain == name else \
        f"{kind}-{plain}-{zlib.crc32(name.encode()):x}.html"


def link(kind: str, name: str, text: str = "") -> Markup:
    return tag("a", text or name, href=file_of(kind, name))


def rows(heads: list, body: list, caption="", class_: str = "") -> Markup:
    """A table that sorts and filters.  A head that ends with '*' is of words, one with '?' also
    gets a choice among them.  Lines are finished."""
    top = tag("tr", *(tag("th", head.rstrip("*?"), scope="col",
                          class_="t" if head[-1] in "*?" else None,
                          data_pick="1" if head.endswith("?") else None) for head in heads))
    made = tag("table", tag("thead", top), tag("tbody", Markup("".join(body))),
               class_=f"rows fleet {class_}".strip())
    return Markup((paragraph(caption, class_="caption") if caption else "")
                  + tag("div", made, class_="scroll"))


def line(environment: str, cells: list) -> str:
    """A line of such a table, its environment first: text is escaped, numbers have four digits."""
    made = [beginning(environment)]
    for value in cells:
        made.append(f"<td>{shown(value)}" if type(value) is float else cell(value))
    return "".join(made)


@lru_cache(maxsize=64)
def beginning(environment: str) -> str:
    """A line's first field, and its mark."""
    kind = ' class="marked"' if standing.watermark(environment) else ""
    return f"<tr{kind}><th>{escape(environment)}"


def cell(value) -> str:
    """One field, after the first."""
    if value is None:
        return "<td>"
    if type(value) is int:
        return f"<td>{value}"
    return f"<td>{value if isinstance(value, Markup) else text(value)}"


@lru_cache(maxsize=1 << 14)
def text(value: str) -> str:
    """A field that many lines have, as markup."""
    return str(escape(value))


@lru_cache(maxsize=1 << 12)
def to_processor(name: str, brand: str) -> Markup:
    """A link to the page of a processor, with its signature."""
    return join([tag("a", brand, href=file_of("processor", name)), tag("small", name)], " ")


def place_of(param: str, value: str, targets: str, core_type: str = "") -> str:
    """Where an experiment stands in its sweep, in words."""
    return ", ".join(filter(None, (f"{param} = {value}" if param else "",
                                   f"targets = {targets}" if targets else "", core_type)))


def brands(store: Store) -> dict:
    """(environment, processor) -> what it calls itself there in most runs, and how many other names
    have the same signature."""
    found = {}
    for environment, processor, brand, _ in store.rows(
            "SELECT environment, processor, brand, count(*) AS many FROM run "
            "WHERE duplicate_of IS NULL GROUP BY environment, processor, brand "
            "ORDER BY many DESC, brand"):
        found.setdefault((environment, processor), []).append(brand or "no name")
    return {key: f"{first} and {len(others)} more" if others else first
            for key, (first, *others) in found.items()}


def titles(names: dict) -> dict:
    """Processor -> its name on hardware, if there is any; of what brands() has found."""
    found = {}
    for environment, processor in sorted(names, key=lambda key: standing.order(key[0])):
        found.setdefault(processor, names[environment, processor])
    return found
