"""The one table of which code of which kernel a row stands for; bench/kernels.md has it at length.

Names are those of Linux 6.18, FreeBSD 15 and Xen 4; a number behind them is the version since
which Linux has it.
"""

from dataclasses import dataclass, field

from ..read import variant
from ..read.run import Row
from ..read.variant import Variant

NO_KERNEL = "no kernel"  # begins what none does


@dataclass(frozen=True)
class Path:
    """A family of rows: of one benchmark, those that say all of this, and of these operations."""

    bench: str
    rows: str  # the family in words, as variants have them
    linux: str
    freebsd: str = ""
    xen: str = ""
    ops: tuple = ()  # empty: any
    says: dict = field(default_factory=dict, compare=False)  # dimension -> its values

    def fits(self, op: str, said: Variant) -> bool:
        """Whether a row is one of them."""
        return (said.bench == self.bench and (not self.ops or op in self.ops)
                and all(getattr(said, name) in values for name, values in self.says.items()))


LOADS = ("cr3_reload", "cr3_pcid_flush")
EVERYTHING = ("cr4_pge_toggle", "invpcid_all_global")
BROADCAST = ("invlpgb_tlbsync",)
USUAL = {"answer": ("late",), "own_flush": ("alongside",), "answer_line": ("own",)}
DIFFERENT = {"between": ("different",)}
ISOLATED = ("asm_sysvec_call_function out of ring 3 with X86_FEATURE_PTI: SWITCH_TO_KERNEL_CR3, "
            "SWITCH_TO_USER_CR3, 4.15")
