"""The first screen: the verdict, the costs people come for, sizes, what to set, what to cite."""

from ..draw.digits import hertz, interval, shown
from ..draw.markup import Markup, badge, join, paragraph, table, tag
from ..find import bands, doubtful, errata, geometry, headline_rows, sentences
from ..find.capacity import advised
from ..find.headline_rows import Headline
from ..read import trust
from ..read.run import Run
from ..read.sweep import doubted
from .head import (details, files_box, known, litmus_box, litmus_said, must, rows_box, timing_box,
                   title, verification, verification_box)

FILE = "results.csv"
HEAD = ("operation", "ticks", "ns", "core cycles", "99 % interval, ticks", "verified",
        "published, cycles")
PASSED = {"": badge("yes", "✓", "good"), "not believed": badge("NO", "✗", "bad")}
ACCESSES = {"data-4k": "data, 4 KiB", "data-2m": "data, 2 MiB", "data-1g": "data, 1 GiB",
            "code-4k": "code, 4 KiB", "code-2m": "code, 2 MiB"}


def first_screen(run: Run) -> Markup:
    """All of it, under the name of the machine."""
    left = tag("div", costs(run), advice(run))
    return join([tag("h1", title(run)), verdict(run), boxes(run),
                 tag("div", left, tag("div", sizes(run), repeats(run)), class_="first"),
                 known_errata(run), cite(run)])


def verdict(run: Run) -> Markup:
    """One line: timing, verification, litmus tests, files, rows."""
    judged, forbidden = trust.judge(run), litmus_said(run)
    kind, _, said = verification(must(run))
    parts = [believed(judged), said, *details(must(run)), forbidden,
             "The files are whole." if run.is_whole else "", doubtful.in_short(run)]
    is_valid = judged.timing or judged.guest
    is_good = is_valid and run.is_whole and kind == "good" and not forbidden
    sign, look = ("✗", "bad") if not is_good else ("▣", "doubt") if judged.guest else ("✓", "good")
    return paragraph(tag("strong", f"{sign} {parts[0]}"), " ", " ".join(filter(None, parts[1:])),
                     class_=f"verdict {look}")


def believed(judged: trust.Trust) -> str:
    """Whether, in a sentence."""
    if judged.guest:
        return "The timing is valid for this guest alone."
    return "The timing may be believed." if judged.timing else "The timing may not be believed."


def boxes(run: Run) -> Markup:
    """Only of what is wrong."""
    every = (timing_box(run), verification_box(run), litmus_box(run), rows_box(run), files_box(run))
    made = [box for box in every if box and 'class="box good"' not in box]
    return tag("div", *made, class_="banner") if made else Markup("")


def costs(run: Run) -> Markup:
    """The headline table; what was not measured is one line below it."""
    found = headline_rows.headlines(run)
    there = [one for one in found if one.row]
    lacking = {}
    for one in found:
        if one.row is None:
            lacking.setdefault(one.why, []).append(one.name)
    parts = []
    if there:
        mark = trust.warning((run,), FILE)
        parts.append(table(HEAD, [line(run, one) for one in there],
                           tag("span", mark, class_="mark") if mark else "",
                           "headline marked" if mark else "headline"))
    if lacking:
        said = "; ".join(f"{', '.join(names)} ({why})" for why, names in lacking.items())
        parts.append(paragraph(f"Not measured: {said}.", class_="note"))
    return join(parts)


def line(run: Run, one: Headline) -> list:
    """One row of it."""
    row, hz = one.row, run.hz
    ticks, step = row.number("p50"), row.number("quantum") or 0.0
    step = step if row["estimator"] != "huber" else 0.0
    cycles, ns = one.cycles(run), 1e9 / hz if hz else None
    whole = 0.0 if row["bench"] == "refill" else min(step, 1.0)
    flag = bands.flag(run, row)
    published = one.band.range if one.band else ""
    if flag:
        published = badge(f"outside {flag.range}", "⚐", "doubt")
    numbers = (shown(ticks, whole), shown(ticks * ns if ns else None, whole * (ns or 0)),
               shown(cycles, whole), interval(row.number("ci99_lo"), row.number("ci99_hi"), whole))
    name = doubted(one.name, "not converged" if row["converged"] == "0" else "")
    return [tag("th", name, scope="row", title=f"{row['op']} {row['variant']}"),
            *(tag("td", text, class_="number") for text in numbers),
            tag("td", answered(run) if row["op"] == "none" else
                PASSED.get(one.doubt, badge(one.doubt, "–", "none"))),
            tag("td", published, class_="number")]


