"""What each figure of a run has to be, from the parameters of its machine alone."""

import math

from truth import ALL, NOTHING, Range, Truth, exactly

# What an operation costs, by the instructions in it.
SEED = "store alu alu alu read_cr flags flags cr3_noflush cr3_flush flags load".split()
OPERATIONS = {
    "none": [],
    "cr3_reload": ["cr3_flush"],
    "cr3_pcid_flush": ["cr3_flush"],
    "cr3_pcid_noflush": ["cr3_noflush"],
    "invlpg": ["invlpg"],
    "invpcid_address": ["invpcid_0"],
    "invpcid_context": ["invpcid_1"],
    "invpcid_all_global": ["invpcid_2"],
    "invpcid_all_non_global": ["invpcid_3"],
    "invpcid_by_cr3": ["cr3_flush", "cr3_noflush"],
    "invpcid_by_cr3_seed": SEED,
    "cr3_pti_deferred": ["mov", "alu", "cr3_noflush", "cr3_flush", "cr3_flush"],
    "cr4_pge_toggle": ["cr4_pge", "cr4_pge"],
    "cr4_smep_set": ["cr4_smep"],
    "invlpgb_tlbsync": ["alu", "mov", "alu", "invlpgb", "invlpgb_page", "tlbsync"],
    "invlpgb_context": ["mov", "mov", "alu", "invlpgb", "invlpgb_page", "tlbsync"],
    "invlpgb_all_global": ["mov", "mov", "alu", "invlpgb", "invlpgb_page", "tlbsync"],
    "invlpgb_all_non_global": ["mov", "mov", "alu", "invlpgb", "invlpgb_page", "tlbsync"],
    "cr0_pg_toggle": ["read_cr", "alu", "cr0_pg", "alu", "cr0_pg"],
}
# There and back, of an operation that works on another PCID.
TWICE = ("cr3_pcid_flush", "cr3_pcid_noflush")
# They read a descriptor, which lies in the windows' page.
DESCRIBED = ("invpcid_address", "invpcid_context", "invpcid_all_global", "invpcid_all_non_global")
KEEP_ALL = ("none", "cr3_pcid_noflush", "invpcid_address", "invpcid_by_cr3", "invlpgb_tlbsync")
PRIMED = 64 + 16 + 8  # pages that first-incl has in use
# The pages that are primed have lines of few sets: those of walks may have left the first cache.
PRIMED_LINES = None
ENTRIES = {"4k": 0, "2m": 1, "1g": 2}


class Unknown(Exception):
    """No truth for a figure, and why."""


# What of it both arms have: the way into the kernel's half, and back.
BASELINES = {"cr3_pti_deferred": ["mov", "alu", "cr3_noflush"] * 2}


def operation(truth: Truth, op: str, words) -> Range:
    cost = truth.costs(*OPERATIONS[op]) - truth.costs(*BASELINES.get(op, []))
    return cost.times(2) if "otherpcid" in words and op in TWICE else cost


def behind(truth: Truth) -> int:
    """Entries that a walk of the page behind that has just been walked reads."""
    return 1 if truth.fact("pdpte") else 2 if truth.fact("pml4e") else 3


def fetches(truth: Truth, op: str, marginal: bool) -> Range:
    """Walks for the window's own page of 2 MiB, of which an operation dropped the entry."""
    if op == "cr4_pge_toggle":
        return truth.walks(2, 6, PRIMED_LINES)
    if op == "cr0_pg_toggle":
        return truth.walks(2, 4, PRIMED_LINES)._replace(
            high=truth.walks(2, 6, PRIMED_LINES).high)
    if op == "invlpgb_all_global":
        return truth.walks(1, 3, PRIMED_LINES)
    if op != "invpcid_all_global":
        return NOTHING
    first = truth.walks(1, 3, PRIMED_LINES)
    if not marginal:
        return first
    # The descriptor of the next one lies in that page, too; the second level may have it by then.
    again = truth.walks(1, behind(truth), PRIMED_LINES)
    return first + again._replace(low=min(again.low, truth.costs("l2_hit").low))


