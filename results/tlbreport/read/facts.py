"""The tables at the end: the files and what is wrong with them, the machine."""

from .markup import Markup, badge, join, paragraph, table, tag
from .run import Run, Table

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
    """All of machine.csv."""
    rows = run.rows("machine.csv")
    if not rows:
        return paragraph("There is no row: machine.csv is missing or empty.", class_="lack")
    return table(["key", "value"], [[tag("th", r["key"], class_="name", scope="row"),
                                     tag("td", r["value"], class_="reason")] for r in rows])
