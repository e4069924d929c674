"""What a guest's invalidations, exits and walks cost, with nested paging."""

from ..draw import plot_strips, tables
from ..draw.digits import interval, shown
from ..draw.markup import Markup, join, paragraph
from ..draw.multiples import of_op
from ..draw.plot_strips import strip
from ..read import trust, variant
from ..read.row_name import measured
from ..read.run import Run
from ..read.sweep import FILE, doubt, lacking, point, rows

BENCH = "nested"
NOTE = (
    "A guest of the program's own on AMD's SVM, with nested paging and an ASID. trip: VMRUN and the "
    "guest's VMMCALL, also with TLB_CONTROL that drops the guest's ASID or everything. guest: the guest "
    "does the operation itself. exit: it is intercepted, and the host does it. invlpga: the host drops as "
    "many pages of the guest. load: an access behind MOV CR3, less a hit, in the host and in the guest, "
    "by the size of the nested pages."
)
GROUPS = (
    ("Into the guest and out of it", lambda said: said.guest.startswith("trip")),
    ("The guest's own invalidations", lambda said: said.guest in ("guest", "exit")),
    ("INVLPGA by the host, by pages", lambda said: said.guest == "invlpga"),
    ("Walks in one dimension and in two", lambda said: bool(said.access)),
)


def nested(run: Run) -> Markup:
    """The rows drawn, in sentences and as numbers."""
    found = [row for row in rows(run, BENCH)
             if measured(row) and variant.is_known(row) and point(row)]
    lack = lacking(run, BENCH, found)
    if lack:
        return join([paragraph(lack, class_="lack"), tables.details(run, rows(run, BENCH))])
    groups = [(title, [strip(row, name(row), of_op(row["op"]))
                       for row in found if fits(variant.of(row))]) for title, fits in GROUPS]
    alt = "What a guest's invalidations, exits and walks cost, in TSC ticks."
    figures = plot_strips.figures(run, BENCH, alt, [one for one in groups if one[1]], "TSC ticks", FILE)
    return join([paragraph(NOTE, class_="note"), *figures, *said(run, found), tables.in_kernels(found),
                 tables.details(run, rows(run, BENCH))])


def name(row) -> str:
    """The row beside its strip."""
    pages = f" {row['value']}" if row["param"] else ""
    return f"{row['op']} {row['variant']}{pages}"


def said(run: Run, found: list):
    """What an exit adds, and what the second dimension does; none where nothing may be recommended,
    nor of what is not believed."""
    if trust.obstacle(run):
        return
    at = {(row["op"], variant.of(row).guest): row for row in found if not doubt(row)}
    for op in ("invlpg", "cr3_reload"):
        yield from held((at.get((op, "exit")), f"An intercepted {op} of a guest"),
                        (at.get((op, "guest")), "one that is not"))
    for size, pages in (("1g", "1 GiB"), ("2m", "2 MiB"), ("4k", "4 KiB")):
        yield from held((at.get(("cr3_reload", f"nested{size}")),
                         f"With nested pages of {pages} a walk of the guest"),
                        (at.get(("cr3_reload", "host")), "one of the host"))


def held(one: tuple, other: tuple):
    """The sentence on two rows with their names, with the difference and its interval; none if one
    is missing."""
    (row, name_of), (plain, name_of_plain) = one, other
    if row is None or plain is None:
        return
    more, less = point(row), point(plain)
    low, high = more.low - less.high, more.high - less.low
    if low <= 0 <= high:
        yield paragraph(f"{name_of} is not told apart from {name_of_plain}: the difference is within "
                        f"{interval(low, high)} ticks.")
    else:
        yield paragraph(f"{name_of} takes {shown(abs(more.y - less.y))} ticks "
                        f"{'longer' if low > 0 else 'less'} {interval(low, high)} than {name_of_plain}.")