def single_op(truth: Truth, row: dict, words) -> Range:
    op = row["op"]
    if words[0] == "first" and "incl" in words:
        raise Unknown("what first-incl touches is worked out as a slope only")
    if "absent" in words and op == "none":
        return NOTHING
    marginal = words[0] == "marginal"
    cost = operation(truth, op, words) + fetches(truth, op, marginal)
    return cost + truth.costs("cr4_write") if marginal and op == "cr4_smep_set" else cost


def in_pieces(truth: Truth, side: str) -> bool:
    """Whether the page of 2 MiB of the other arm takes several entries of the first level."""
    return bool(truth.fact("fractured_2m")) or truth.count("entries", f"{side}-2m-1") == 0


def whole(truth: Truth, side: str, size: str) -> None:
    """Each page is used at a place of its own, so pieces go to other sets than pages."""
    if truth.count("entries", f"{side}-{size}-1") == 0:
        raise Unknown("pages that are held in pieces: which sets they go to is not worked out")


def spills_in_pieces(truth: Truth, side: str, size: str, pages: int) -> bool:
    """Whether the second level, which has the rest of so many pages, holds them in pieces."""
    smaller = [name for name in ENTRIES if ENTRIES[name] < ENTRIES[size]]
    return (pages > truth.count("knee", f"{side}-{size}-1")
            and truth.count("entries", f"{side}-{size}-2") == 0
            and any(truth.count("entries", f"{side}-{name}-2") for name in smaller))


WINDOW = "+window"  # in a question: with the windows' page of 2 MiB besides


def chase(truth: Truth, side: str, size: str, pages: int) -> Range:
    if in_pieces(truth, side):
        raise Unknown("the 2 MiB page that is subtracted is held in pieces")
    whole(truth, side, size)
    if spills_in_pieces(truth, side, size, pages):
        raise Unknown("pages that the second level holds in pieces: which sets is not worked out")
    name = f"{side}-{size}-{pages}{WINDOW if side == 'code' else ''}"
    found = truth.ticks("chase", name)
    if found is None:
        raise Unknown("pages ahead or groups of pages: what is held is not worked out")
    # Code comes from the windows' page, and back to it.
    return found + truth.ticks("besides", name).times(1 / pages) if side == "code" else found


def drops(truth: Truth, op: str, words) -> bool:
    """Whether it drops the pages that are read afterwards."""
    if op in KEEP_ALL or op == "invlpg":
        return False
    if op == "cr4_smep_set":
        return bool(truth.fact("smep_drops"))
    return not ("otherpcid" in words and op in ("invpcid_context", "invlpgb_context"))


def reach(truth: Truth, size: str) -> int:
    """Pages in a row that no walk is needed for."""
    return max(truth.count("knee", f"data-{size}-{level}") for level in (1, 2))


def uppers(truth: Truth, words, pages: int) -> tuple:
    """Entries above the leaf that walks for all pages read, and lines that hold all entries; the
    caches of upper levels hold what they need."""
    size = next(word for word in words if word in ENTRIES)
    if "by512g" in words:
        return 3 * pages, pages * 3 + math.ceil(pages / 8)
    if "by1g" in words:
        return 2 * pages + 1, 2 * pages + math.ceil(pages / 8) + 1
    if "by2m" in words:
        return pages + 2, pages + math.ceil(pages / 8) + 2
    spans = math.ceil(pages / 512)
    needed = {"4k": "pde", "2m": "pdpte", "1g": "pml4e"}[size]
    caches = [truth.fact(name) for name in ("pml4e", "pdpte", "pde")]
    if truth.fact(needed) < spans or not all(caches):
        raise Unknown("upper levels do not fit their caches")
    above = 2 - ENTRIES[size]
    return spans + above, math.ceil(pages / 8) + math.ceil(spans / 8) + above


def stay(truth: Truth, size: str, levels, pages: int) -> int:
    """Most pages in eight chains that these levels may have.  The window reads chain by chain
    before it starts its clock, and then a page of each in turn: which are left is not worked
    out, and no page is read twice in a turn."""
    return min(pages, sum(truth.count("entries", f"data-{size}-{level}") for level in levels))


