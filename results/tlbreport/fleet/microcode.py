"""What differs between revisions of microcode of one processor model."""

from ..draw.markup import Markup, join, paragraph, tag
from . import standing
from .frame import file_of, line, page, place_of, rows
from .spread import EVERY
from .store import Store

HERE = "microcode.html"
LEAST_BOOTS = 3  # of each revision, before a difference is named
MOST = 1000  # experiments of one model, those that differ most
LEAST_MACHINES = 2  # of each, before a difference may be of the microcode
NOTE = (f"A difference is named where every boot of one revision is dearer than every boot of the "
        f"other, each has {LEAST_BOOTS} boots at least, and the medians differ by a step of the clock "
        "or more. The largest stands first. Boots of one machine are alike, and machines with "
        "different revisions may differ in more than that: look at how many machines of each show it. "
        "“one machine”: one of the revisions was measured on a single one, and the difference may be "
        "that machine's. Errata that only one of them shows stand above.")
HEADS = ["environment*", "operation*", "benchmark*", "variant*", "place*", "microcode?", "median",
         "least", "greatest", "boots", "machines", "against?", "median there", "boots there",
         "machines there", "difference", "times as much", "unit*", "doubt?"]
MODELS = """
SELECT environment, processor, group_concat(DISTINCT microcode) FROM run
WHERE duplicate_of IS NULL GROUP BY environment, processor HAVING count(DISTINCT microcode) > 1"""
DIFFERING = """
SELECT op, bench, variant, param, value, targets, a.microcode, a.middle, a.least, a.greatest, a.runs,
  a.machines, b.microcode, b.middle, b.runs, b.machines, a.middle - b.middle,
  CASE WHEN b.middle > 0 THEN a.middle / b.middle END, a.unit, min(a.machines, b.machines)
FROM spread AS a JOIN spread AS b USING (experiment, environment, processor, unit)
  JOIN experiment USING (experiment)
WHERE processor = ? AND environment = ? AND a.microcode <> ? AND b.microcode <> ?
  AND a.runs >= ? AND b.runs >= ? AND a.least > b.greatest
  AND a.middle - b.middle >= max(a.step, b.step)
ORDER BY a.unit <> 'ns', a.unit, a.middle - b.middle DESC, experiment, a.microcode, b.microcode"""
ERRATA = """
SELECT microcode, name FROM erratum JOIN run USING (run)
WHERE duplicate_of IS NULL AND processor = ? AND environment = ? GROUP BY microcode, name"""


def microcode(store: Store, names: dict) -> str:
    """The page; names: (environment, processor) -> what it calls itself."""
    models = sorted(store.rows(MODELS), key=lambda row: (standing.order(row[0]), row[1]))
    parts = [paragraph(NOTE, class_="note")] if models else [
        paragraph("No processor model is there with two revisions.", class_="lack")]
    for environment, processor, revisions in models:
        parts += [tag("h2", tag("a", names.get((environment, processor), processor),
                                href=file_of("processor", processor)),
                      f", {environment}: {', '.join(sorted(revisions.split(',')))}"),
                  errata(store, processor, environment), costs(store, processor, environment)]
    return page("Differences by microcode", HERE, store, parts)


def errata(store: Store, processor: str, environment: str) -> Markup:
    """Which of them only some revisions show."""
    every = {revision for revision, in store.rows(
        "SELECT DISTINCT microcode FROM run WHERE processor = ? AND environment = ? "
        "AND duplicate_of IS NULL", processor, environment)}
    by_name = {}
    for revision, name in store.rows(ERRATA, processor, environment):
        by_name.setdefault(name, set()).add(revision)
    items = [tag("li", tag("b", name), f": with {', '.join(sorted(mine))}; not with "
                 f"{', '.join(sorted(every - mine))}")
             for name, mine in sorted(by_name.items()) if mine != every]
    return tag("ul", *items, class_="problems") if items else paragraph(
        "No erratum is of one of them alone.", class_="note")


def costs(store: Store, processor: str, environment: str) -> Markup:
    """Experiments whose boots lie apart, the largest difference first."""
    found = store.rows(DIFFERING, processor, environment, EVERY, EVERY, LEAST_BOOTS, LEAST_BOOTS)
    if not found:
        return paragraph(f"No cost differs, or a revision has fewer than {LEAST_BOOTS} boots.",
                         class_="note")
    more = f", the {MOST} that differ most" if len(found) > MOST else ""
    return join([rows(HEADS, [shown(environment, row) for row in found[:MOST]],
                      f"Experiments that differ: {len(found)}{more}.")])


def shown(environment: str, row: tuple) -> str:
    """A line of the table."""
    op, bench, variant, param, value, targets, *numbers, machines = row
    return line(environment, [op, bench, variant, place_of(param, value, targets), *numbers,
                              "one machine" if machines < LEAST_MACHINES else ""])
