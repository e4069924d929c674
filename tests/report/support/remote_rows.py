"""Rows of ipi, shootdown, lazy and stolen as the program writes them on a machine of 8 processors."""

import csv
import io

from pagecheck import Page, PageTest
from rundir import HARDWARE, checked, cost, skipped, write_run

BENCHES = ("ipi", "shootdown", "lazy", "stolen")
OTHERS = (1, 2, 4, 7)
VERIFIED = [cell for op in ("invlpg", "cr3_reload", "invpcid_context", "invlpgb_tlbsync",
                           "invlpgb_context", "invlpgb_all_global", "invlpgb_all_non_global",
                           "cr3_pcid_flush")
            for cell in checked(op, "page_4k")]
MACHINE = {**HARDWARE, "cpus_found": "8", "cpus_started": "8", "cpus_failed": "0",
           "cpu_1": "apic=1 distance=core", "cpu_1_tsc_offset": "lo=-10 hi=10 rounds=20000",
           "cpu_2": "apic=2 distance=package", "cpu_2_tsc_offset": "lo=-40 hi=20 rounds=20000"}


def ipi(variant: str, median: float, targets="", swept=("", ""), **more) -> dict:
    """A row of `ipi`; b_p50 is the median: stamps cost nothing."""
    param, value = swept
    return cost("none", variant, median, bench="ipi", believed="", targets=str(targets),
                param=param, value=str(value), **{"b_p50": f"{median:.3f}", **more})


def near(state="hlt", distance="package", apic="x2apic", **figures) -> list:
    """The rows of one call of one processor: rtt, send, oneway, handler."""
    return [ipi(f"unicast-{state}-{figure}-{distance}-{apic}", median, 1)
            for figure, median in figures.items()]


