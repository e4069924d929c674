"""The first page: every machine with the costs people come for, and what could not be counted."""

from itertools import groupby
from statistics import median

from ..draw.digits import shown
from ..draw.markup import Markup, join, paragraph, tag
from . import standing
from .frame import INDEX, file_of, line, page, rows
from .gather import Gathered
from .store import Store

NAME = "TLB maintenance over a fleet"
NOTE = ("A line for each machine in one state: processor, microcode, environment. Costs in "
        "nanoseconds (in ticks, marked t, where the rate of the TSC is not known): the median of "
        "the medians of its boots, of one operation by itself behind a TLB that was filled. ✗: the "
        "operation did not pass its verification, or has no verdict, in one of the boots. ~: the cost "
        "did not converge in one of them. Click a head to sort.")
HEADS = ["environment?", "vendor?", "family?", "model?", "processor*", "machine*", "microcode?",
         "boots"]
STATE = "environment, vendor, family, model, processor, brand, machine, microcode"
MOST = 3  # problems of one run


def machines(store: Store, made: Gathered) -> str:
    """The page."""
    names = [name for name, in store.rows(
        "SELECT name FROM headline GROUP BY name ORDER BY min(place), name")]
    body = [machine(state, found, names) for state, found in states(store)]
    body.sort()
    return page(NAME, INDEX, store, [
        paragraph(counted(store)), paragraph(NOTE, class_="note"),
        rows([*HEADS, *names], [text for _, text in body]), lacking(store, made)])


def states(store: Store):
    """(state, [(run, headline, ticks, ns, converged, doubt)]) of each machine."""
    found = store.base.execute(
        f"SELECT {STATE}, run, name, ticks, ns, converged, doubt "
        "FROM run LEFT JOIN headline USING (run) "
        f"WHERE duplicate_of IS NULL ORDER BY {STATE}, run")
    return ((state, [row[8:] for row in of]) for state, of in groupby(found, lambda row: row[:8]))


def machine(state: tuple, found: list, names: list) -> tuple:
    """(what lines are sorted by, the line)."""
    environment, vendor, family, model, processor, brand, name, microcode = state
    answers = {}
    for _, question, ticks, ns, converged, doubt in found:
        if ticks is not None:
            answers.setdefault(question, []).append((ticks, ns, converged, doubt))
    boots = len({row[0] for row in found})
    to = tag("a", brand or "no name", href=file_of("processor", processor))
    cells = [vendor, family, model, to, name, microcode, boots,
             *(answer(answers.get(one)) for one in names)]
    return ((*standing.order(environment), vendor, family, model, name, microcode),
            line(environment, cells))


def answer(found: list | None):
    """The cost over the boots; empty where none measured it."""
    if not found:
        return ""
    ns = [one[1] for one in found if one[1] is not None]
    text = shown(median(ns)) if ns else f"{shown(median(one[0] for one in found))} t"
    doubt = next((one[3] for one in found if one[3]), "")
    marks = [tag("span", "✗", title=doubt)] if doubt else []
    if any(one[2] == 0 for one in found):
        marks.append(tag("span", "~", title="not converged"))
    return join([text, *marks], " ") if marks else text


def counted(store: Store) -> str:
    """How much there is, and of what."""
    said = []
    for environment, runs, many in sorted(store.rows(
            "SELECT environment, count(*), count(DISTINCT processor) FROM run "
            "WHERE duplicate_of IS NULL GROUP BY environment"), key=lambda one:
            standing.order(one[0])):
        said.append(f"{runs} run{'s' * (runs > 1)} of {many} processor model{'s' * (many > 1)}, "
                    f"{environment}")
    return f"{'; '.join(said)}." if said else "No run counts."


def lacking(store: Store, made: Gathered) -> Markup:
    """Runs that are damaged, are there twice, or could not be read at all: nothing is left out
    without being named."""
    lines = [join([tag("b", folder), f": not read: {why}"]) for folder, why in made.unread]
    lines += [join([tag("b", folder), f": the same run as {of}: not counted again"])
              for folder, of in store.rows(
                  "SELECT run.folder, other.folder FROM run JOIN run AS other "
                  "ON run.duplicate_of = other.run ORDER BY run.folder")]
    damaged = store.rows("SELECT folder, file, line, text FROM problem JOIN run USING (run) "
                         "WHERE damage ORDER BY folder, problem.rowid")
    for folder, found in groupby(damaged, key=lambda row: row[0]):
        said = [f"{file}{f':{number}' if number else ''}: {text}" for _, file, number, text in found]
        more = f"; and {len(said) - MOST} more" if len(said) > MOST else ""
        lines.append(join([tag("b", folder), f": damaged: {'; '.join(said[:MOST])}{more}"]))
    if not lines:
        return paragraph("Every run is whole, and none is there twice.", class_="note")
    head = tag("summary", f"Runs that are damaged, are there twice, or could not be read: {len(lines)}")
    return tag("details", head, tag("ul", *(tag("li", one) for one in lines), class_="problems"))
