"""The litmus tests: what each ended with, and what that says of the machine."""

from ...draw.markup import Markup, badge, breakable, join, legend, paragraph, table, tag
from ...read import trust
from ...read.litmus import FILE, asked
from ...read.run import Row, Run

# verdict -> sign, colour class, what it means
LEGEND = {
    "forbidden": ("✗", "bad", "the architecture forbids the outcome, and it was seen"),
    "never": ("✓", "good", "the architecture forbids the outcome; it was not seen, and its "
              "control, which permits it, showed it; of a test without a control, outcomes were seen "
              "that show that the two processors met where it could have come, or one processor "
              "runs it"),
    "seen": ("○", "none", "the architecture permits the outcome, and it was seen"),
    "inconclusive": ("?", "doubt", "it was not seen, and nothing shows that it would have been"),
    "skipped": ("–", "none", "not run: the reason stands above"),
}


def litmus(run: Run) -> Markup:
    """The verdicts by test and pair of processors, then what the rounds have ended with."""
    rows = run.rows(FILE)
    found = [row for row in rows if row["verdict"] != "skipped"]
    text = (
        "A litmus test is two processors with a few steps each, which change page-table entries, "
        "invalidate, read and write, and one outcome that the architecture forbids or permits. "
        "What each processor does is printed by make litmus-list. Forbidden by the manuals is "
        "what the Linux kernel and others rely on: an old translation behind an invalidation, a "
        "store that lands in a page that was taken away, a flag that is set in an entry that is "
        "gone. 3/600: three of 600 rounds ended with the outcome; below: the share of rounds that "
        "may have it at most, at 95 % confidence; a dot: not run on this pair."
    )
    mark = trust.warning((run,), FILE)
    return join([paragraph(text, f" {mark}" if mark else "", class_="note"), verdicts(found), outcomes(found),
                 skipped(rows), legend(LEGEND)])


def place(row: Row) -> str:
    """The pair and the layout of its entries, as a column."""
    return f"{row['distance'] or '-'}, {row['variant']}"


def verdicts(rows: list) -> Markup:
    """Test x pair of processors."""
    places = list(dict.fromkeys(place(row) for row in rows))
    at = {}
    for row in rows:
        at.setdefault((row["test"], place(row)), []).append(row)
    lines = []
    for test in dict.fromkeys(row["test"] for row in rows):
        name = tag("th", breakable(test), class_="name", scope="row")
        lines.append([name, *(cell(at.get((test, where), [])) for where in places)])
    return table(["test", *places], lines, "Litmus tests of memory transistency", "litmus")


def cell(rows: list) -> Markup:
    """The verdict, in how many rounds the outcome was seen, or below which share it stays."""
    if not rows:
        return tag("td", "·", class_="untried", title="not run on this pair")
    sign, kind, _ = LEGEND.get(rows[0]["verdict"], ("!", "bad", ""))
    said = f"{asked(rows)}/{rows[0]['rounds']}"
    if rows[0]["bound"]:
        said += f", below {float(rows[0]['bound']):.2g}"
    return tag("td", badge(rows[0]["verdict"], sign, kind), " ", tag("small", said), class_=kind)


def outcomes(rows: list) -> Markup:
    """How often each outcome came; the one that is asked for stands out."""
    lines = [[breakable(row["test"]), place(row),
              tag("strong", row["outcome"]) if row["asked"] == "1" else row["outcome"],
              tag("td", row["count"], class_="number")] for row in rows]
    return tag("details", tag("summary", "What the rounds ended with"),
               table(["test", "processors", "outcome", "rounds"], lines,
                     "Outcomes; the one asked for is bold", "outcomes"))


def skipped(rows: list) -> Markup:
    """One line for each reason why tests were not run."""
    reasons = {}
    for row in rows:
        if row["verdict"] == "skipped":
            reasons.setdefault(row["reason"] or "no reason given", []).append(row["test"])
    return join(paragraph(f"Not run ({reason}): {', '.join(dict.fromkeys(tests))}.", class_="note")
                for reason, tests in reasons.items())
