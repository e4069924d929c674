#pragma once
/*
 * The virtual machine control block of AMD's SVM, as far as a guest here needs it (APM
 * 2, appendix B "Layout of VMCB").
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Attributes are bits 55:52 and 47:40 of a descriptor, one behind the other. */
struct vmcb_segment {
	uint16_t selector, attributes;
	uint32_t limit;
	uint64_t base;
};

struct vmcb {
	/* Control area */
	uint16_t cr_reads, cr_writes; /* intercepted, a bit for each register */
	uint16_t dr_reads, dr_writes;
	uint32_t exceptions;    /* intercepted, a bit for each vector */
	uint32_t intercepts[2]; /* enum vmcb_intercept */
	uint8_t reserved_014[0x3c - 0x14];
	uint16_t pause_threshold, pause_count;
	uint64_t io_permissions, msr_permissions;
	uint64_t tsc_offset;
	uint32_t asid;
	uint8_t tlb_control; /* enum vmcb_tlb_control */
	uint8_t reserved_05d[3];
	uint64_t virtual_interrupt;
	uint64_t interrupt_shadow;
	uint64_t exit_code;
	uint64_t exit_info[2];
	uint64_t exit_interrupt;
	uint64_t nested_paging; /* bit 0 */
	uint8_t reserved_098[0xa8 - 0x98];
	uint64_t injected_event;
	uint64_t nested_cr3;
	uint64_t branch_records;
	uint64_t clean; /* what did not change since the last VMRUN; 0: anything may */
	uint64_t next_rip;
	uint8_t reserved_0d0[0x400 - 0xd0];
	/* State save area */
	struct vmcb_segment es, cs, ss, ds, fs, gs;
	struct vmcb_segment gdtr, ldtr, idtr, tr;
	uint8_t reserved_4a0[0x4cb - 0x4a0];
	uint8_t cpl;
	uint8_t reserved_4cc[4];
	uint64_t efer;
	uint8_t reserved_4d8[0x548 - 0x4d8];
	uint64_t cr4, cr3, cr0, dr7, dr6;
	uint64_t rflags, rip;
	uint8_t reserved_580[0x5d8 - 0x580];
	uint64_t rsp;
	uint8_t reserved_5e0[0x5f8 - 0x5e0];
	uint64_t rax;
	uint8_t reserved_600[0x640 - 0x600];
	uint64_t cr2;
	uint8_t reserved_648[0x668 - 0x648];
	uint64_t pat; /* of nested paging */
	uint8_t reserved_670[0x1000 - 0x670];
};

_Static_assert(sizeof(struct vmcb) == 4096, "a VMCB is a page");

/*
 * Bits of the two words of intercepts, counted on.  Those of control registers are in a
 * word of their own.
 */
enum vmcb_intercept {
	INTERCEPT_INTR = 0,
	INTERCEPT_NMI = 1,
	INTERCEPT_INIT = 3,
	INTERCEPT_INVLPG = 25,
	INTERCEPT_SHUTDOWN = 31,
	INTERCEPT_VMRUN = 32,
	INTERCEPT_VMMCALL = 33,
	INTERCEPT_CR3_WRITE = 64,
};

/* What VMRUN drops before the guest runs (APM 2 15.16 "TLB Control"). */
enum vmcb_tlb_control {
	TLB_CONTROL_NOTHING = 0,
	TLB_CONTROL_ALL = 1,        /* of every ASID, the host's too */
	TLB_CONTROL_ASID = 3,       /* of this guest; FlushByAsid in CPUID */
	TLB_CONTROL_NON_GLOBAL = 7, /* the same, without what is global */
};

/* APM 2, appendix C "SVM Intercept Exit Codes". */
enum vmcb_exit {
	VMEXIT_CR3_WRITE = 0x13,
	VMEXIT_EXCEPTIONS = 0x40, /* and one for each vector */
	VMEXIT_INTR = 0x60,
	VMEXIT_NMI = 0x61,
	VMEXIT_INIT = 0x63,
	VMEXIT_INVLPG = 0x79,
	VMEXIT_SHUTDOWN = 0x7f,
	VMEXIT_VMRUN = 0x80,
	VMEXIT_VMMCALL = 0x81,
	VMEXIT_NPF = 0x400,
};
#define VMEXIT_INVALID UINT64_MAX

/* Attributes of a flat segment of 64-bit code, and of data. */
#define VMCB_CODE64 0xa9bu
#define VMCB_DATA 0xc93u

/* What a guest has in common with its host, and what it has for itself. */
struct vmcb_setting {
	uint64_t cr0, cr3, cr4, efer, pat;
	uint64_t gdt, idt; /* linear addresses */
	uint16_t gdt_limit, idt_limit;
	uint16_t code, data; /* selectors */
	uint32_t asid;
	uint64_t nested_cr3;
};

/*
 * Makes vmcb that of a guest with interrupts off, in ring 0 of 64-bit mode; RIP, RSP
 * and RAX are 0.  What ends it, besides VMMCALL: every exception, NMI, INIT, shutdown,
 * and interrupts once it lets them in.
 */
void vmcb_fill(struct vmcb *vmcb, const struct vmcb_setting *setting);

void vmcb_intercept(struct vmcb *vmcb, enum vmcb_intercept what, bool intercepted);

/*
 * Why a guest may have ended that did not end as it must: a whole sentence for a row.
 */
const char *vmcb_exit_text(uint64_t exit_code);
