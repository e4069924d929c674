#pragma once
/*
 * Offsets shared by isr.S and C, and the frame every vector arrives with.
 */
#define SLOT_RSP 0
#define SLOT_VECTOR 8
#define SLOT_ARMED 12

/* Of struct cpu: what the entries from ring 3 load into CR3, and what they go back
 * with. */
#define CPU_KERNEL_CR3 32
#define CPU_USER_CR3 40

/* NMI, #UD, and both vectors of interrupts that are sent: once for stubs and table. */
#define ISR_ISOLATED_VECTORS 2, 6, 0xf0, 0xf1

#define ISR_STUB_BYTES 16
#define ISR_VECTORS 256

#define SELECTOR_USER_DATA 0x30
#define SELECTOR_USER_CODE 0x38
#define RING3_FLAGS 0x202 /* IF, and the bit that is always set */

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

enum vector {
	VECTOR_NMI = 2,
	VECTOR_INVALID_OPCODE = 6,
	VECTOR_DOUBLE_FAULT = 8,
	VECTOR_GENERAL_PROTECTION = 13,
	VECTOR_PAGE_FAULT = 14,
	VECTOR_MACHINE_CHECK = 18,
	VECTOR_FIRST_INTERRUPT = 32,
};

struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* All that is printed of an exception nobody expected. */
struct trap_state {
	struct trap_frame frame;
	uint64_t cr0, cr2, cr3, cr4;
};

struct trap_state trap_state_of(const struct trap_frame *frame);

/* Where to go on after a fault that was expected. */
struct fault_slot {
	uint64_t rsp;
	uint32_t vector;
	uint32_t armed;
	uint64_t error;
};

_Static_assert(offsetof(struct fault_slot, rsp) == SLOT_RSP, "rsp");
_Static_assert(offsetof(struct fault_slot, vector) == SLOT_VECTOR, "vector");
_Static_assert(offsetof(struct fault_slot, armed) == SLOT_ARMED, "armed");

/* 256 entry points of ISR_STUB_BYTES each. */
extern const uint8_t isr_stubs[];

/*
 * STI; HLT: returns after an interrupt or NMI.  An NMI may come between the two, and an
 * interrupt with it, which nothing would hold back any longer: then there is no HLT, or
 * it would sleep through what it was woken for.
 */
void halt(void);
extern const uint8_t halt_hlt[], halt_return[];

/* STI; MWAIT of the line that MONITOR was given, in the same way. */
void halt_mwait(uint32_t hint);
extern const uint8_t halt_mwait_at[], halt_mwait_return[];

/*
 * Entry points for interruptions of ring 3 with page-table isolation, of ISR_STUB_BYTES
 * each: of ISR_ISOLATED_VECTORS.
 */
#define ISR_ISOLATED 4
extern const uint8_t isr_isolated_stubs[];
extern const uint8_t isr_isolated_vectors[ISR_ISOLATED];

/*
 * Goes to rip in ring 3 with turns in RCX, interrupts on, no stack, and cr3 loaded.
 * The stack of ring 0 is kept in *rsp0.  Does not return: an exception has to be
 * expected (fault_expect()).
 */
_Noreturn void ring3_enter(uint64_t rip, uint64_t turns, uint64_t cr3, void *rsp0);

/* Where an expected fault comes back to, with the slot in RDI. */
extern const uint8_t fault_resume[];

/*
 * Calls probe(argument) with the slot armed: the first exception ends it, wherever
 * it is.  Returns the vector, 0 if probe returned (#DE is vector 0 too, and is not
 * probed for).  Not nested; NMI is not an exception in this sense.
 */
uint32_t fault_expect(struct fault_slot *slot, void (*probe)(void *), void *argument);

/* Called by isr.S for every vector. */
void trap_dispatch(struct trap_frame *frame);
#endif