def refill_total(truth: Truth, op: str, words, pages: int) -> Range:
    """Of all pages together: the chain behind the operation less the chain behind nothing."""
    size = next((word for word in words if word in ENTRIES), "4k")
    dense = not any(word in words for word in ("by2m", "by1g", "by512g"))
    words = [*words, size]
    if pages == 0:
        return NOTHING
    if "otherpcid" in words and pcids(truth, f"data-{size}-1") <= 1:
        raise Unknown("to prime another PCID drops the first level")
    if op in KEEP_ALL and loses_first_level(truth, op, words, f"data-{size}-1"):
        return behind_first_level(truth, size, pages, dense)
    if op in KEEP_ALL:
        return crowded_out(truth, op, size, pages)
    if truth.fact("prefetch"):
        raise Unknown("walks that bring the next page are not worked out")
    whole(truth, "data", size)
    more, lines = uppers(truth, words, pages)
    fits = pages <= reach(truth, size) if dense else pages * 4 <= reach(truth, size)
    cold = lines if "cold" in words and truth.fact("l1_lines") else 0
    if not fits and (cold or not dense):
        raise Unknown("more pages than are surely held, and not in a row or cold")
    if not drops(truth, op, words):
        # INVLPG drops upper levels, which matter where there are walks.
        keeps = fits or op != "invlpg"
        more_walks = NOTHING if keeps else truth.walks(0, more, PRIMED_LINES)
        return more_walks + crowded_out(truth, op, size, pages)
    if not fits:
        left = stay(truth, size, (1, 2), pages) if "chains8" in words else 0
        return truth.walks(0, more, PRIMED_LINES) + truth.walks(left, left, None)._replace(low=0.0)
    if cold:
        total = truth.walks(pages, pages + more, pages + lines, cold)
    else:
        total = (truth.walks(pages, pages, pages + lines)
                 + truth.walks(0, more, PRIMED_LINES))
    return total - held(truth, size, pages, dense, "chains8" in words)


def crowded_out(truth: Truth, op: str, size: str, pages: int) -> Range:
    """Of pages that nothing drops: those for which a descriptor leaves no room in a level."""
    if op not in DESCRIBED or pages == 0:
        return NOTHING
    alone, together = (truth.ticks("chase", f"data-{size}-{pages}{more}") for more in ("", WINDOW))
    if alone is None or together is None:
        raise Unknown("what is held beside a descriptor is not worked out")
    return NOTHING if together == alone else (together - alone).times(pages)


def descriptor(truth: Truth, op: str, pages: int) -> Range:
    """What reading it costs behind so many pages that were read later than it."""
    if op not in DESCRIBED or pages == 0:
        return NOTHING
    found = truth.ticks("besides", f"data-4k-{pages}{WINDOW}")
    if found is None:
        raise Unknown("what is held beside a descriptor is not worked out")
    return found


def pcids(truth: Truth, level: str) -> int:
    """That a level keeps entries of; ALL where there is no such level."""
    return truth.answers.get(("pcids", level), (ALL, ALL))[0]


def loses_first_level(truth: Truth, op: str, words, level: str) -> bool:
    """A load of CR3 that keeps, by way of more PCIDs than the first level has."""
    loaded = {"cr3_pcid_noflush": 2 if "otherpcid" in words else 1, "invpcid_by_cr3": 2}
    return pcids(truth, level) < loaded.get(op, 0)


def behind_first_level(truth: Truth, size: str, pages: int, dense: bool) -> Range:
    """All pages are found in the second level, which holds them with PCIDs."""
    if (not dense or pages > truth.count("knee", f"data-{size}-2")
            or truth.count("pcids", f"data-{size}-2") == 0):
        raise Unknown("a first level without PCIDs, and no second that surely has the pages")
    return truth.costs("l2_hit").times(pages) - held(truth, size, pages, dense)


