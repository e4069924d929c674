#pragma once
/*
 * What belongs to one processor: its descriptor tables, its stacks, what it counts,
 * and what it does when something goes wrong.  GS points at it.
 */
#include "lib/x86/insn.h"
#include "lib/x86/trap.h"

#include <stdbool.h>
#include <stdint.h>

#define SELECTOR_CODE64 0x08u
#define SELECTOR_DATA 0x10u
#define SELECTOR_TSS 0x18u
#define SELECTOR_CODE32 0x28u /* for leaving 64-bit mode without leaving paging */

/* Vectors with a stack of their own, as IST numbers. */
enum ist { IST_NONE, IST_NMI, IST_DOUBLE_FAULT, IST_MACHINE_CHECK, IST_COUNT };

/* 64-bit task-state segment (SDM 3A 9.7 "Task Management in 64-bit Mode"). */
struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7]; /* IST 1 is ist[0] */
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map;
} __attribute__((packed));

struct idt_gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

/*
 * Page faults of these addresses may come although their entries allow the access: the
 * TLB had an older one (SDM 3A 5.10.4.3 "Optional Invalidation").  The fault drops it;
 * the access is made again.  Not counted among interrupts.
 */
struct page_retries {
	uint64_t from, to; /* linear addresses; equal: there are none */
	uint32_t left;     /* faults until one more is fatal, as any other is */
	uint32_t taken;
};

struct cpu {
	struct cpu *self; /* at %gs:0 */
	struct fault_slot slot;
	uint64_t kernel_cr3, user_cr3; /* of entries with page-table isolation */
	struct page_retries retries;
	uint32_t interrupts; /* every vector taken, NMIs among them */
	uint32_t nmis;
	/* Does not return: an exception nobody expected. */
	void (*on_fatal)(struct cpu *cpu, const struct trap_frame *frame);
	void *context; /* on_fatal's */
	/* NULL: counted above, nothing more.  Interrupts off. */
	void (*on_interrupt)(struct cpu *cpu, uint64_t vector);
	void (*on_nmi)(struct cpu *cpu);
	void *local; /* theirs */
	uint64_t gdt[8];
	struct tss tss;
	struct idt_gate idt[ISR_VECTORS];
};

_Static_assert(offsetof(struct cpu, kernel_cr3) == CPU_KERNEL_CR3, "kernel_cr3");
_Static_assert(offsetof(struct cpu, user_cr3) == CPU_USER_CR3, "user_cr3");

/*
 * Loads cpu's GDT, TSS and IDT and points GS at it.  ist_tops holds the first
 * address above each stack of enum ist, IST_NONE unused.  Interrupts must be off.
 */
void cpu_install(struct cpu *cpu, const uint64_t ist_tops[IST_COUNT]);

/*
 * Whether NMI, #UD and the vectors that are sent switch CR3 where they interrupt ring
 * 3, as kernels do with page-table isolation: to kernel_cr3, and back to user_cr3.  For
 * the processor that cpu is of.
 */
void cpu_isolate(struct cpu *cpu, bool isolate);

/*
 * Runs code at rip in ring 3, turns in RCX, until it raises an exception, with
 * cpu->user_cr3 in CR3 and interrupts on; kernel_cr3 is in CR3 and interrupts are on
 * behind it.  Where cpu_isolate() is on.  Returns the exception's vector.
 */
uint32_t cpu_run_ring3(struct cpu *cpu, uint64_t rip, uint64_t turns);

/* RDMSR and WRMSR that may find no such register; false: it raised a fault. */
bool rdmsr_safe(uint32_t msr, uint64_t *value);
bool wrmsr_safe(uint32_t msr, uint64_t value);
