"""The tables at the end: the files and what is wrong with them, the machine."""

from ..draw.markup import Markup, badge, join, paragraph, table, tag
from ..find import errata
from ..read.run import Run, Table

SHOWN_PROBLEMS = 100


def files(run: Run) -> Markup:
    """Each file against what machine.csv says of it, then every problem and every note."""
    head = ["file", "bytes", "rows", "rows stated", "CRC-32", "CRC-32 stated", "verdict"]
    body = [file_line(run, t) for t in run.tables.values()]
    parts = [table(head, body)]
    for title, damage in (("What is wrong", True), ("Notes", False)):
        found = [p for p in run.problems if p.damage == damage]
        if not found:
            continue
        items = [tag("li", str(p)) for p in found[:SHOWN_PROBLEMS]]
        if len(found) > SHOWN_PROBLEMS:
            items.append(tag("li", f"and {len(found) - SHOWN_PROBLEMS} more."))
        parts += [tag("h3", title), tag("ul", *items, class_="problems")]
    return join(parts)


def file_line(run: Run, file: Table) -> list:
    """A file as found beside the file as stated."""
    if not file.found:
        state = badge("missing", "✗", "bad")
    elif run.damaged(file.name):
        state = badge("damaged", "✗", "bad")
    elif file.name == "machine.csv":
        state = "states the others"
    else:
        state = badge("whole", "✓", "good") if file.stated_crc32 else "not checked"
    found = (file.bytes, file.records) if file.found else ("", "")
    cells = (*found, file.stated_rows, file.crc32, file.stated_crc32)
    return [file.name, *(tag("td", c, class_="number") for c in cells), state]


def machine(run: Run) -> Markup:
    """Errata of it, and all of machine.csv."""
    return join([known_errata(run), all_facts(run)])


def known_errata(run: Run) -> Markup:
    """Which apply, by signature and microcode, and what of the report they touch."""
    found = errata.applying(run)
    signature = (f"{run.fact('vendor')}, family {run.fact('family')}, model {run.fact('model')}, "
                 f"stepping {run.fact('stepping')}, microcode {run.fact('microcode')}")
    if not found:
        return paragraph(f"Of the errata that this report knows none applies ({signature})."
                         if run.fact("env") == "hw" else
                         "Errata are not looked up: it was no hardware.", class_="note")
    return join([tag("h3", f"Errata that apply ({signature})"), tag("ul", *(
        tag("li", tag("strong", one.name), f": {one.text}. Touches: {one.touches}.")
        for one in found), class_="problems")])


def all_facts(run: Run) -> Markup:
    rows = run.rows("machine.csv")
    if not rows:
        return paragraph("There is no row: machine.csv is missing or empty.", class_="lack")
    return table(["key", "value"], [[tag("th", r["key"], class_="name", scope="row"),
                                     tag("td", r["value"], class_="reason")] for r in rows])