def held(truth: Truth, size: str, pages: int, dense: bool, chains: bool = False) -> Range:
    """What the same pages cost while the TLB has them."""
    hit = truth.costs("l2_hit").times(pages)
    if not dense:
        return Range(0.0, hit.high)
    found = truth.ticks("chase", f"data-{size}-{pages}")
    if not found:
        return Range(0.0, hit.high)
    return (of_chains(truth, found, size, pages) if chains else found).times(pages)


def of_chains(truth: Truth, found: Range, size: str, pages: int) -> Range:
    """Of eight chains in place of one: what the first level has left costs nothing."""
    left = stay(truth, size, (1,), pages)
    return found._replace(low=found.low * (pages - left) / pages)


def scattered(words) -> None:
    """Of groups the order of whose pages is drawn, what is held depends on it."""
    if "contiguous" in words:
        raise Unknown("groups of pages in an order that is drawn: what is held is not worked out")


def refill(truth: Truth, row: dict, words) -> Range:
    pages = int(row["value"])
    size = words[0]
    scattered(words)
    if "large" in words:
        if "dense" not in words:
            raise Unknown("the sets of pages far apart are not worked out")
        if "cold" in words and pages > reach(truth, size):
            raise Unknown("more pages than are held, and cold")
        found = chase(truth, "data", size, pages)
        return of_chains(truth, found, size, pages) if "chains8" in words else found
    return refill_total(truth, row["op"], words, pages).times(1 / pages)


def working_set(words) -> int:
    """wN, the last word that a benchmark gives."""
    return next(int(word[1:]) for word in reversed(words) if word[0] == "w" and word[1:].isdigit())


def of_4k(words) -> list:
    """The working set is of 4 KiB pages, whatever is invalidated."""
    return ["4k", *(word for word in words if word not in ENTRIES)]


def range_(truth: Truth, row: dict, words) -> Range:
    op, pages = row["op"], working_set(words)
    one = operation(truth, op, words)
    if op == "cr3_pcid_flush" and words[0] == "pti":
        one = one.times(2)
    words = [*words, "otherpcid"] if words[0] == "pti" else words
    lost_by = {"pti": "invlpg", "pti space": "cr3_pcid_flush", "pti deferred": op}.get(
        " ".join(words[:2]) if words[1] in ("space", "deferred") else words[0], op)
    rest = (fetches(truth, op, False) + refill_total(truth, lost_by, of_4k(words), pages)
            + descriptor(truth, op, pages))
    if lost_by == "invlpg" != op:
        rest += crowded_out(truth, op, "4k", pages)
    if words[:2] == ["pti", "deferred"]:
        return one + rest
    if words[0] in ("page", "space", "all") or words[:2] == ["kernel", "all"]:
        return one + rest
    if words[:2] == ["pti", "space"]:
        if op == "cr3_pcid_flush":
            return one + rest
        return one + rest + truth.costs("cr3_flush", *LOOP)
    if op == "invlpgb_tlbsync":
        return batches(truth, int(row["value"])) + rest
    if in_pieces(truth, "data") and "2m" in words:
        raise Unknown("a 2 MiB page is held in pieces")
    before = ("mov", "mov", "mov") if words[0] == "pti" else ("mov",)
    return turns(truth, op, words).times(int(row["value"])) + rest + truth.costs(*before)


APART = 32  # broadcasts that the model keeps apart


def batches(truth: Truth, pages: int) -> Range:
    """Whole batches in a loop, a last one of what is left, and one TLBSYNC."""
    most = truth.fact("invlpgb_pages")
    whole, left = divmod(pages, most)
    if whole + bool(left) > APART:
        raise Unknown("more broadcasts than the model keeps apart: it drops everything")
    one = truth.costs("alu", "mov", "mov", "invlpgb")
    each = truth.costs("invlpgb_page")
    total = (one + each.times(most) + truth.costs("alu", "alu", "branch")).times(whole)
    total += truth.costs("mov") if whole else NOTHING
    total += one + each.times(left) if left else NOTHING
    return total + truth.costs("tlbsync")


# Of one turn with a partner: what is before it and in it.
LOOP = ("mov", "mov", "mov", "mov", "mov", "alu", "alu", "alu", "branch")


