"""HTML by construction: whatever is not markup already is escaped."""

import html
import re

VOID = ("br", "input", "meta", "wbr")
IMPLIED = ("td", "th", "tr")  # HTML ends them where the next begins: there are thousands
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Markup(str):
    """Text that is HTML already."""


def escape(value) -> Markup:
    """HTML that shows the value as it is; control characters become U+FFFD."""
    if isinstance(value, Markup):
        return value
    return Markup(html.escape(CONTROL.sub("\ufffd", str(value))))


def join(parts, between="") -> Markup:
    """Parts one after the other."""
    return Markup(escape(between).join(escape(part) for part in parts))


def tag(name: str, /, *children, **attributes) -> Markup:
    """An element.  class_ stands for class; an attribute that is None is left out."""
    text = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Markup(f"<{name}{text}>")
    end = "" if name in IMPLIED else f"</{name}>"
    return Markup(f"<{name}{text}>{join(children)}{end}")


def legend(words: dict) -> Markup:
    """What words mean: word -> sign, colour class, meaning."""
    items = (tag("div", tag("dt", badge(word, sign, kind)), tag("dd", text))
             for word, (sign, kind, text) in words.items())
    return tag("dl", *items, class_="legend")


def paragraph(*children, class_=None) -> Markup:
    return tag("p", *children, class_=class_)


def breakable(name: str) -> Markup:
    """A name that may be broken after each underscore."""
    return join(name.split("_"), Markup("_<wbr>"))


def badge(word: str, sign: str, kind: str) -> Markup:
    """A verdict: sign, word and colour, so that no one of them is needed alone."""
    return tag("span", f"{sign}\u00a0{word}", class_=f"badge {kind}")


def table(head, rows, caption="", class_=None, **attributes) -> Markup:
    """A table that scrolls sideways where it is wider than the screen; its caption stays.

    A row is a list of cells; a cell is text, markup, or a finished <td> or <th>.
    """
    top = tag("thead", tag("tr", *(cell(c, "th", scope="col") for c in head)))
    body = tag("tbody", *(tag("tr", *(cell(c, "td") for c in row)) for row in rows))
    scroll = tag("div", tag("table", top, body, class_=class_, **attributes), class_="scroll")
    return join([paragraph(caption, class_="caption") if caption else "", scroll])


def cell(content, name: str, /, **attributes) -> Markup:
    """The content in a cell, unless it is one."""
    text = escape(content)
    if re.match(r"<t[dh][ >]", text) and isinstance(content, Markup):
        return text
    return tag(name, text, **attributes)
