"""The table of variants against what the program plans, and what it says of a word it lacks."""

import itertools
import os
import re
import unittest

from pagecheck import PageTest
from remote_rows import everything
from rundir import RESULTS_FOLDER, cost, histogram
from synthetic import planned

from tlbreport.read import variant
from tlbreport.read.run import Row
from tlbreport.read.schema import DISTANCES
from tlbreport.read.variant import FORMS, UnknownVariant, Variant, parse

PROFILES = ("smoke", "quick", "default", "full")
WORKS = ("misses", "stores", "ring3", "cli", "sibling")
# The program plans nothing of other processors without any: what bench/README.md says of them.
REMOTE = {
    "ipi": [
        *(f"{mode}-{figure}-{apic}" for mode, figure, apic in itertools.product(
            ("dry", "self"), ("rtt", "send", "handler"), ("xapic", "x2apic"))),
        *(f"{mode}-{state}-{figure}{place}-x2apic" for mode, state, figure, place in
          itertools.product(("unicast", "cluster", "shorthand", "nmi", "poll", "store", "armed"),
                            ("spin", "pause", "hlt", "mwait0", "mwait20", "off"),
                            ("rtt", "send", "oneway", "handler"),
                            ("", "-from0", "-from17", *(f"-{one}" for one in DISTANCES),
                             *(f"-{one}-{core}" for one in DISTANCES
                               for core in ("pcore", "ecore"))))),
        *(f"{mode}-{state}-rtt-{place}-xapic{pcide}" for mode, state, place, pcide in
          itertools.product(("unicast", "nmi"), WORKS, ("core", "package-pcore"), ("", "-pcide")))],
    "shootdown": [
        *(f"local{pcids}" for pcids in ("", "-pcide", "-pcide-otherpcid")),
        *(f"broadcast{part}-{state}{pcide}" for part in ("", "-issue", "-tlbsync", "-tables")
          for state in ("pause", "hlt") for pcide in ("", "-pcide")),
        *(f"rar-{request}{to}-{state}{pcide}" for request in ("any", "match", "invpcid")
          for to in ("", "-self") for state in ("pause", "hlt") for pcide in ("", "-pcide")),
        *(f"refill-{how}-{state}{pcide}" for how in ("unicast", "broadcast")
          for state in ("pause", "hlt") for pcide in ("", "-pcide")),
        *(f"together-{lock}-pause{pcids}" for lock in ("lock", "free")
          for pcids in ("", "-pcide-otherpcid")),
        *(f"together-{lock}-irqson-pause" for lock in ("lock", "free", "gen")), "each-pause",
        *(f"unicast-late-alongside-csd-{state}" for state in ("pause", "hlt")),
        *("-".join(words) for words in itertools.product(
            ("unicast", "cluster", "shorthand", "nmi"), ("late", "early"),
            ("before", "alongside"), ("own", "shared"), ("pause", "hlt"))),
        *(f"unicast-late-alongside-own-{work}" for work in WORKS),
        "poll-late-alongside-own-off"],
    "lazy": [
        *(f"{event}-{state}" for event in (
            "mask-first", "mask-next", "mask-saved", "mask_init_mm-first", "generation-first",
            "generation-first-tables", "generation-saved", "mask-interrupted-awake",
            "mask-interrupted-lazy", "mask_init_mm-interrupted-lazy",
            "generation-interrupted-awake", "generation-interrupted-tables",
            *(f"{back}{incl}" for incl in ("", "-incl") for back in (
                "mask-return-stayed", "mask-return-left", "mask-return-other",
                "mask_init_mm-return-left", "generation-return-stayed", "generation-return-left",
                "generation-return-tables", "generation-return-other")))
          for state in ("pause", "hlt"))],
    "walks": ["load-l1-sibling-spin", "load-memory-sibling-walks", "sibling-lost"],
    "nested": ["trip", "trip-flushasid", "trip-flushall", "invlpga", "marginal-guest", "marginal-exit",
               *(f"load-l1-{where}" for where in ("host", "nested1g", "nested2m", "nested4k"))],
    "stolen": ["-".join(words) for words in itertools.product(
        ("unicast", "nmi", "broadcast"), ("spin", "pause", "misses", "stores", "ring3", "sibling"),
        (*DISTANCES, *(f"package-{core}" for core in ("pcore", "ecore")), "package-pcide"))],
}


def every_variant() -> set:
    """(benchmark, variant) of each row that there can be."""
    rows = itertools.chain(*(planned(profile) for profile in PROFILES), everything())
    return {(row["bench"], row["variant"]) for row in rows} | {
        (bench, text) for bench, texts in REMOTE.items() for text in texts}