def turns(truth: Truth, op: str, words) -> Range:
    """One turn of the loop: the operation, ADD, DEC, JNZ; with a partner, that, an ADD and a MOV
    each way."""
    one = truth.costs(*OPERATIONS[op], "alu", "alu", "branch")
    return one + truth.costs("invlpg", "alu", "mov", "mov") if words[0] == "pti" else one


LOADS = {"shared": 0, "different": 1, "kernelthread": 0}
LOADS_PTI = {"shared": 2, "different": 3, "kernelthread": 1}


def switch(truth: Truth, row: dict, words) -> Range:
    if row["value"] != "0":
        raise Unknown("which pages stay over a switch is worked out for decisions alone")
    between = next(word for word in words if word in LOADS)
    if "entryflush" in words and row["op"] != "cr3_pcid_flush":
        raise Unknown("what it drops of the script's own pages is not worked out")
    if "entryflush" in words:
        kept = LOADS_PTI[between] - 1
        return operation(truth, row["op"], ()) + truth.costs("cr3_noflush").times(kept)
    if "deferred" in words:
        kept = truth.costs("cr3_noflush")
        return kept + operation(truth, row["op"], ()).times(2)
    loads = (LOADS_PTI if "pti" in words else LOADS)[between]
    return operation(truth, row["op"], ()).times(loads)


KERNEL_PAGES = 8  # at each entry


def switch_with_pages(truth: Truth, row: dict) -> Range:
    """To another process and its pages, behind those of the kernel; both processes have their
    own.  Right to a walk or so of each switch, which is enough to decide by."""
    words, pages = row["variant"].split("-"), int(row["value"])
    if "different" not in words or "pti" in words:
        raise Unknown("which pages stay over such a switch is not worked out")
    if in_pieces(truth, "data") or truth.fact("prefetch") or truth.fact("coalesce") > 1:
        raise Unknown("pages in pieces, in groups, or ahead")
    both = 2 * (pages + KERNEL_PAGES)
    if 2 * both > reach(truth, "4k") or pcids(truth, "data-4k-2") < 2:
        raise Unknown("more pages or PCIDs than are surely held")
    hit = truth.costs("l2_hit")
    mine = pages if "global" in words else pages + KERNEL_PAGES
    shared = Range(0.0, hit.times(KERNEL_PAGES).high) if "global" in words else NOTHING
    load = operation(truth, row["op"], ())
    if row["op"] == "cr3_pcid_noflush":
        least = hit.low if pcids(truth, "data-4k-1") <= 1 else 0.0
        return load + Range(least, hit.high).times(mine) + shared
    more, _ = uppers(truth, ["4k", "dense"], pages)
    return load + truth.walks(mine, mine, None) + truth.walks(0, 2 * more, None) + shared


def tlb_size(truth: Truth, row: dict, words) -> Range:
    scattered(words)
    return chase(truth, words[0], words[1], int(row["value"]))


WALKED = 16  # pages, below one PDPTE, each below a PDE of its own
SETS = {"accessed", "dirty", "new", "clean"}  # words of walks that have bits to set


def walks(truth: Truth, row: dict, words) -> Range:
    """Of one page: what a walk reads and sets, where the entries are that it reads."""
    if words[-1] in ("faults", "unset"):
        return exactly(1000.0 if words[-1] == "unset" else 0.0)
    if truth.count("entries", "data-4k-1") <= WALKED:
        raise Unknown("the first level may lack a page that is hit")
    if truth.fact("prefetch"):
        raise Unknown("walks that bring the next page are not worked out")
    if "cleared" in words:
        return NOTHING
    near = truth.costs("walk_l1")
    own = near if not truth.fact("l1_lines") else truth.costs(f"walk_{words[-1]}")
    one = truth.costs("walk_start") + own
    if SETS & set(words):
        one += truth.costs("walk_sets")
    if row["op"] != "none":
        # The first page's reads three above its own, each other its PDE, if the PDPTE is kept.
        kept = 1 if truth.fact("pdpte") else 2 if truth.fact("pml4e") else 3
        return one + near.times((3 + (WALKED - 1) * kept) / WALKED)
    if truth.fact("pde") <= WALKED:
        raise Unknown("which PDEs are cached is not worked out")
    return one + truth.costs("dirty") if "clean" in words else one


