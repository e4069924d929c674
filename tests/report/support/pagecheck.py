"""Takes a report apart: its pictures, its text, where it points, whether it is well formed."""

import contextlib
import os
from html.parser import HTMLParser
from unittest import mock

from rundir import RunTest, write_run

VOID = ("br", "input", "meta", "wbr")
POINTERS = ("href", "xlink:href", "src", "srcset", "data", "action", "poster")
# What HTML ends by itself when one of these begins, or what holds it ends.
IMPLIED = {"td": ("td", "th"), "th": ("td", "th"), "tr": ("td", "th", "tr")}
CELLS = ("td", "th", "tr")


class Picture:
    """What has the role of an image: the text in it and in the key beside it, and what its
    panels stand over."""

    def __init__(self, label: str):
        self.label = label
        self.texts, self.behind = [], []

    @property
    def watermarked(self) -> bool:
        return any("watermark" in name for name in self.behind)


class Page(HTMLParser):
    """A page, read once."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.ids, self.pointers = [], [], [], []
        self.tags, self.words, self.styles, self.titles, self.pictures = [], [], [], [], []
        self.scripts, self.templates, self.drawing, self.depth, self.keyed = [], {}, None, 0, None
        self.feed(text)
        self.close()
        self.faults += [f"<{name}> is never closed" for name in self.open]
        for picture in self.pictures:
            for name in dict.fromkeys(picture.behind):
                picture.texts += self.templates.get(name, [])

    def handle_starttag(self, tag, attrs):
        while self.open and self.open[-1] in IMPLIED.get(tag, ()):
            self.open.pop()
        self.note(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.note(tag, attrs)

    def note(self, tag, attrs):
        self.tags.append(tag)
        self.words.append("" if tag == "wbr" else " ")
        found = dict(attrs)
        if len(found) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        if found.get("role") == "img":
            self.pictures.append(Picture(found.get("aria-label", "")))
            self.drawing, self.depth = self.pictures[-1], len(self.open)
        if found.get("class") == "key" and self.pictures:
            self.keyed = len(self.open)
        self.pointers += [found[name] for name in POINTERS if name in found]
        self.styles += [found["style"]] if "style" in found else []
        self.titles += [found["title"]] if "title" in found else []
        if tag == "use" and self.drawing:
            self.drawing.behind.append(found["href"][1:])
        if "id" in found:
            self.ids.append(found["id"])
            if tag in ("g", "path"):
                self.templates[found["id"]] = []

    def handle_endtag(self, tag):
        self.words.append(" ")
        while tag not in CELLS and self.open and self.open[-1] in CELLS:
            self.open.pop()
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing at {self.getpos()}")
        if self.drawing and len(self.open) <= self.depth:
            self.drawing = None
        if self.keyed is not None and len(self.open) <= self.keyed:
            self.keyed = None

    def handle_data(self, data):
        inside = self.open[-1] if self.open else ""
        if inside == "style":
            self.styles.append(data)
        elif inside == "script":
            self.scripts.append(data)
        elif inside == "text":
            if self.drawing:
                self.drawing.texts.append(data)
            if self.templates:
                self.templates[list(self.templates)[-1]].append(data)
        else:
            if self.keyed is not None:
                self.pictures[-1].texts.append(data)
            self.words.append(data)

    @property
    def text(self) -> str:
        """All text of the page, in one line."""
        return " ".join("".join(self.words).split())


class PageTest(RunTest):
    """A test that looks at the page of a run."""

    def page(self, status=0, drawn=False, **run) -> Page:
        """The page of the folder, or of a new run; made with this exit status, well formed.  Most
        of the time goes into pictures: they are left empty if nobody looks at them."""
        if run or not os.listdir(self.folder):
            write_run(self.folder, **run)
        empty = contextlib.nullcontext() if drawn else mock.patch(
            "tlbreport.draw.figure.drawn", return_value='<svg viewBox="0 0 1 1"></svg>')
        with empty:
            found, text, err = self.report()
        self.assertEqual(found, status, err)
        page = Page(text)
        if not drawn:
            page.pictures = None
        self.assertEqual(page.faults, [])
        return page

    def check_says(self, page: Page, *texts: str):
        """Every text stands in the page; a failure does not print the whole page."""
        for text in texts:
            if text not in page.text:
                self.fail(f"the page does not say '{text}'")