def answered(run: Run) -> Markup:
    """What stands for a verification where nothing is dropped: every call was answered once."""
    said = {row["verdict"] for row in run.rows("selftest.csv") if row["test"] == "calls_answered"}
    if "fail" in said:
        return badge("failed", "✗", "bad")
    return badge("answered", "✓", "good") if said == {"pass"} else badge("not tested", "–", "none")


def advice(run: Run) -> Markup:
    """Five sentences at most, or why there is none."""
    obstacle = trust.obstacle(run)
    if obstacle:
        return paragraph("Nothing is recommended. ", tag("span", obstacle, class_="mark"))
    said = sentences.sentences(run)
    if not said:
        return paragraph("Nothing is recommended: no believed rows tell a difference.",
                         class_="note")
    return join([tag("ol", *(tag("li", one) for one in said), class_="advice"),
                 paragraph(tag("a", "All recommendations, evidence and intervals",
                               href="#settings"), class_="note")])


def sizes(run: Run) -> Markup:
    """What the TLB holds by measurement, beside what CPUID says."""
    curves = geometry.knee_curves(run)
    if not curves or trust.against((run,), FILE):
        return Markup("")
    body = []
    for curve, found in curves:
        stated = geometry.stated(run, curve.variant)
        differ = geometry.compared(found, stated, curve.points[-1].x) if stated else []
        body.append([tag("th", ACCESSES.get(curve.variant, curve.variant), scope="row"),
                     ", ".join(knee.words for knee in found) or "no knee",
                     ", ".join(f"{entries:.0f}" for entries in stated.values()) or "nothing",
                     badge("differs", "≠", "doubt") if differ else
                     badge("agrees", "✓", "good") if stated else ""])
    for one in advised(run)[:1]:
        body.append([tag("th", "PCIDs that keep entries", scope="row"), one.words + one.remark,
                     "says nothing", ""])
    return table(["TLB holds", "measured", "CPUID", ""], body, "Entries of the TLB")


def repeats(run: Run) -> Markup:
    """How far the machine repeats itself."""
    limit = next((row.number("value") for row in run.rows("selftest.csv")
                  if row["test"] == "a_a_limit"), None)
    if limit is None:
        return paragraph("The A/A limit is not known.", class_="note")
    return paragraph(f"A/A limit: one row measured seven times differed by {limit:.2f} %. "
                     "A smaller difference between two runs shows nothing.", class_="note")


def known_errata(run: Run) -> Markup:
    """The names of those that apply, and where they are told."""
    found = errata.applying(run)
    if not found:
        return Markup("")
    said = "; ".join(f"{one.name}: {one.text}" for one in found)
    return paragraph(tag("strong", "Errata of this processor: "), f"{said} ",
                     tag("a", "(what they touch)", href="#machine"), ".", class_="note")


def when(run: Run) -> str:
    """The run and its date; a model's clock starts at one and the same."""
    name = f"run {known(run, 'run_id')}"
    return name if run.fact("env") == "model" else f"{name}, {known(run, 'date')}"


def cite(run: Run) -> Markup:
    """What to write beside a number that is quoted."""
    hz = run.hz
    clock = f"TSC {hertz(hz)}" if hz else "TSC rate not recorded"
    text = (f"{known(run, 'program')}, commit {known(run, 'commit')}; {known(run, 'brand')} "
            f"({' / '.join(known(run, key) for key in ('family', 'model', 'stepping'))}), "
            f"microcode {known(run, 'microcode')}; {clock}; hypervisor {known(run, 'hypervisor')}; "
            f"1 boot, {when(run)}.")
    mark = trust.warning((run,), FILE)
    return paragraph(tag("strong", "To cite: "), tag("span", text, class_="cite"),
                     f" {mark}" if mark else "", " Each cost is of one boot: quote three at least.",
                     class_="note")
