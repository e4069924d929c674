"""What code of which kernel the rows stand for: each family that is planned, and the page."""

import os
import re
import unittest

from remote_rows import everything
from rundir import RESULTS_FOLDER
from synthetic import planned
from test_variant import PROFILES, REMOTE

from tlbreport.find.kernel_paths import BENCHES, NO_KERNEL, PATHS, path
from tlbreport.read.variant import parse

MAP = os.path.join(RESULTS_FOLDER, "..", "bench", "kernels.md")
NAME = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")


def functions(text: str) -> set:
    """The names of functions and fields in a text."""
    return set(NAME.findall(text))


def every_row() -> set:
    """(benchmark, operation, variant) of each row that there can be of the benchmarks that have
    paths."""
    rows = [row for profile in PROFILES for row in planned(profile)] + everything()
    found = {(row["bench"], row["op"], row["variant"]) for row in rows}
    for bench, op in (("ipi", "none"), ("lazy", "cr3_reload"), ("shootdown", "invlpg"),
                      ("stolen", "none"), ("walks", "cr3_reload"), ("nested", "none")):
        found |= {(bench, "invlpgb_tlbsync" if "broadcast" in text else op, text)
                  for text in REMOTE[bench]}
    return {one for one in found if one[0] in BENCHES}


class Paths(unittest.TestCase):
    def test_every_row_that_is_planned_stands_for_some_code_or_is_said_not_to(self):
        self.assertEqual({bench for bench, *_ in every_row()}, set(BENCHES))
        for bench, op, text in sorted(every_row()):
            found = path(op, parse(bench, text))
            self.assertIsNotNone(found, (bench, op, text))
            self.assertTrue(found.linux or found.freebsd or found.xen, found)

    def test_every_path_has_a_row(self):
        used = {path(op, parse(bench, text)) for bench, op, text in every_row()}
        self.assertEqual([one.rows for one in PATHS if one not in used], [])

    def test_what_the_map_names_of_linux_stands_in_the_table(self):
        with open(MAP, encoding="utf-8") as file:
            linux = file.read().split("\n## Linux\n")[1].split("\nLeft out:")[0]
        lines = [line for line in linux.splitlines()
                 if line.startswith("| `") and "single_op" not in line]
        self.assertGreater(len(lines), 20)
        table = functions(" ".join(one.linux for one in PATHS))
        for line in lines:
            said = functions(line.split("|")[2])
            self.assertTrue(not said or said & table, line)

    def test_rows_that_no_kernel_has_say_so(self):
        for bench, op, text in (("range", "cr3_pcid_flush", "pti-space-4k-pcide-w0"),
                                ("shootdown", "invlpg", "together-free-pause"),
                                ("shootdown", "invlpg", "unicast-early-alongside-own-pause")):
            self.assertIn(NO_KERNEL, path(op, parse(bench, text)).linux)


if __name__ == "__main__":
    unittest.main()
