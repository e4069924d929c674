"""Which setting of a kernel is right on how many processor models, and what it costs where it is not."""

from itertools import groupby
from statistics import median

from ..draw.digits import times
from ..draw.markup import Markup, badge, join, paragraph, tag
from . import standing
from .frame import cell, escape, mark, page, rows, warning
from .store import Store

HERE = "settings.html"
NOTE = ("A choice is right on a processor model if in more than half of its boots it is the best one, "
        "or cannot be told from the best. At worst: how many times what the better choice costs the "
        "dearest case costs, the median of the model's boots. ◂: what Linux sets. Boots from which "
        "nothing may be recommended are left out; what is no measurement of hardware stands below, by "
        "itself, and says nothing of any processor.")
HEADS = ["choice*", "right on", "models", "at worst, median", "at worst, dearest", "there*"]
FOUND = """
SELECT environment, decision, cases, choice, linux, is_choice, processor, worst, right_in, runs
FROM setting ORDER BY rowid"""
LACKING = """
SELECT environment, decision, lack, count(DISTINCT processor) FROM regret JOIN run USING (run)
WHERE duplicate_of IS NULL AND lack <> '' GROUP BY environment, decision, lack
ORDER BY environment, decision, lack"""


def settings(store: Store, names: dict) -> str:
    """The page; names: (environment, processor) -> what it calls itself."""
    found, parts = store.rows(FOUND), [paragraph(NOTE, class_="note")]
    first = {row[1]: place for place, row in reversed(list(enumerate(found)))}
    found.sort(key=lambda row: (standing.order(row[0]), first[row[1]], row[2]))
    if not found:
        parts.append(paragraph("No run tells what a setting costs.", class_="lack"))
    for environment, of in groupby(found, key=lambda row: row[0]):
        parts += [tag("h2", environment), paragraph(warning(environment))]
        for (decision, cases), rows_of in groupby(of, key=lambda row: row[1:3]):
            parts.append(one(environment, decision, cases, list(rows_of), names))
    return page("What a kernel should set", HERE, store, [*parts, lacking(store)])


def one(environment: str, decision: str, cases: str, found: list, names: dict) -> Markup:
    """A decision in one set of cases: the choices, the one that is right most often first."""
    models = len({row[6] for row in found})
    choices = {}
    for _, _, _, choice, linux, _, *of_model in found:
        choices.setdefault(choice, []).append((linux, *of_model))
    told = [judged(name, mine) for name, mine in choices.items()]
    here = {processor: brand for (at, processor), brand in names.items() if at == environment}
    told.sort(key=lambda row: (-row[1], row[3], row[0]))
    is_choice = all(row[5] for row in found)
    said = [f"{name} is right on {right} of {many} models"
            for name, right, many, *_, linux in told if linux or told[0][0] == name]
    body = [shown(row, here, is_choice) for row in told]
    text = f"{'; '.join(said)}." if is_choice else (
        f"No choice where it is needed: what it costs on {models} models.")
    return join([tag("h3", f"{decision}: {cases}"), paragraph(tag("strong", text)),
                 rows(HEADS, body, "", mark(environment))])


def judged(name: str, found: list) -> tuple:
    """(choice, models on which it is right, models, the median of the models at worst, the dearest,
    which that is, whether Linux has it)."""
    right = sum(2 * right_in > runs for *_, right_in, runs in found)
    dearest, where = max((worst, model) for _, model, worst, *_ in found)
    return (name, right, len(found), median(one[2] for one in found), dearest, where,
            any(one[0] for one in found))


def shown(row: tuple, names: dict, is_choice: bool) -> str:
    """A line of the table."""
    name, right, many, middle, dearest, where, linux = row
    label = join([name, badge("Linux", "◂", "kept")], " ") if linux else escape(name)
    best = ' class="best"' if is_choice and right == many else ""
    return f"<tr{best}><th>{label}" + "".join(map(cell, (
        right if is_choice else "", many, times(middle), times(dearest), names.get(where, where))))


def lacking(store: Store) -> Markup:
    """Decisions of which no row tells, with why and on how many models."""
    items = [tag("li", f"{environment}, {decision}: {lack} ({many} model{'s' * (many > 1)})")
             for environment, decision, lack, many in store.rows(LACKING)]
    if not items:
        return Markup("")
    return tag("details", tag("summary", "What no row tells"), tag("ul", *items, class_="problems"))