HELD_UP = "csd_lock_wait while the target is between local_irq_save and local_irq_restore"
# The first that fits counts.
PATHS = (
    Path("walks", "store-new", "do_anonymous_page: pte_sw_mkyoung, pte_mkdirty set A and D in an "
         "entry that is new, so that no walk has to", "pmap_enter: PG_A, PG_M",
         says={"meets": ("new",)}),
    Path("walks", "load-accessed", "ptep_test_and_clear_young, ptep_clear_flush_young: A is cleared "
         "by reclaim, without a flush on x86", "pmap_ts_referenced", says={"meets": ("accessed",)}),
    Path("walks", "store-dirty", "page_mkclean_one: ptep_clear_flush, pte_mkclean before a page is "
         "written back", "pmap_clear_modify, pmap_remove_write", says={"meets": ("dirty",)}),
    Path("walks", "store-clean", "do_read_fault, set_pte_range without pte_mkdirty, then a store",
         "pmap_enter without PG_M", says={"meets": ("clean",)}),
    Path("walks", "store-cleared", f"{NO_KERNEL} clears D without a flush: page_mkclean_one flushes",
         "the same: pmap_clear_modify", says={"meets": ("cleared",)}),
    Path("walks", "store-upgrade", "ptep_set_access_flags, wp_page_reuse: no flush on x86, and "
         "flush_tlb_fix_spurious_fault does nothing", xen="spurious_page_fault",
         says={"meets": ("upgrade",)}),
    Path("walks", "beside another thread", "none: SMT siblings that run different tasks "
         "(cpu_smt_mask)", says={"beside": ("sibling-spin", "sibling-walks")}),
    Path("walks", "what the other thread loses", "flush_tlb_func: a flush on one thread may drop "
         "what the other has", says={"figure": ("sibling-lost",)}),
    Path("walks", "load, store", "none: a walk is the processor's own"),
    Path("nested", "trip-flushasid", "svm_flush_tlb_asid of KVM: TLB_CONTROL_FLUSH_ASID at the next VMRUN",
         says={"guest": ("trip-flushasid",)}),
    Path("nested", "trip-flushall", "new_asid of KVM, where all ASIDs were given: TLB_CONTROL_FLUSH_ALL_ASID",
         xen="svm_asid_handle_vmrun", says={"guest": ("trip-flushall",)}),
    Path("nested", "trip", "svm_vcpu_run of KVM: all that is not VMRUN and VMMCALL comes besides",
         says={"guest": ("trip",)}),
    Path("nested", "invlpga", "svm_flush_tlb_gva of KVM; with nested paging up to 7.1", says={"guest": ("invlpga",)}),
    Path("nested", "exit", "invlpg_interception, cr_interception of KVM: without nested paging alone",
         xen="svm_invlpg_intercept", says={"guest": ("exit",)}),
    Path("nested", "guest, load", "none: with nested paging neither is intercepted, and a walk is the "
         "processor's own"),
    Path("range", "pti", "flush_tlb_mm_range with X86_FEATURE_PTI: native_flush_tlb_one_user for "
         "each page and half, 4.15", "pmap_invalidate_range with pm_ucr3",
         says={"scope": ("pti",)}),
    Path("range", "pti-space", f"{NO_KERNEL} drops both halves at once: invalidate_user_asid puts "
         "the user's off", "the same: ucr3_load_mask", says={"scope": ("pti-space",)}),
    Path("range", "pti-deferred", "flush_tlb_mm_range above the ceiling with X86_FEATURE_PTI: "
         "native_flush_tlb_local, invalidate_user_asid, user_pcid_flush_mask, 4.15",
         "pmap_invalidate_all, ucr3_load_mask", says={"scope": ("pti-deferred",)}),
    Path("range", "kernel by INVLPGB", "flush_tlb_kernel_range: invlpgb_kernel_range_flush, "
         "invlpgb_flush_addr_nosync, 6.15", ops=BROADCAST, says={"scope": ("kernel",)}),
    Path("range", "kernel-all, all by INVLPGB", "flush_tlb_all, and flush_tlb_kernel_range above "
         "the ceiling (kernel_tlb_flush_all): invlpgb_flush_all, 6.15", ops=("invlpgb_all_global",),
         says={"scope": ("kernel-all", "all")}),
    Path("range", "space by INVLPGB", "broadcast_tlb_flush above the ceiling: "
         "invlpgb_flush_single_pcid_nosync, 6.15", ops=("invlpgb_context",)),
    Path("range", "kernel", "flush_tlb_kernel_range below the ceiling: flush_tlb_one_kernel for "
         "each page in do_kernel_range_flush", "pmap_invalidate_range of kernel_pmap",
         says={"scope": ("kernel",)}),
    Path("range", "kernel-all", "flush_tlb_kernel_range above the ceiling: flush_tlb_all, "
         "native_flush_tlb_global", "pmap_invalidate_all of kernel_pmap: invltlb_glob",
         says={"scope": ("kernel-all",)}),
    Path("range", "range of INVLPGB", "broadcast_tlb_flush, invlpgb_flush_user_nr_nosync, 6.15",
         ops=BROADCAST),
    Path("range", "range by INVPCID", f"{NO_KERNEL} for the PCID that is loaded; for the user's "
         "half native_flush_tlb_one_user", ops=("invpcid_address",)),
    Path("range", "page, range", "flush_tlb_mm_range below tlb_single_page_flush_ceiling (33, "
         "3.17): native_flush_tlb_one_user for each page in flush_tlb_func",
         "pmap_invalidate_range below PMAP_INVLPG_THRESHOLD", "flush_area_local, of one page",
         says={"scope": ("page", "range")}),
    Path("range", "space by MOV CR3", "flush_tlb_mm_range above the ceiling: "
         "native_flush_tlb_local", "pmap_invalidate_all", "do_tlb_flush, no global pages",
         ops=LOADS, says={"scope": ("space",)}),
    Path("range", "space by INVPCID", f"{NO_KERNEL} of Linux's for the PCID that is loaded",
         "pmap_invalidate_all where INVPCID works", says={"scope": ("space",)}),
    Path("range", "all", "flush_tlb_all: native_flush_tlb_global", "invltlb_glob",
         "do_tlb_flush with global pages", ops=EVERYTHING, says={"scope": ("all",)}),
    Path("range", "all that is not global", "invpcid_flush_all_nonglobals",
         says={"scope": ("all",)}),
    Path("switch", "different, deferred", "switch_mm_irqs_off with need_flush: "
         "invalidate_user_asid, user_pcid_flush_mask, SWITCH_TO_USER_CR3, 4.15",
         "ucr3_load_mask on the way out", says={"is_deferred": (True,), **DIFFERENT}),
    Path("switch", "shared, deferred", "native_flush_tlb_local: invalidate_user_asid, "
         "user_pcid_flush_mask, SWITCH_TO_USER_CR3, 4.15", "pmap_invalidate_all, ucr3_load_mask",
         says={"is_deferred": (True,)}),
    Path("switch", "entryflush by a load", f"{NO_KERNEL}: what entryflush is held against",
         ops=LOADS, says={"entryflush": (True,)}),
    Path("switch", "entryflush", "deferred for isolated CPUs, not merged (RFC v7, 2025): "
         "SWITCH_TO_KERNEL_CR3, then native_flush_tlb_global: INVPCID 2 or CR4.PGE",
         says={"entryflush": (True,)}),
    Path("switch", "shared", "switch_mm_irqs_off to the same mm: nothing is loaded",
         says={"between": ("shared",), "pti": (False,)}),
    Path("switch", "kernelthread", "enter_lazy_tlb", f"{NO_KERNEL} code: pmap_activate_sw loads "
         "kernel_pmap", says={"between": ("kernelthread",), "pti": (False,)}),
    Path("switch", "pti", "SWITCH_TO_KERNEL_CR3, SWITCH_TO_USER_CR3, and between them "
         "load_new_mm_cr3 in switch_mm_irqs_off, 4.15", "ucr3_load_mask on the way out",
         says={"pti": (True,)}),
    Path("switch", "different, without PCIDs", "load_new_mm_cr3 with nopcid", "pmap_activate_sw",
         ops=("cr3_reload",), says=DIFFERENT),
    Path("switch", "different, flushing", "switch_mm_irqs_off, load_new_mm_cr3 with need_flush, "
         "4.14", "pmap_activate_sw, pm_gen of 0", ops=("cr3_pcid_flush",), says=DIFFERENT),
    Path("switch", "different, keeping", "switch_mm_irqs_off, load_new_mm_cr3 with CR3_NOFLUSH, "
         "4.14", "pmap_activate_sw, CR3_PCID_SAVE", ops=("cr3_pcid_noflush",), says=DIFFERENT),
    Path("policy", "rr6-pti, gen-pti", "invalidate_user_asid, user_pcid_flush_mask, 4.15",
         "ucr3_load_mask", says={"workload": ("pti",)}),
    Path("policy", "kthread", "enter_lazy_tlb before half of the steps",
         says={"workload": ("kthread",)}),
    Path("policy", "initmm", "leave_mm in place of enter_lazy_tlb", "pmap_activate_sw to "
         "kernel_pmap", says={"workload": ("initmm",)}),
    Path("policy", "stale5, stale20", "need_flush in choose_new_asid, as tlb_gen has moved",
         "pm_gen of 0", says={"workload": ("stale5", "stale20")}),
    Path("policy", "rr6", "choose_new_asid, TLB_NR_DYN_ASIDS, the default, 4.14",
         says={"policy": ("rr6",)}),
    Path("policy", "gen", f"{NO_KERNEL} code of Linux's", "pmap_pcid_alloc, pm_gen",
         says={"policy": ("gen",)}),
    Path("policy", "nopcid", "nopcid on the command line", "vm.pmap.pcid_enabled=0",
         says={"policy": ("nopcid",)}),
    Path("policy", "perprocess, lruK", f"{NO_KERNEL}: choose_new_asid with another "
         "TLB_NR_DYN_ASIDS, and by use", says={"workload": ("", "w64", "w512")}),
    Path("ipi", "dry, self", "none: controls", says={"mode": ("dry", "self")}),
    Path("ipi", "poll", "none: a control; idle processors poll TIF_NEED_RESCHED so",
         says={"mode": ("poll",)}),
    Path("ipi", "armed", "mwait_idle_with_hints: TIF_NEED_RESCHED stored between __monitor and "
         "__mwait", says={"mode": ("armed",)}),
    Path("ipi", "store", "call_function_single_prep_ipi, mwait_idle_with_hints",
         says={"mode": ("store",)}),
    Path("ipi", "cluster", "__x2apic_send_IPI_mask of x2apic_cluster.c",
         says={"mode": ("cluster",)}),
    Path("ipi", "shorthand", "native_send_call_func_ipi: apic_send_IPI_allbutself",
         "ipi_all_but_self", says={"mode": ("shorthand",)}),
    Path("ipi", "ring3", ISOLATED, "PTI_ENTRY in apic_vector.S", says={"state": ("ring3",)}),
    Path("ipi", "cli", HELD_UP, says={"state": ("cli",), "mode": ("unicast",)}),
    Path("ipi", "nmi", "nmi_trigger_cpumask_backtrace; no shootdown is one",
         says={"mode": ("nmi",)}),
    Path("ipi", "unicast", "native_send_call_func_single_ipi, and native_send_call_func_ipi one "
         "by one", "ipi_selected", "send_IPI_mask", says={"mode": ("unicast",)}),
    Path("shootdown", "refill of INVLPG", "what flush_tlb_func below the ceiling leaves a target",
         "what pmap_invalidate_range leaves it", ops=("invlpg", "invlpgb_tlbsync"),
         says={"figure": ("refill",)}),
    Path("shootdown", "refill of a full flush", "what flush_tlb_func above the ceiling, or "
         "arch_tlbbatch_flush, leaves a target", "what pmap_invalidate_all leaves it",
         "what flush_area_mask leaves it", says={"figure": ("refill",)}),
    Path("shootdown", "together-gen-irqson", "several in flush_tlb_mm_range of one mm: "
         "inc_mm_tlb_gen, flush_tlb_func by tlb_gen, 4.14", says={"lock": ("gen",)}),
    Path("shootdown", "together-free-irqson", "several in flush_tlb_mm_range, each of its own mm",
         "several in smp_targeted_tlb_shootdown",
         says={"lock": ("free",), "irqson": (True,)}),
    Path("shootdown", "together-lock-irqson", "",
         "smp_targeted_tlb_shootdown under smp_ipi_mtx, before 13",
         "flush_area_mask under flush_lock", says={"lock": ("lock",), "irqson": (True,)}),
    Path("shootdown", "together, interrupts off", f"{NO_KERNEL}: they wait with interrupts on",
         says={"mode": ("together",)}),
    Path("shootdown", "each", "try_to_unmap without TTU_BATCH_FLUSH: ptep_clear_flush, "
         "flush_tlb_page",
         says={"mode": ("each",)}),
    Path("shootdown", "local", "flush_tlb_mm_range where mm_cpumask has no other CPU",
         "pmap_invalidate_page where pm_active has none", says={"mode": ("local",)}),
    Path("shootdown", "rar", f"{NO_KERNEL} has it: smp_call_rar_many of patches for Linux, 2019 and 2025, "
         "not merged", says={"mode": ("rar",)}),
    Path("shootdown", "broadcast where tables are freed", "collapse_huge_page, tlb_remove_table_one: "
         "broadcast_tlb_flush, 6.15, then tlb_remove_table_sync_one",
         says={"mode": ("broadcast",), "way": ("tables",)}),
    Path("shootdown", "broadcast of all that is not global", "arch_tlbbatch_flush: "
         "invlpgb_flush_all_nonglobals, 6.15", ops=("invlpgb_all_non_global",)),
    Path("shootdown", "broadcast of everything", "flush_tlb_all: invlpgb_flush_all, 6.15",
         ops=("invlpgb_all_global",), says={"mode": ("broadcast",)}),
    Path("shootdown", "broadcast of a PCID", "broadcast_tlb_flush above the ceiling: "
         "invlpgb_flush_single_pcid_nosync, 6.15", ops=("invlpgb_context",)),
    Path("shootdown", "broadcast", "broadcast_tlb_flush: invlpgb_flush_user_nr_nosync, 6.15; "
         "without pcide invlpgb_kernel_range_flush", says={"mode": ("broadcast",)}),
    Path("shootdown", "csd", "smp_call_function_many_cond: call_single_queue, csd_lock, one "
         "flush_tlb_info", says={"answer_line": ("csd",)}),
    Path("shootdown", "early", f"{NO_KERNEL} answers before the operation; proposed for Linux",
         says={"answer": ("early",)}),
    Path("shootdown", "before", "smp_call_function_many, then the own, up to 5.12",
         xen="flush_area_mask: the own first", says={"own_flush": ("before",)}),
    Path("shootdown", "shared", "", xen="flush_area_mask: one mask for all",
         says={"answer_line": ("shared",)}),
    Path("shootdown", "ring3", ISOLATED, "PTI_ENTRY in apic_vector.S", says={"state": ("ring3",)}),
    Path("shootdown", "cli", HELD_UP, says={"state": ("cli",)}),
    Path("shootdown", "the baseline by MOV CR3", "flush_tlb_mm_range above the ceiling; "
         "arch_tlbbatch_flush, 4.3", "pmap_invalidate_all", ops=LOADS, says=USUAL),
    Path("shootdown", "the baseline by INVPCID", "flush_tlb_all: on_each_cpu(do_flush_tlb_all)",
         "pmap_invalidate_all where INVPCID works", ops=("invpcid_context", "invpcid_all_global"),
         says=USUAL),
    Path("shootdown", "the baseline", "flush_tlb_mm_range, native_flush_tlb_multi, "
         "smp_call_function_many_cond, 5.13", "smp_targeted_tlb_shootdown, curcpu_cb", says=USUAL),
    Path("lazy", "mask", "to 2002: the IPI that finds a CPU lazy only leaves cpu_vm_mask",
         says={"protocol": ("mask",)}),
    Path("lazy", "mask_init_mm", "leave_mm: load_cr3(swapper_pg_dir), 2002 to 4.13",
         xen="invalidate_interrupt, __sync_local_execstate",
         says={"protocol": ("mask_init_mm",)}),
    Path("lazy", "generation, freed tables", "freed_tables in flush_tlb_mm_range: all of "
         "mm_cpumask", says={"way": ("tables",)}),
    Path("lazy", "generation, coming back", "switch_mm_irqs_off to the same mm compares tlb_gen, "
         "4.20", says={"event": ("return",)}),
    Path("lazy", "generation", "should_flush_tlb, cpu_tlbstate_shared.is_lazy, 4.20",
         says={"protocol": ("generation",)}),
    Path("stolen", "broadcast", "broadcast_tlb_flush interrupts nobody, 6.15",
         says={"mode": ("broadcast",)}),
    Path("stolen", "nmi", "exc_nmi: nmi_trigger_cpumask_backtrace", says={"mode": ("nmi",)}),
    Path("stolen", "ring3", ISOLATED, "PTI_ENTRY in apic_vector.S", says={"state": ("ring3",)}),
    Path("stolen", "invlpg", "sysvec_call_function, flush_tlb_func, apic_eoi on each CPU of "
         "mm_cpumask", "smp_targeted_tlb_shootdown: invlpg_handler", ops=("invlpg",)),
    Path("stolen", "none", "sysvec_call_function, apic_eoi, with an empty call_single_queue",
         "ipi_bitmap_handler"),
)
BENCHES = tuple(dict.fromkeys(one.bench for one in PATHS))


def path(op: str, said: Variant) -> Path | None:
    """What a row of an operation and a variant stands for; None: nobody knows."""
    return next((one for one in PATHS if one.fits(op, said)), None)


def paths(rows: list[Row]) -> list:
    """Those that rows of results.csv stand for, in the table's order."""
    found = {path(row["op"], variant.of(row)) for row in rows if variant.is_known(row)}
    return [one for one in PATHS if one in found]
