"""Small multiples: curves that cover each other are named, and two points are no curve."""

import re

from pagecheck import PageTest
from rundir import EMULATOR, cost

from tlbreport.draw import multiples
from tlbreport.draw.multiples import Panel, Series
from tlbreport.draw.svg import svg


def series(label: str, *ys: float, op: str = "invlpg") -> Series:
    return Series(label, multiples.of_op(op), [(x, y, y, y) for x, y in zip((1, 2, 4, 8), ys)])


def texts(*found: Series) -> list:
    drawn = multiples.draw([Panel("p", list(found))], "pages", "TSC ticks")
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg(drawn.figures[0]))


class Multiples(PageTest):
    def test_curves_that_cover_each_other_are_named_where_they_end(self):
        said = texts(series("a", 10, 20, 30, 40), series("b", 10.1, 20, 30.2, 40),
                     series("c", 1, 2, 3, 40))
        self.assertIn("a \u2248 b", said)
        self.assertNotIn("c", " ".join(text for text in said if "\u2248" in text))

    def test_curves_that_part_anywhere_are_not(self):
        said = texts(series("a", 10, 20, 30, 40), series("b", 10, 20, 30, 30))
        self.assertNotIn("\u2248", " ".join(said))

    def test_many_names_are_counted(self):
        said = texts(*(series(f"a rather long name {n}", 10, 20, 30, 40) for n in range(4)))
        self.assertIn("4 curves cover each other", said)

    def test_what_was_measured_at_two_places_is_a_table(self):
        def rows(*pages):
            return [cost("cr3_reload", "4k-random-warm-dense", 20 + page, bench="refill",
                         param="pages", value=str(page)) for page in pages]
        few = self.page(machine=EMULATOR, drawn=True, results=rows(64, 512))
        self.assertFalse([one for one in few.pictures if "over the working set" in one.label])
        self.assertRegex(few.text, r"over the working set.*NOT A MEASUREMENT OF HARDWARE +TSC ticks "
                         r"per page, interval .*: 64 .*: 512 .* cr3_reload 84 \[83.58, 84.42\] 532 ")
        self.assertTrue([one for one in self.page(drawn=True, results=rows(64, 512, 1024)).pictures
                         if "over the working set" in one.label])
