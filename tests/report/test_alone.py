"""--figures: each picture of the page as a file of its own, and the headline table as a card."""

import html
import os
import re
import struct
import xml.etree.ElementTree as ElementTree
from unittest import mock

from rundir import EMULATOR, RunTest, cost, read, small_results, write_run
from showcase import showcase

from tlbreport import figures
from tlbreport.draw.card import card
from tlbreport.find.headline_rows import headlines
from tlbreport.read.load import load

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list:
    return [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", picture)]


def sized(element, size: str = ""):
    """(size, text) of all text in it; a size holds for all that is inside."""
    size = element.get("font-size", size)
    if element.tag == f"{SVG}text":
        yield float(size), "".join(element.itertext())
    for inner in element:
        yield from sized(inner, size)


class Alone(RunTest):
    def pictures(self, **run) -> dict:
        write_run(self.folder, **run)
        return figures.pictures(load(self.folder))

    def test_every_picture_of_the_page_is_a_file_of_a_column_with_its_key(self):
        made = self.pictures(**showcase())
        self.assertGreater(len(made), 100)
        for name, text in made.items():
            root = ElementTree.fromstring(text)
            self.assertEqual((root.tag, root.get("width")), (f"{SVG}svg", "3.300in"), name)
            self.assertFalse(root.findall(f".//{SVG}use"), name)  # of another part of a page
            self.assertRegex(name, "^[a-z0-9-]+$")
        self.assertIn("N x invlpg", texts(made["range-0-1"]))
        self.assertIn("N x invlpg", texts(made["range-0-2"]))
        for one in ("range-0-1", "cost-first-1", "knees-1"):
            self.assertEqual(sum("run 20200101-000000-0001" in text for text in texts(made[one])), 1)

    def test_no_letter_is_smaller_than_5_points_in_its_column(self):
        run = showcase()
        run["machine"] = {**run["machine"], "brand": "A processor of a name that fills " + "x" * 12}
        found = set()
        for name, text in self.pictures(**run).items():
            root = ElementTree.fromstring(text)
            point = 72 * float(root.get("width").removesuffix("in")) / float(
                root.get("viewBox").split()[2])
            for size, said in sized(root):
                self.assertGreaterEqual(size * point, 5, (name, said))
            found.add(name.partition("-")[0])
        self.assertLessEqual({"drift", "matrix", "ipi", "shootdown"}, found)

    def test_what_is_no_measurement_says_so_in_each(self):
        made = self.pictures(machine=EMULATOR)
        self.assertTrue(made)
        for name, text in [*made.items(), ("card", card(load(self.folder)))]:
            self.assertTrue(any("NOT A MEASUREMENT OF HARDWARE" in one for one in texts(text)), name)
        made = self.pictures()
        for name, text in [*made.items(), ("card", card(load(self.folder)))]:
            self.assertNotIn("NOT A MEASUREMENT", text, name)

    def test_the_card_has_the_rows_of_the_first_screen(self):
        write_run(self.folder, **showcase())
        run = load(self.folder)
        said = texts(card(run))
        for one in headlines(run):
            self.assertIn(one.name, said)
        self.assertIn("The timing may be believed.", said)
        self.assertIn("INVLPG 200.3 100.1 [199.7, 200.9] yes", " ".join(said))

    def test_a_row_that_is_not_believed_says_so_on_the_card(self):
        write_run(self.folder, results=[cost("invlpg", "first-bare-4k", 212, believed="")])
        self.assertIn("no verdict", texts(card(load(self.folder))))

    def test_the_command_writes_pdf_of_a_column_and_a_png_of_1200_by_630(self):
        write_run(self.folder, results=small_results()[:3])
        out = os.path.join(self.folder, "figures")
        status, _, err = self.command("--figures", out, self.folder)
        self.assertEqual(status, 0, err)
        names = sorted(os.listdir(out))
        self.assertEqual({name.rpartition(".")[0] for name in names if name.endswith(".pdf")},
                         {name.rpartition(".")[0] for name in names if name.endswith(".svg")}
                         - {"card"})
        size = re.search(rb"/MediaBox \[ *0 0 ([\d.]+)", read(out, "cost-first-1.pdf"))
        self.assertAlmostEqual(float(size[1]), 3.3 * 72, delta=1)
        self.assertEqual(struct.unpack(">II", read(out, "card.png")[16:24]), (1200, 630))

    def test_without_a_converter_there_is_the_page_and_a_word(self):
        write_run(self.folder)
        out = os.path.join(self.folder, "figures")
        with mock.patch.dict(os.environ, {"PATH": self.folder}):
            status, _, err = self.command("--figures", out, self.folder)
        self.assertEqual((status, err), (3, "report.py: no figures: rsvg-convert is missing: "
                                            "apt-get install librsvg2-bin\n"))
        self.assertFalse(os.path.exists(out))
        self.assertTrue(os.path.exists(os.path.join(self.folder, "report.html")))

    def test_figures_are_of_one_run(self):
        write_run(self.folder)
        self.assertEqual(self.command("--figures", "x", self.folder, self.folder)[0], 2)
