"""Takes a report apart: its pictures, its text, where it points, whether it is well formed."""

import contextlib
import os
from html.parser import HTMLParser
from unittest import mock

from rundir import RunTest, write_run

VOID = ("br", "meta", "wbr")
POINTERS = ("href", "xlink:href", "src", "srcset", "data", "action", "poster")


class Picture:
    """An inline SVG: the ids in it, and its text, which stands in comments."""

    def __init__(self, label: str):
        self.label = label
        self.ids = []
        self.texts = []

    @property
    def watermarked(self) -> bool:
        return any("watermark" in i for i in self.ids)


class Page(HTMLParser):
    """A page, read once."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.ids, self.pointers = [], [], [], []
        self.tags, self.words, self.styles, self.titles, self.pictures = [], [], [], [], []
        self.feed(text)
        self.close()
        self.faults += [f"<{name}> is never closed" for name in self.open]

    def handle_starttag(self, tag, attrs):
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
        if tag == "svg" and found.get("class") != "letters":
            self.pictures.append(Picture(found.get("aria-label", "")))
        self.pointers += [found[name] for name in POINTERS if name in found]
        self.styles += [found["style"]] if "style" in found else []
        self.titles += [found["title"]] if "title" in found else []
        if "id" in found:
            self.ids.append(found["id"])
            if "svg" in self.open and self.pictures:
                self.pictures[-1].ids.append(found["id"])

    def handle_endtag(self, tag):
        self.words.append(" ")
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing at {self.getpos()}")

    def handle_comment(self, data):
        if "svg" in self.open:
            self.pictures[-1].texts.append(data.strip())

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.styles.append(data)
        else:
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