def nothing_known(reason: str):
    def refuse(truth: Truth, row: dict, words):
        raise Unknown(reason)
    return refuse


OTHERS = "the host body has one processor"
ROWS = {
    "single_op": single_op,
    "refill": refill,
    "walks": walks,
    "range": range_,
    "switch": switch,
    "tlb_size": tlb_size,
    "pcid_capacity": nothing_known("single rows; the capacity is in derived.csv"),
    "policy": nothing_known("what 5000 processes leave in the TLB is not worked out"),
    "ipi": nothing_known(OTHERS),
    "shootdown": nothing_known(OTHERS),
    "lazy": nothing_known(OTHERS),
}


def of_row(truth: Truth, row: dict) -> Range:
    """Of a row of results.csv, in its unit; Unknown with the reason."""
    return ROWS[row["bench"]](truth, row, row["variant"].split("-"))


def knee(truth: Truth, variant: str) -> Range:
    side, size, *words, number = variant.split("-")
    scattered(words)
    if in_pieces(truth, side):
        raise Unknown("the 2 MiB page that is subtracted is held in pieces")
    whole(truth, side, size)
    found = sorted({truth.count("knee", f"{side}-{size}-{level}") for level in (1, 2)} - {0})
    if len(found) == 2 and truth.count("knee", f"{side}-{size}-2") < found[1]:
        found = found[1:]
    if int(number) > len(found):
        raise Unknown("a knee that is no level's")
    return exactly(found[int(number) - 1])


def capacity(truth: Truth, variant: str) -> Range:
    touched = int(variant.split("-s")[1])
    kept = max(truth.count("pcids", f"data-4k-{level}") for level in (1, 2))
    if kept == ALL:
        raise Unknown("no limit of PCIDs: none is lost")
    if 2 * (16 + kept * touched) > reach(truth, "4k"):
        raise Unknown("entries run out before PCIDs")
    return exactly(kept)


def break_even(truth: Truth, op: str, variant: str) -> Range:
    """Where N turns of the loop cost what one flush does; less than one page is one."""
    pages, by = variant.split("-against-")
    words = pages.split("-")
    if words[0] == "pti" or "2m" in words or "invlpgb_tlbsync" in (op, by):
        raise Unknown("break-evens of two PCIDs, 2 MiB pages and INVLPGB are not worked out")
    flush, lost = (refill_total(truth, one, of_4k(words), working_set(words))
                   + descriptor(truth, one, working_set(words)) for one in (by, op))
    flush += operation(truth, by, ()) + fetches(truth, by, False)
    return (flush - lost - truth.costs("mov")).over(turns(truth, op, words))


def slope(truth: Truth, op: str, variant: str) -> Range:
    words = variant.split("-")
    if truth.fact("prefetch") or reach(truth, "4k") < PRIMED:
        raise Unknown("the TLB does not hold what first-incl primes, or reads a page ahead")
    side = "code" if words[-1] == "code" else "data"
    if loses_first_level(truth, op, words, f"{side}-4k-1"):
        return truth.costs("l2_hit")
    if not drops(truth, op, words):
        return NOTHING
    return truth.walks(1, 1, 0)


def of_derived(truth: Truth, row: dict) -> Range:
    """Of a row of derived.csv, in its unit."""
    what = row["what"]
    if what == "knee":
        return knee(truth, row["variant"])
    if what == "pcid_capacity":
        return capacity(truth, row["variant"])
    if what == "break_even":
        return break_even(truth, row["op"], row["variant"])
    if what == "walk_extra":
        here, plain = row["variant"].split("-over-")
        return (walks(truth, row, here.split("-"))
                - walks(truth, row, plain.split("-")))
    if what == "refill_slope":
        return slope(truth, row["op"], row["variant"])
    raise Unknown(OTHERS)
