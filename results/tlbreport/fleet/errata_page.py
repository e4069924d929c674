"""Errata over the fleet: those that are published, and what its verification and litmus tests found."""

from ..draw.markup import paragraph, tag
from . import standing
from .frame import line, page, rows, to_processor
from .store import Store

HERE = "errata.html"
KINDS = (
    ("verification", "Seen: invalidations that the manual requires, and that did not happen",
     "An entry was still used behind an operation that must drop it. In an emulator that is its "
     "fault, or one that a model was given."),
    ("litmus", "Seen: outcomes that the architecture forbids",
     "A litmus test ended with one."),
    ("published", "Published: errata of these processors",
     "By signature and microcode, of hardware alone; whether one shows is another question."),
)
HEADS = ["environment?", "erratum*", "processor?", "microcode?", "machines", "of machines",
         "boots", "of boots", "text*"]
FOUND = """
SELECT environment, name, processor, microcode, count(DISTINCT machine), count(DISTINCT run),
  min(text)
FROM erratum JOIN run USING (run) WHERE duplicate_of IS NULL AND found_by = ?
GROUP BY environment, name, processor, microcode"""
EVERY = """
SELECT environment, processor, microcode, count(DISTINCT machine), count(*) FROM run
WHERE duplicate_of IS NULL GROUP BY environment, processor, microcode"""


def errata(store: Store, names: dict) -> str:
    """The page; names: (environment, processor) -> what it calls itself."""
    every, parts = {row[:3]: row[3:] for row in store.rows(EVERY)}, []
    for kind, title, note in KINDS:
        found = sorted(store.rows(FOUND, kind), key=lambda row: (standing.order(row[0]), row[1:4]))
        parts.append(tag("h2", title))
        if not found:
            parts.append(paragraph("None.", class_="lack"))
            continue
        parts += [paragraph(note, class_="note"),
                  rows(HEADS, [shown(row, every, names) for row in found])]
    return page("Errata", HERE, store, parts)


def shown(row: tuple, every: dict, names: dict) -> str:
    """A line: on how many machines and in how many boots, of how many."""
    environment, name, processor, microcode, machines, boots, text = row
    of_machines, of_boots = every[environment, processor, microcode]
    brand = names.get((environment, processor), processor)
    return line(environment, [name, to_processor(processor, brand), microcode, machines,
                              of_machines, boots, of_boots, text])
