#pragma once
/*
 * The modelled machine as this program has it: the model, the processor that runs
 * windows on it, memory, and what of a machine is in neither.
 *
 * There is one, at a fixed address, as a processor finds what is its own by GS.
 */
#include "tests/silicon/host/ram.h"
#include "tests/silicon/interpret/interpreter.h"

#include <setjmp.h>

#define HOST_AT UINT64_C(0x70000000)

/* Of the PM timer that ACPI would name. */
#define HOST_PM_TIMER_PORT 0x608u

#define X2APIC_REGISTERS 0x40u
#define AMD_COUNTERS 6u

/* The registers of a local APIC in x2APIC mode, as far as one processor has use of it.
 */
struct local_apic {
	uint64_t base; /* IA32_APIC_BASE */
	uint32_t registers[X2APIC_REGISTERS];
	uint32_t waiting; /* vector of an interrupt to itself; 0: none */
};

/* What counters of the processor were told to count. */
struct counter_registers {
	uint64_t fixed_control, global_control, amd_global_control;
	uint64_t select;
	uint64_t amd_select[AMD_COUNTERS];
};

struct cpu;

struct host {
	struct bus bus; /* first: a pointer to it is one to this */
	struct silicon *silicon;
	uint32_t number; /* of the processor */
	struct interpreter interpreter;
	struct ram ram;
	struct cpu *cpu; /* what the program has for the processor (lib/x86/cpu.h) */
	uint64_t window_stack; /* where windows begin theirs */
	bool interrupts;       /* RFLAGS.IF of compiled code */
	uint64_t pat;
	struct local_apic apic;
	struct counter_registers counters;
	uint64_t amd_de_cfg, microcode;
	struct entries *entries;
	int output; /* where the record stream goes */
};

static inline struct host *host_here(void)
{
	return (struct host *)HOST_AT;
}

/* Says why on standard error and ends the program: it could not go on. */
_Noreturn void host_give_up(const char *what, uint64_t value);
