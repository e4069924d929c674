"""results/analysis.md: its ten lines of pandas and of R draw three plots of a run as it is."""

import contextlib
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import zlib

from rundir import EMULATOR, RESULTS_FOLDER, RunTest, write_run
from showcase import showcase

from tlbreport.cli import main

PAGE = os.path.join(RESULTS_FOLDER, "analysis.md")
ALONE = ("invlpg", "invpcid_address", "cr3_pcid_flush", "invpcid_context")


def block(head: str) -> str:
    """The indented lines below a heading."""
    with open(PAGE, encoding="utf-8") as file:
        part = file.read().split(f"\n## {head}\n")[1].split("\n## ")[0]
    return "".join(f"{line}\n" for line in re.findall(r"^    (.*)$", part, re.M))


class Analysis(RunTest):
    def drawn(self, command: list, head: str, **run) -> subprocess.CompletedProcess:
        """What comes of the lines below a heading, in a folder that has a run at results/latest."""
        lines = block(head)
        self.assertEqual(lines.count("\n"), 10, lines)
        latest = os.path.join(self.folder, "results", "latest")
        os.makedirs(latest)
        write_run(latest, **run)
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(main([latest]), 0)
        settings = os.path.join(self.folder, "matplotlibrc")
        with open(settings, "w", encoding="utf-8") as file:
            file.write("backend: Agg\nsvg.fonttype: none\n")  # text stays text
        return subprocess.run(command, input=lines, cwd=self.folder, capture_output=True, text=True,
                              env={**os.environ, "MATPLOTLIBRC": settings,
                                   "MPLCONFIGDIR": self.folder}, check=False)

    def needs(self, *packages: str):
        for package in packages:
            if not importlib.util.find_spec(package):
                self.skipTest(f"python3-{package} is not installed")

    def test_pandas_draws_costs_a_range_and_the_tlb(self):
        self.needs("pandas", "matplotlib")
        done = self.drawn([sys.executable, "-W", "error::FutureWarning", "-"], "pandas", **showcase())
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        text = {name: self.text_of(f"{name}.svg") for name in ("cost", "range", "tlb")}
        for op in ALONE:
            self.assertIn(op, text["cost"])
        self.assertEqual([op in text["range"] for op in ("invlpg", "cr3_pcid_flush", "moon")],
                         [True, True, False])
        self.assertIn("pages", text["tlb"])
        with open(os.path.join(self.folder, "tlb.svg"), encoding="utf-8") as file:
            curve = max(re.findall(r' d="(M[^"]*)"', file.read()), key=len)
        self.assertGreater(curve.count("L"), 30)  # of 38 places

    def text_of(self, name: str) -> list:
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return [text.strip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", file.read())]

    def test_r_draws_the_same_on_three_pages(self):
        if not shutil.which("Rscript"):
            self.skipTest("r-base-core is not installed")
        done = self.drawn(["Rscript", "-"], "R", **showcase())
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open(os.path.join(self.folder, "plots.pdf"), "rb") as file:
            document = file.read()
        self.assertEqual(len(re.findall(rb"/Type\s*/Page\b(?!s)", document)), 3)
        drawn = b"".join(zlib.decompress(one) for one in re.findall(
            rb"/FlateDecode\s*>>\s*stream\n(.*?)endstream", document, re.S))
        drawn = re.sub(rb"\) -?\d+ \(", b"", drawn)  # letters that are moved together
        for op in ALONE:
            self.assertIn(op.encode(), drawn)
        self.assertIn(b"ns an access", drawn)

    def test_of_an_emulator_nothing_is_drawn(self):
        self.needs("pandas", "matplotlib")
        done = self.drawn([sys.executable, "-"], "pandas", **{**showcase(), "machine": EMULATOR})
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "cost.svg")))