def ipi_rows(apic="x2apic") -> list:
    """All that `ipi` has."""
    rows = [ipi(f"dry-rtt-{apic}", 0), ipi(f"self-rtt-{apic}", 900), ipi(f"self-send-{apic}", 80),
            ipi(f"self-handler-{apic}", 40)]
    for distance, more in (("core", 0), ("package", 500)):
        for state, wake in (("pause", 0), ("hlt", 600)):
            rows += near(state, distance, apic, rtt=2000 + more + wake, send=100,
                         oneway=1100 + more + wake, handler=150)
            rows.append(ipi(f"nmi-{state}-rtt-{distance}-{apic}", 2300 + more + wake, 1))
        rows += [ipi(f"unicast-spin-rtt-{distance}-{apic}", 1950 + more, 1),
                 ipi(f"unicast-mwait20-rtt-{distance}-{apic}", 9000 + more, 1),
                 ipi(f"store-mwait20-rtt-{distance}-{apic}", 8000 + more, 1),
                 ipi(f"armed-mwait20-rtt-{distance}-{apic}", 420 + more, 1),
                 ipi(f"poll-off-rtt-{distance}-{apic}", 300 + more, 1)]
    for n in OTHERS:
        for state in ("hlt", "pause"):
            for mode, each in (("unicast", 400), ("cluster", 300), ("nmi", 450)):
                rows.append(ipi(f"{mode}-{state}-rtt-{apic}", 2000 + each * n, n, ("targets", n)))
            rows.append(ipi(f"unicast-{state}-send-{apic}", 100 * n, n, ("targets", n)))
        rows.append(ipi(f"poll-off-rtt-{apic}", 300 + 60 * n, n, ("targets", n)))
    rows += [ipi(f"shorthand-{state}-rtt-{apic}", 2600, 7, ("targets", 7))
             for state in ("hlt", "pause")]
    for here in range(8):
        for there in set(range(8)) - {here}:
            state = "hlt" if there else "pause"
            rows.append(ipi(f"unicast-{state}-rtt-from{here}-{apic}",
                            2000 + 700 * (here // 2 != there // 2), 1, ("to", there)))
    return rows


def shot(op: str, variant: str, median: float, pages=1, targets=7, **more) -> dict:
    """A row of `shootdown`."""
    return cost(op, variant, median, bench="shootdown",
                **{"param": "pages", "value": str(pages), "targets": str(targets or ""), **more})


def shootdown_rows(broadcast=3000) -> list:
    """All that `shootdown` has."""
    rows = []
    for n in OTHERS:
        for mode, each in (("unicast", 1000), ("cluster", 800), ("nmi", 1100), ("poll", 200)):
            state = "off" if mode == "poll" else "pause"
            rows.append(shot("invlpg", f"{mode}-late-alongside-own-{state}", each * n, targets=n))
    rows.append(shot("invlpg", "shorthand-late-alongside-own-pause", 5000))
    for pages in (1, 8, 33, 512):
        if pages != 1:
            rows.append(shot("invlpg", "unicast-late-alongside-own-pause", 7000 + 150 * pages, pages))
        rows += [shot("invlpg", "local", 150 * pages, pages, 0),
                 shot("cr3_reload", "unicast-late-alongside-own-pause", 7400, pages),
                 shot("cr3_reload", "local", 320, pages, 0),
                 shot("invpcid_context", "unicast-late-alongside-own-pause-pcide", 7500, pages),
                 shot("invpcid_context", "unicast-late-alongside-own-pause-pcide-otherpcid", 7600,
                      pages),
                 shot("invlpgb_tlbsync", "broadcast-pause", broadcast + 2 * (pages - 1), pages),
                 shot("invlpgb_tlbsync", "broadcast-pause-pcide", broadcast + 3 * pages, pages),
                 shot("invlpgb_context", "broadcast-pause-pcide", broadcast + 100, pages),
                 shot("invlpgb_all_global", "broadcast-pause", broadcast + 200, pages),
                 shot("invlpgb_tlbsync", "broadcast-issue-pause", 40 * pages, pages),
                 shot("invlpgb_tlbsync", "broadcast-tlbsync-pause", broadcast - 40, pages)]
    for n, usual in ((1, 6000), (7, None)):
        if usual:
            rows.append(shot("invlpg", "unicast-late-alongside-own-pause", usual, 33, n))
        for words, share in (("early-alongside-own", 0.9), ("late-before-own", 1.2),
                             ("late-alongside-shared", 1.1), ("early-alongside-shared", 0.75)):
            rows.append(shot("invlpg", f"unicast-{words}-pause", share * (usual or 11950), 33, n))
    for pages in (8, 33):
        rows += [shot("invlpg", "each-pause", 7000 * pages, pages),
                 shot("invlpgb_all_non_global", "broadcast-pause", broadcast + 150, pages)]
    rows += [shot("invlpgb_tlbsync", "broadcast-tables-pause", broadcast + 5000),
             shot("invlpgb_context", "broadcast-tables-pause-pcide", broadcast + 5100, 512),
             shot("cr3_pcid_flush", "unicast-late-alongside-own-pause-pcide", 7450, 512)]
    for n in (1, 7):
        rows.append(shot("invlpg", "unicast-late-alongside-csd-pause", 1050 * n, targets=n))
        rows.append(shot("invlpg", "rar-any-pause", 600 * n, targets=n))
    for pages in (64, 512):
        for op, how, each in (("invlpg", "unicast-pause", 0.4), ("cr3_reload", "unicast-pause", 21),
                              ("invlpgb_context", "broadcast-pause-pcide", 22)):
            rows.append(shot(op, f"refill-{how}", each, pages, 1, param="touched"))
    for n in (2, 4, 8):
        for how in ("lock", "free", "lock-irqson", "free-irqson", "gen-irqson"):
            rows.append(shot("invlpg", f"together-{how}-pause", 9000 * n, param="initiators",
                             value=str(n)))
    return rows


def lazy(variant: str, median: float, swept="", targets=7, **more) -> dict:
    """A row of `lazy`."""
    return cost("cr3_reload", variant, median, bench="lazy", param="lazy" if swept != "" else "",
                value=str(swept), targets=str(targets), **more)


def counted(variant: str, interrupts: int, lazy_targets: int) -> dict:
    """A row of interrupts saved."""
    return lazy(variant, 0, lazy_targets, unit="count", **dict.fromkeys(
        "min p01 p05 p25 p50 p75 p95 p99 max mean ci95_lo ci95_hi ci99_lo ci99_hi".split(),
        f"{interrupts}.000"))


def lazy_rows() -> list:
    """All that `lazy` has."""
    rows = []
    for n in (0, *OTHERS):
        rows += [lazy("mask-first-pause", 8000 - 100 * n, n),
                 lazy("mask-next-pause", 8000 - 1000 * n, n),
                 lazy("mask_init_mm-first-pause", 8000 - 50 * n, n),
                 lazy("generation-first-pause", 8100 - 1000 * n, n),
                 lazy("generation-first-tables-pause", 8100 - 40 * n, n),
                 counted("mask-saved-pause", 7 * n, n), counted("generation-saved-pause", 8 * n, n)]
    rows += [lazy(f"{which}-pause", median, targets=1) for which, median in (
        ("mask-interrupted-awake", 600), ("mask-interrupted-lazy", 200),
        ("mask_init_mm-interrupted-lazy", 450), ("generation-interrupted-awake", 620),
        ("generation-interrupted-tables", 460))]
    for more, behind in (("", 0), ("-incl", 11000)):
        rows += [lazy(f"{which}{more}-pause", median, targets=1) for which, median in (
            ("mask-return-stayed", 50), ("mask-return-left", 400 + behind),
            ("mask-return-other", 350), ("mask_init_mm-return-left", 410 + behind),
            ("generation-return-stayed", 60), ("generation-return-left", 420 + behind),
            ("generation-return-tables", 430 + behind), ("generation-return-other", 380))]
    return rows


def stolen(op: str, variant: str, median: float, **more) -> dict:
    """A row of `stolen`."""
    swept = ("", "") if op == "none" else ("pages", "1")
    return cost(op, variant, median, bench="stolen", targets="1", **{
        **({"believed": ""} if op == "none" else {}), "param": swept[0], "value": swept[1],
        **more})


def stolen_rows(lost=1500, broadcast=30) -> list:
    """All that `stolen` has, at one distance."""
    rows = [stolen("none", "nmi-spin-package", lost)]
    for work, more in (("spin", 0), ("pause", 40), ("misses", 300), ("stores", 700),
                       ("ring3", 200), ("ring3-pcide", 120)):
        word, _, pcide = work.partition("-")
        name = f"{word}-package" + (f"-{pcide}" if pcide else "")
        rows.append(stolen("none", f"unicast-{name}", lost - 500 + more))
        if work != "ring3":
            rows += [stolen("invlpg", f"unicast-{name}", lost + more),
                     stolen("invlpgb_tlbsync", f"broadcast-{name}", broadcast)]
    return rows + [stolen("none", "unicast-sibling-package", 1600)]


def not_idle_rows(apic="x2apic") -> list:
    """Calls and shootdowns of a target that is not idle."""
    rows = []
    for work, more in (("misses", 200), ("stores", 900), ("ring3", 300), ("cli", 20000),
                       ("sibling", 100)):
        rows.append(ipi(f"unicast-{work}-rtt-package-{apic}", 2500 + more, 1, p95="60000.000"))
        pcide = "-pcide" if work == "ring3" else ""
        rows.append(shot("invlpg", f"unicast-late-alongside-own-{work}{pcide}", 1200 + more,
                         targets=1))
    return rows + [ipi(f"nmi-cli-rtt-package-{apic}", 2900, 1),
                   ipi(f"unicast-ring3-rtt-package-{apic}-pcide", 2700, 1)]


def everything() -> list:
    return [*ipi_rows(), *shootdown_rows(), *lazy_rows(), *stolen_rows(), *not_idle_rows()]


def alone() -> list:
    """Rows on one processor: only the call of itself."""
    rows = [ipi("self-rtt-xapic", 900), ipi("self-send-xapic", 80), ipi("self-handler-xapic", 40)]
    for bench, op, variant in (("ipi", "none", "unicast-hlt-rtt-core-xapic"),
                               ("shootdown", "invlpg", "unicast-late-alongside-own-hlt"),
                               ("lazy", "cr3_reload", "mask-first-hlt"),
                               ("stolen", "none", "unicast-spin-core")):
        rows.append({**skipped(op, variant, "one processor"), "bench": bench})
    return rows


class Remote(PageTest):
    """A test of a run on several processors."""

    def remote(self, results: list, **more) -> Page:
        """The page of such a run."""
        return self.page(**{"machine": MACHINE, "verify": VERIFIED, "results": results, **more})

    def painted(self, results: list, **more) -> Page:
        """The same with its pictures."""
        return self.remote(results, drawn=True, **more)

    def texts(self, page: Page, label: str) -> list:
        """All texts of the pictures whose label contains this."""
        found = [p for p in page.pictures if label in p.label]
        self.assertTrue(found, label)
        return sum((p.texts for p in found), [])

    def derived(self, results: list, **more) -> list:
        """derived.csv of such a run."""
        from tlbreport.derived import derived
        from tlbreport.read.load import load

        write_run(self.folder, results=results, verify=VERIFIED, **more)
        return list(csv.DictReader(io.StringIO(derived(load(self.folder)), newline="")))
