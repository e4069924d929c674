#pragma once
/*
 * A guest that runs functions of the program in its own address space: with its own CR3
 * and nested page tables, on the same code and data.  Its FS, GS, TR and LDTR are the
 * host's, which VMRUN leaves alone (APM 2 15.5.1 "Basic Operation").
 */

/* Offsets of struct svm_registers, for enter.S. */
#define GUEST_RBX 0
#define GUEST_RCX 8
#define GUEST_RDX 16
#define GUEST_RSI 24
#define GUEST_RDI 32
#define GUEST_RBP 40
#define GUEST_R8 48
#define GUEST_R9 56
#define GUEST_R10 64
#define GUEST_R11 72
#define GUEST_R12 80
#define GUEST_R13 88
#define GUEST_R14 96
#define GUEST_R15 104

#ifndef __ASSEMBLER__
#include "lib/processor/vmcb.h"

#include <stdbool.h>

/* What VMRUN does not switch; RAX, RSP and RIP are in the VMCB. */
struct svm_registers {
	uint64_t rbx, rcx, rdx, rsi, rdi, rbp;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
};

_Static_assert(offsetof(struct svm_registers, rsi) == GUEST_RSI, "rsi");
_Static_assert(offsetof(struct svm_registers, r8) == GUEST_R8, "r8");
_Static_assert(offsetof(struct svm_registers, r15) == GUEST_R15, "r15");

struct svm_guest {
	struct vmcb *vmcb;    /* where it is mapped 1:1 */
	uint64_t stack;       /* first address above the guest's */
	bool flushes_by_asid; /* TLB_CONTROL_ASID may be used */
	bool only_exits;      /* nothing is done for intercepted instructions */
	struct svm_registers registers;
	uint64_t exits; /* of intercepted instructions that were emulated */
	/* NULL: all calls came back as they must; else the first that did not. */
	const char *fault;
};

/* What a guest needs besides the registers that it takes over from the host. */
struct svm_frames {
	uint64_t vmcb;  /* physical, mapped 1:1, a page */
	uint64_t stack; /* its end */
	uint64_t nested_cr3;
	uint32_t asid;
	bool flushes_by_asid; /* as CPUID says */
};

/* EFER.SVME is set, and stays so while the guest is used. */
void svm_guest_open(struct svm_guest *guest, const struct svm_frames *frames);

/*
 * Runs function(argument) in the guest, with tlb_control in the first VMRUN.  False,
 * and guest->fault, if it did not return; nothing is run where it failed before.
 *
 * An intercepted INVLPG or MOV CR3 is done for the guest, as a hypervisor does it:
 * INVLPGA of the page, or the new CR3 and TLB_CONTROL.  Both as the bodies of
 * paging/tlb_op.c have them: INVLPG disp32(RSI), MOV CR3, RBX.
 */
bool svm_guest_run(struct svm_guest *guest, void (*function)(void *), void *argument,
                   enum vmcb_tlb_control tlb_control);

/* Of a guest that came back from a call: VMRUN, and a VMMCALL in it, so many times. */
void svm_round_trips(uint64_t vmcb, uint64_t count);

/* One VMRUN; the registers are loaded before and stored behind it. */
void svm_enter(uint64_t vmcb, struct svm_registers *registers);

extern const uint8_t svm_guest_call[], svm_guest_leave[];
#endif