class Table(unittest.TestCase):
    def test_every_variant_that_is_planned_is_read_and_put_together_again(self):
        found = every_variant()
        self.assertEqual({bench for bench, _ in found}, set(FORMS))
        for bench, text in sorted(found):
            self.assertEqual(parse(bench, text).text, text, bench)

    def test_no_two_variants_say_the_same(self):
        found = every_variant()
        self.assertEqual(len({parse(*one) for one in found}), len(found))

    def test_the_table_has_no_word_that_is_never_planned(self):
        found = every_variant()
        for bench, forms in FORMS.items():
            texts = [text for of, text in found if of == bench]
            for slot in itertools.chain(*forms):
                for one in [slot.pattern] if "(?:" in slot.pattern else slot.pattern.split("|"):
                    self.assertTrue(any(re.search(f"(^|-)({one})(-|$)", text) for text in texts),
                                    f"{bench}: {slot.name} {one}")

    def test_dimensions_are_what_the_words_say(self):
        said = parse("single_op", "first-bare-4k-global-pcide-otherpcid-stores16")
        self.assertEqual(said, Variant(
            "single_op", phase="first", window="bare", page_size="4k", is_global=True, pcide=True,
            target_pcid="other", stores=16))
        self.assertEqual(parse("range", "pti-space-4k-pcide-w0"), Variant(
            "range", scope="pti-space", page_size="4k", pcide=True, working_set=0))
        self.assertEqual(parse("ipi", "unicast-mwait20-rtt-from0-x2apic"), Variant(
            "ipi", mode="unicast", state="mwait20", figure="rtt", sender=0, apic="x2apic"))
        self.assertEqual(parse("policy", "zipf-lru6-loads").slots, 6)
        self.assertEqual(parse("policy", "zipf-rr6-stale20-flushes"), Variant(
            "policy", order="zipf", policy="rr6", workload="stale20", figure="flushes"))
        self.assertEqual(parse("lazy", "mask_init_mm-return-left-incl-hlt"), Variant(
            "lazy", protocol="mask_init_mm", event="return", way="left", incl=True, state="hlt"))

    def test_a_dimension_that_is_changed_is_another_variant(self):
        said = parse("switch", "pcide-different-global")
        self.assertEqual(said.changed(is_global=False).text, "pcide-different")
        self.assertEqual(said.words("between"), ("pcide", "global"))

    def test_what_no_row_can_be_of_has_no_text(self):
        with self.assertRaises(UnknownVariant):
            _ = parse("range", "space-w0").changed(page_size="4k").text

    def test_an_unknown_word_is_an_error_that_names_it(self):
        for bench, text, named in (
                ("single_op", "marginal-w64", "'w64'"), ("single_op", "first-4k", "'4k'"),
                ("ipi", "unicast-hlt-rtt-moon-xapic", "'moon'"), ("range", "", "scope"),
                ("range", "range-4k", "working_set"), ("range", "space-w0-w1", "'w1'"),
                ("range", "space-w00", "'w00'"), ("refill", "4k-warm-random-dense", "'warm'"),
                ("switch", "different-", "'different-'"), ("lazy", "mask-first-pause-x", "'x'"),
                ("lazy", "first-pause", "'first'"),
                ("nonesuch", "first", "'nonesuch'"), ("policy", "random-lru06", "'lru06'")):
            with self.subTest(text), self.assertRaises(UnknownVariant) as raised:
                parse(bench, text)
            self.assertIn(named, str(raised.exception), text)

    def test_a_row_of_an_unknown_variant_has_no_dimension(self):
        row = Row(2, cost("invlpg", "marginal-4k-moon", 200))
        self.assertFalse(variant.is_known(row))
        self.assertEqual(variant.of(row), Variant("single_op"))


class Alone(unittest.TestCase):
    def test_no_other_module_takes_a_variant_apart(self):
        folder, found = os.path.join(RESULTS_FOLDER, "tlbreport"), []
        for place, _, names in os.walk(folder):
            for name in (name for name in names if name.endswith(".py") and name != "variant.py"):
                with open(os.path.join(place, name), encoding="utf-8") as file:
                    found += [f"{name}: {line.strip()}" for line in file if re.search(
                        r"""split\(["']-["']|["']variant["']\]\.|in row\["variant"\]""", line)]
        self.assertEqual(found, [])


class Unknown(PageTest):
    def test_its_row_stands_in_the_tables_and_the_files_say_which_word_is_not_known(self):
        row = cost("invlpg", "marginal-4k-moon", 200)
        page = self.page(drawn=True, results=[row, cost("invlpg", "marginal-4k", 200)],
                         histogram=histogram(row, [(100, 300, 2047)]))
        self.check_says(page, "results.csv:2: variant: 'moon' in 'marginal-4k-moon' is no word "
                        "that single_op has there: its rows are in the tables alone")
        self.assertIn("marginal-4k-moon", page.text)
        drawn = sum((p.texts for p in page.pictures if "Marginal" in p.label), [])
        self.assertTrue(any("marginal-4k" in text for text in drawn))
        self.assertFalse(any("moon" in text for text in drawn))
