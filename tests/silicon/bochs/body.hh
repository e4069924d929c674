/*
 * The modelled machine as Bochs runs it: what each processor has beside Bochs' own
 * state. The files of this folder alone; C++, behind Bochs' headers.
 */
#pragma once

#define NEED_CPU_REG_SHORTCUTS 1
#include "bochs.h"
#include "cpu/cpu.h"
/* Behind it. */
#include "cpu/apic.h"
#include "memory/memory-bochs.h"
#include "pc_system.h"

extern "C" {
#include "tests/silicon/core/silicon.h"
}

#define BODY_CPUS_MOST 64u

#define LATE_STORES 8u
#define NOTED_STORES 8u

// One that an erratum holds back.
struct late_store {
	uint64_t physical, due; // due: milli-ticks
	unsigned length;
	Bit8u data[8];
};

// One that loads of its own processor must not see, by an erratum.
struct noted_store {
	uint64_t va, physical, at; // at: milli-ticks
	unsigned length;           // 0: none
	Bit8u data[8], before[8];  // what was there
	bool by_synonym;           // those by another page alone
	bool is_passed;            // one has not seen it
};

struct body_cpu {
	BX_CPU_C *bochs;
	unsigned number;
	bool is_modelled; // its translations and costs are the model's
	bool sleeps;      // in HLT or MWAIT, and nobody has accounted for the end of it
	uint32_t hint;    // MWAIT's; ~0 for HLT
	uint64_t woken_at; // by a store, milli-ticks; 0: by something else
	uint64_t walked;   // linear address of a walk of Bochs', as far as it is known
	uint64_t limit;    // milli-ticks up to which others may wait for this one
	struct late_store late[LATE_STORES];
	unsigned late_count, late_drawn;
	struct noted_store noted[NOTED_STORES];
	unsigned noted_next;
	uint32_t icr_high; // as it was written, in xAPIC mode
	// The signal of a Remote Action Request: who sent it, and when it is here, in
	// milli-ticks; 0: there is none.
	struct {
		unsigned from;
		uint64_t at;
	} rar;
};

struct body {
	struct silicon *silicon; // NULL until the first processor is there
	unsigned count;          // processors
	Bit32u firmware_ticks;   // of an instruction of the first processor's firmware
	struct body_cpu cpus[BODY_CPUS_MOST];
	unsigned asleep; // processors in MWAIT
	unsigned late;   // stores that are held back
	unsigned rars;   // processors to which such a signal is on its way
	// Of each vector, the last that sent it to another, and when, in milli-ticks.
	struct {
		unsigned from;
		uint64_t at;
	} sent[256];
	bool is_begun;   // some processor has been modelled
	uint64_t latest; // milli-ticks of the processor that ran last
	uint64_t microcode, de_cfg;
};

extern struct body body;

// Says why on standard error, and ends Bochs: it could not go on.
[[noreturn]] void body_give_up(const char *what, const char *why);

// --- memory.cc

// Claims physical addresses for the tables that Bochs walks instead of the guest's.
void memory_open(struct body_cpu *cpu);

// What CR3 is for Bochs, when it is that for the guest.
uint64_t memory_root(const struct body_cpu *cpu, uint64_t cr3);

// The port through which the model walks the guest's tables.
struct silicon_memory memory_port(void);

// One access of the model; raises the exception if there is one.
uint64_t memory_reach(struct body_cpu *cpu, uint64_t va, enum silicon_kind kind);

// --- order.cc

// One of at most eight bytes.
struct body_access {
	uint64_t va, physical;
	unsigned length;
	Bit8u *data;
};

// What errata of order make of a store; true: it is held back.
bool order_store(struct body_cpu *cpu, const struct body_access *access);

// Makes the stores of all that are due by the processor's time.
void order_land_stores(const struct body_cpu *by);

// What errata of order make of a load that has read data.  It does not return if the
// load is to come later.
void order_load(struct body_cpu *cpu, const struct body_access *access);

// --- operations.cc

// Puts an own handler into an instruction that is the model's.
void operations_replace(bxInstruction_c *i, const Bit8u *bytes, unsigned length);

// A store to the page of the local APIC; false: it is not for Bochs' APIC.
bool operations_apic_written(struct body_cpu *cpu, unsigned offset, uint32_t value);

// --- classes.cc

// What an instruction costs by itself; SILICON_COST_COUNT: nothing, or an operation's.
enum silicon_cost class_of(const bxInstruction_c *i);

// --- rar.cc

// A command for the ICR with its delivery mode; the destination is an APIC id, or
// logical in x2APIC mode.
void rar_send(struct body_cpu *from, uint32_t low, uint32_t destination);

// While there are any, before each instruction: those that are there by now are served.
void rar_pass(struct body_cpu *cpu);

// INIT: none is on its way to it any more.
void rar_reset(struct body_cpu *cpu);

// --- time.cc

// Brings Bochs' clock, by which its devices go, up to the processor's, or the
// processor's up to that if it is not modelled.
void time_meet(struct body_cpu *cpu);

// Of a processor that is modelled from now on: when it is.
void time_begin(struct body_cpu *cpu);

// An access to a port: the devices' clock must be there by then.
void time_reach_port(struct body_cpu *cpu, unsigned port);

// Finds how long an instruction of firmware takes; the model is open.
void time_open(void);

// An instruction of firmware, which runs as fast as with -e bochs.
void time_pass(const struct body_cpu *cpu);

// A processor sleeps in firmware: if all do, until something wakes one.
void time_idle(void);

// Lets others run that are behind; it does not return if it is not this one's turn.
void time_take_turn(struct body_cpu *cpu);

// An interrupt that it sends.
void time_send(struct body_cpu *cpu, unsigned vector);

// An interrupt that is taken; the end of a sleep.
void time_interrupted(struct body_cpu *cpu, unsigned vector);
void time_wake(struct body_cpu *cpu);
