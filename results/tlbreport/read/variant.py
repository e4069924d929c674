"""What the variant of a row says: word by word into dimensions, and back.

FORMS is the whole grammar, as bench/README.md tells it: for each benchmark the shapes that its
variants have, and for each shape its words in their order.  No other module takes a variant apart.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from .run import Row
from .schema import DISTANCES, quote

CORES = {"pcore": "performance", "ecore": "efficient"}  # as machine.csv calls their type


class UnknownVariant(ValueError):
    """No variant that the benchmark has; the text names the word that is not known."""


@dataclass(frozen=True)
class Variant:
    """The dimensions of a variant.  Empty, False or None: the variant does not say."""

    bench: str
    phase: str = ""  # first, marginal
    window: str = ""  # of first: bare, fetch, incl
    page_size: str = ""
    is_absent: bool = False  # the page aimed at is not in the TLB
    is_global: bool = False  # it is global; of a switch, the kernel's pages are
    pcide: bool = False
    target_pcid: str = ""  # other: not the current one
    tce: bool = False
    stores: int | None = None  # that are pending when the operation comes
    touches: str = ""  # what first-incl reads afterwards: code, stack, data
    cycles: bool = False  # in cycles of the core
    order: str = ""  # in which pages, or processes, come
    tables: str = ""  # warm, cold: whether the caches hold the page tables
    depth: str = ""  # how far pages are apart: dense ... by512g; contiguous: frames in a row, too
    chains: int | None = None  # of accesses that may overlap
    is_large: bool = False  # against the same lines through a large page: translation alone
    scope: str = ""  # of range: page, range, pti, kernel, pti-space, pti-deferred, space, all ...
    working_set: int | None = None  # pages that are fetched again
    between: str = ""  # of switch: shared, different, kernelthread
    pti: bool = False  # page-table isolation
    is_deferred: bool = False  # the user's half is dropped by the load at the exit
    entryflush: bool = False  # all is dropped behind the load at the entry
    policy: str = ""  # who gets which PCID: nopcid, perprocess, lruK, rrK, gen
    workload: str = ""  # what runs beside eight pages each: stale5, kthread, initmm, pti, w64 ...
    access: str = ""  # of tlb_size: data, code; of walks: load, store
    meets: str = ""  # of walks, what is to be set or found changed: accessed, dirty, new ...
    lies: str = ""  # where the page's entry does: l1, l2, l3, memory
    beside: str = ""  # what the core's other thread does meanwhile: sibling-spin, sibling-walks
    guest: str = ""  # of nested: trip, guest, exit, invlpga, host, nested4k ...
    load: str = ""  # of pcid_capacity, how other PCIDs are entered: noflush, flush
    pages_each: int | None = None  # that are touched in each of those
    mode: str = ""  # how others are reached
    state: str = ""  # in which they wait
    figure: str = ""  # what of it is counted
    distance: str = ""  # of a single target
    core: str = ""  # its type: pcore, ecore
    sender: int | None = None  # processor that calls
    apic: str = ""
    answer: str = ""  # before the operation on the target (early) or behind it (late)
    own_flush: str = ""  # before others are asked, or alongside
    answer_line: str = ""  # own: one for each target; shared; csd: a queue for each target
    request: str = ""  # by Remote Action Request, its type: any, match, invpcid
    to_self: bool = False  # who asks is asked by it, too
    lock: str = ""  # of several that begin at once: lock, free, gen
    irqson: bool = False  # they wait with interrupts on
    protocol: str = ""  # of lazy: mask, mask_init_mm, generation
    event: str = ""  # of lazy: first, next, saved, interrupted, return
    way: str = ""  # tables: some are freed; of lazy: who was interrupted, or how it comes back
    incl: bool = False  # with the first accesses behind it

    @property
    def text(self) -> str:
        """The variant as the files have it; raises UnknownVariant if no row can be of it."""
        return "-".join(self.words())

    def words(self, *but: str) -> tuple:
        """Its words in order, without those of the dimensions in `but`."""
        for form in FORMS[self.bench]:
            said = [(slot, getattr(self, slot.name)) for slot in form]
            made = [(slot.name, slot.text(value)) for slot, value in said
                    if value or value == 0 and value is not False]
            values, rest, lacking = walk(form, "-".join(word for _, word in made))
            if not rest and lacking is None and Variant(self.bench, **values) == self:
                return tuple(word for name, word in made if name not in but)
        raise UnknownVariant(f"no variant of {self.bench} is {self}")

    def changed(self, **dimensions) -> "Variant":
        """The same with these dimensions changed."""
        return replace(self, **dimensions)

    @property
    def control_bits(self) -> tuple:
        """CR4.PCIDE and EFER.TCE while it is measured, as verify.csv has them.  No word says that
        PCIDs are on where the benchmark is about nothing else."""
        pcide = (self.pcide or self.bench == "pcid_capacity"
                 or self.bench == "policy" and self.policy != "nopcid")
        return str(int(pcide)), str(int(self.tce))

    @property
    def slots(self) -> int | None:
        """PCIDs that the policy hands out on a processor; None if it says no number."""
        said = re.fullmatch("(?:lru|rr)([0-9]+)", self.policy)
        return int(said[1]) if said else None


@dataclass(frozen=True)
class Slot:
    """A place in a variant: the dimension it is of, and the words that may stand there."""

    name: str
    pattern: str
    is_needed: bool = False
    value: object = str  # word -> value
    text: object = str  # value -> word


def word(name: str, words: str, is_needed: bool = True) -> Slot:
    """One of these words, which are regular expressions."""
    return Slot(name, "|".join(words.split()), is_needed)


def flag(name: str, text: str = "") -> Slot:
    """A word that is there or not."""
    return Slot(name, text or name, False, lambda _: True, lambda _: text or name)


def number(name: str, prefix: str, is_needed: bool = False) -> Slot:
    """A number behind some letters."""
    return Slot(name, prefix + "(?:0|[1-9][0-9]*)", is_needed,
                lambda text: int(text.removeprefix(prefix)), lambda value: f"{prefix}{value}")


SIZE, SOME_SIZE = (word("page_size", "4k 2m 1g", is_needed) for is_needed in (True, False))
PCIDE, TCE = flag("pcide"), flag("tce")
OTHER = Slot("target_pcid", "otherpcid", False, lambda _: "other", lambda _: "otherpcid")
AIMED = (SOME_SIZE, flag("is_absent", "absent"), flag("is_global", "global"), PCIDE, OTHER, TCE)
CHAINS = number("chains", "chains")
WORKING_SET = number("working_set", "w", True)
STATE = word("state", "spin pause hlt mwait[0-9a-f]+ off")
BUSY = word("state", "pause hlt")  # of many targets
WORKS = "misses stores ring3 cli sibling"  # of targets that are not idle
DISTANCE = word("distance", " ".join(DISTANCES))
CORE = word("core", " ".join(CORES), False)
FIGURE = word("figure", "rtt send oneway handler")
APIC = word("apic", "x2apic xapic")
CALLS = word("mode", "unicast cluster shorthand nmi poll store armed")
PROTOCOL = word("protocol", "mask mask_init_mm generation")
ASKS = word("mode", "unicast cluster shorthand nmi poll")

FORMS = {
    "single_op": (
        (word("phase", "first"), word("window", "bare fetch"), *AIMED, number("stores", "stores")),
        (word("phase", "first"), word("window", "incl"), *AIMED,
         word("touches", "code stack data")),
        (word("phase", "marginal"), *AIMED, flag("cycles")),
    ),
    "refill": (
        (SIZE, PCIDE, OTHER, word("order", "random sequential strided"),
         word("tables", "warm cold"), word("depth", "dense contiguous by2m by1g by512g"), CHAINS,
         flag("is_large", "large")),
    ),
    "walks": (
        (word("access", "load store"),
         word("meets", "accessed dirty new clean cleared upgrade", False),
         word("lies", "l1 l2 l3 memory"), word("beside", "sibling-spin sibling-walks", False),
         word("figure", "faults unset", False)),
        (word("figure", "sibling-lost"),),
    ),
    "nested": (
        (word("guest", "trip-flushasid trip-flushall trip invlpga"),),
        (word("phase", "marginal"), word("guest", "guest exit")),
        (word("access", "load"), word("lies", "l1"), word("guest", "host nested1g nested2m nested4k")),
    ),
    "range": (
        (word("scope", "page range pti-space pti-deferred pti kernel"), word("page_size", "4k 2m"), PCIDE, CHAINS,
         WORKING_SET),
        (word("scope", "space all kernel-all"), PCIDE, CHAINS, WORKING_SET),
    ),
    "switch": (
        (PCIDE, word("between", "shared different kernelthread"), flag("is_global", "global"),
         flag("pti"), flag("is_deferred", "deferred"), flag("entryflush")),
    ),
    "policy": (
        (word("order", "random zipf"),
         word("policy", "nopcid perprocess (?:lru|rr)[1-9][0-9]* gen"),
         word("workload", "stale[1-9][0-9]* kthread initmm pti w[1-9][0-9]*", False),
         word("figure", "access flushes loads", False)),
    ),
    "tlb_size": ((word("access", "data code"), SIZE, word("depth", "contiguous", False)),),
    "pcid_capacity": ((word("load", "noflush flush"), number("pages_each", "s", True)),),
    "ipi": (
        (word("mode", "dry self"), FIGURE, APIC),
        (CALLS, STATE, FIGURE, APIC),
        (CALLS, STATE, FIGURE, DISTANCE, CORE, APIC),
        (word("mode", "unicast nmi"), word("state", WORKS), word("figure", "rtt"), DISTANCE, CORE, APIC,
         PCIDE),
        (CALLS, STATE, FIGURE, number("sender", "from", True), APIC),
    ),
    "shootdown": (
        (word("mode", "local"), PCIDE, OTHER),
        (word("figure", "refill"), word("mode", "unicast broadcast"), BUSY, PCIDE),
        (word("mode", "broadcast"), word("figure", "issue tlbsync", False),
         word("way", "tables", False), BUSY, PCIDE),
        (word("mode", "together"), word("lock", "lock free gen"), flag("irqson"), BUSY, PCIDE,
         OTHER),
        (word("mode", "each"), BUSY),
        (word("mode", "rar"), word("request", "any match invpcid"), flag("to_self", "self"), BUSY, PCIDE),
        (ASKS, word("answer", "late early"), word("own_flush", "before alongside"),
         word("answer_line", "own shared csd"), word("state", f"pause hlt off {WORKS}"), PCIDE,
         OTHER),
    ),
    "lazy": (
        (PROTOCOL, word("event", "first next saved"), word("way", "tables", False), BUSY),
        (PROTOCOL, word("event", "interrupted"), word("way", "awake lazy tables"), BUSY),
        (PROTOCOL, word("event", "return"), word("way", "stayed left tables other"), flag("incl"),
         BUSY),
    ),
    "stolen": (
        (word("mode", "unicast nmi broadcast"), word("state", "spin pause misses stores ring3 sibling"),
         DISTANCE, CORE, PCIDE),
    ),
}


def walk(form: tuple, text: str) -> tuple:
    """(dimensions, text that is left, the place whose word is missing or None) of a text in that
    shape."""
    values, rest = {}, text
    for slot in form:
        found = re.match(f"({slot.pattern})(?:-(?=.)|$)", rest)
        if found:
            values[slot.name], rest = slot.value(found[1]), rest[found.end():]
        elif slot.is_needed:
            return values, rest, slot
    return values, rest, None


@lru_cache(maxsize=None)
def parse(bench: str, text: str) -> Variant:
    """The dimensions of a variant; raises UnknownVariant, which names the word that the benchmark
    does not have there."""
    if bench not in FORMS:
        raise UnknownVariant(f"{quote(bench)} is no benchmark whose variants are known")
    read = [walk(form, text) for form in FORMS[bench]]
    for values, rest, lacking in read:
        if not rest and lacking is None:
            return Variant(bench, **values)
    _, rest, lacking = min(read, key=lambda one: len(one[1]))
    if not rest:
        raise UnknownVariant(f"{quote(text)} of {bench} lacks its {lacking.name}")
    raise UnknownVariant(f"{quote(rest.partition('-')[0])} in {quote(text)} is no word that {bench}"
                         " has there")


def is_known(row: Row) -> bool:
    """Whether the row's variant is one of its benchmark's."""
    try:
        return bool(parse(row["bench"], row["variant"]))
    except UnknownVariant:
        return False


def of(row: Row) -> Variant:
    """The dimensions of a row's variant; none where it is not known, which consistency.py notes."""
    try:
        return parse(row["bench"], row["variant"])
    except UnknownVariant:
        return Variant(row["bench"])
