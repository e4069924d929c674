"""Each decision of bench/kernels.md: what Linux sets, and what that costs where it is wrong."""

from dataclasses import dataclass

from ..read import sweep
from ..read.run import Run
from . import as_linux, regret
from .breakeven import BROADCAST
from .regret import Choice, Regrets

NOT_MEASURED = "not measured: "  # all rows that are needed were skipped


@dataclass(frozen=True)
class Decision:
    """A decision, Linux's own setting of it, and what tells its regret."""

    name: str
    linux: str
    bench: str
    find: object = None  # run -> tables of regrets; None: no row tells
    why: str = ""  # no row tells
    note: str = ""  # what the regret is not
    ops: tuple = ()  # without these rows nothing tells; empty: any


@dataclass(frozen=True)
class Answer:
    """Linux's regret in one table, or why there is none."""

    decision: Decision
    table: Regrets | None = None
    lack: str = ""

    @property
    def choice(self) -> Choice | None:
        return self.table.of("Linux") if self.table else None

    @property
    def said(self) -> str:
        """The reason as a reader gets it."""
        return self.lack if self.lack.startswith(NOT_MEASURED) else f"not told: {self.lack}"


def ceiling(key: str):
    """Regrets of that kind of range."""
    return lambda run: regret.ceilings(run, key)


def of_kernel(run: Run) -> list:
    """Kernel ranges go by INVLPGB where there is one (invlpgb_kernel_range_flush)."""
    return regret.ceilings(run, "kernel-invlpgb" if as_linux.broadcasts(run) else "kernel")

CEILING = "33 pages (tlb_single_page_flush_ceiling)"
DECISIONS = (
    Decision("ceiling for an mm", CEILING, "range", ceiling("mm")),
    Decision("the same with PTI", CEILING, "range", ceiling("pti")),
    Decision("ceiling for kernel ranges", CEILING, "range", of_kernel),
    Decision("ceiling for INVLPGB", CEILING, "range", ceiling("invlpgb"),
             ops=(BROADCAST,)),
    Decision("INVLPGB, from how many CPUs", "from 3 others on (mm_active_cpus_exceeds)",
             "shootdown", regret.broadcasts, ops=(BROADCAST,)),
    Decision("the same, by what all CPUs lose", "from 3 others on (mm_active_cpus_exceeds)",
             "stolen", regret.machine_broadcasts, ops=(BROADCAST,),
             note="that of one page; the loss of one target stands for all"),
    Decision("flushes of isolated CPUs deferred to their next entry, or sent", "sent", "stolen",
             why="how often an isolated CPU would be interrupted is the workload's, and no row "
                 "says it"),
    Decision("INVLPGB where tables are freed",
             "broadcast, then an interrupt to all (tlb_remove_table_sync_one)", "shootdown",
             regret.freed_tables, ops=(BROADCAST,),
             note="6.18 sends that interrupt behind a flush by interrupts too"),
    Decision("`TLB_NR_DYN_ASIDS`: 6, more, none", "6 in turn, dropped by the load", "policy",
             regret.slots),
    Decision("PCIDs at boot: `nopcid` or not",
             "PCIDs, unless the microcode lacks the repair of INVLPG (ADL063, RPL042)", "switch",
             regret.pcids),
    Decision("PTI at boot", "on, for Intel's processors that do not say RDCL_NO", "switch",
             regret.isolation, note="where Linux has it on, it is no choice: that is what it costs"),
    Decision("one by one, a cluster, all", "clusters if there are any; all by the shorthand",
             "ipi", regret.calls),
    Decision("lazy: asked once, or not at all", "not at all, compared at the return (tlb_gen)",
             "lazy", regret.lazies),
    Decision("`leave_mm` before sleep, or be woken", "leave_mm before deep sleep", "lazy",
             why="how often a sleeping processor would be asked is the workload's, and no row "
                 "says it"),
    Decision("wake an idle CPU by a store or by an interrupt; HLT or MWAIT",
             "by a store where it polls or waits in MWAIT (TIF_POLLING_NRFLAG)", "ipi",
             why="how an idle CPU waits follows from how long it is idle, which no row says"),
    Decision("ceiling for other CPUs: what targets lose", CEILING, "shootdown",
             why="there is one ceiling for all CPUs, and its cost is told of the one that flushes"),
    Decision("batched unmap: a flush each, or one",
             "one for all (arch_tlbbatch_flush), of up to 32 pages of reclaim (SWAP_CLUSTER_MAX); "
             "or one broadcast (invlpgb_flush_all_nonglobals)",
             "shootdown", regret.unmaps),
)


def answers(run: Run) -> list:
    """Of each decision Linux's regret in each table that there is, or why there is none."""
    return [answer for one in DECISIONS for answer in answered(run, one)]


def answered(run: Run, one: Decision) -> list:
    """The answers to one decision."""
    if one.find is None:
        return [Answer(one, lack=one.why)]
    known = [Answer(one, table) for table in one.find(run)
             if table.of("Linux") and any(table.of("Linux").cells)]
    return known or [Answer(one, lack=lack(run, one))]


def lack(run: Run, one: Decision) -> str:
    """Why no row tells: none was measured, or what was says nothing that is believed."""
    mine = sweep.rows(run, one.bench)
    if not mine:
        return f"{one.bench} was not run"
    if not any(row["status"] == "ok" for row in mine):
        reasons = dict.fromkeys(row["reason"] or row["status"] for row in mine)
        return f"no row of {one.bench} was measured: {', '.join(reasons)}"
    needed = [row for row in mine if row["op"] in one.ops]
    if needed and all(row["status"] == "skipped" for row in needed):
        reasons = dict.fromkeys(row["reason"] or row["status"] for row in needed)
        return NOT_MEASURED + ", ".join(reasons)
    return f"no two rows of {one.bench} that this needs are there and believed"
