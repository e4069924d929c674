/*
 * Instructions that compiled code asks for (shadow/lib/x86/insn.h): on the model, each
 * with what it takes, and with the program's own handlers where it faults.  What else
 * compiled code does takes no time, and its own accesses use no TLB.
 */
#include "lib/x86/insn.h"
#include "lib/x86/mapped.h"
#include "paging/identity.h"
#include "tests/silicon/host/entry.h"
#include "tests/silicon/host/exceptions.h"
#include "tests/silicon/host/host.h"
#include "tests/silicon/host/registers.h"

#include <string.h>

#define VECTOR_UD 6u

#define FLAG_IF (UINT64_C(1) << 9)
#define FLAG_ALWAYS (UINT64_C(1) << 1)

static void charge(enum silicon_cost cost, uint64_t count)
{
	struct host *const host = host_here();

	silicon_charge(host->silicon, host->number, cost, count);
}

static void take_fault(void)
{
	struct bus *const bus = &host_here()->bus;

	if (bus->vector != 0)
		exceptions_raise(bus->vector, bus->error_code);
}

uint64_t modelled_read_control(unsigned number)
{
	struct bus *const bus = &host_here()->bus;

	charge(SILICON_READ_CR, 1);
	return bus->read_control(bus, number);
}

void modelled_write_control(unsigned number, uint64_t value)
{
	struct bus *const bus = &host_here()->bus;

	bus->vector = 0;
	bus->write_control(bus, number, value);
	take_fault();
}

void modelled_invlpg(uint64_t va)
{
	struct bus *const bus = &host_here()->bus;

	bus->invlpg(bus, va);
}

void modelled_invlpgb_tlbsync(uint64_t rax)
{
	struct bus *const bus = &host_here()->bus;

	bus->vector = 0;
	bus->invlpgb(bus, rax, 0, 0);
	take_fault();
	bus->tlbsync(bus);
	take_fault();
}

/* The descriptor is where compiled code has it. */
void modelled_invpcid(uint64_t type, const void *descriptor)
{
	struct bus *const bus = &host_here()->bus;
	uint64_t words[2];

	memcpy(words, descriptor, sizeof words);
	bus->vector = 0;
	bus->invpcid(bus, type, words[0], words[1]);
	take_fault();
}

void modelled_read_tr7(void)
{
	exceptions_raise(VECTOR_UD, 0);
}

uint64_t modelled_rdmsr(uint32_t msr)
{
	struct bus *const bus = &host_here()->bus;

	charge(SILICON_RDMSR, 1);
	bus->vector = 0;
	bus->error_code = 0;

	const uint64_t value = bus->read_msr(bus, msr);

	take_fault();
	return value;
}

void modelled_wrmsr(uint32_t msr, uint64_t value)
{
	struct bus *const bus = &host_here()->bus;

	charge(SILICON_WRMSR, 1);
	bus->vector = 0;
	bus->error_code = 0;
	bus->write_msr(bus, msr, value);
	take_fault();
}

struct cpuid_regs modelled_cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct bus *const bus = &host_here()->bus;
	uint32_t found[4];

	charge(SILICON_CPUID, 1);
	bus->cpuid(bus, leaf, subleaf, found);
	return (struct cpuid_regs){ found[0], found[1], found[2], found[3] };
}

uint64_t modelled_rdtsc_ordered(void)
{
	struct bus *const bus = &host_here()->bus;

	charge(SILICON_LFENCE, 1);
	charge(SILICON_RDTSC, 1);

	const uint64_t ticks = bus->read_tsc(bus);

	charge(SILICON_LFENCE, 1);
	return ticks;
}

uint64_t modelled_rdpmc_ordered(uint32_t counter)
{
	struct bus *const bus = &host_here()->bus;

	charge(SILICON_LFENCE, 1);
	charge(SILICON_RDPMC, 1);
	bus->vector = 0;
	bus->error_code = 0;

	const uint64_t value = bus->read_counter(bus, counter);

	take_fault();
	charge(SILICON_LFENCE, 1);
	return value;
}

void modelled_spin(uint64_t turns)
{
	charge(SILICON_ALU, turns);
	charge(SILICON_BRANCH, turns);
}

#define PM_TIMER_HZ UINT64_C(3579545)

/* Nothing answers but the PM timer, of 24 bits. */
uint32_t modelled_in(uint16_t port)
{
	const struct host *const host = host_here();
	const uint64_t milli_ticks = silicon_time(host->silicon, host->number);
	const uint64_t milli_hz = silicon_params(host->silicon)->tsc_khz * 1000000;

	charge(SILICON_IO, 1);
	if (port != HOST_PM_TIMER_PORT)
		return UINT32_MAX;
	return (uint32_t)((unsigned __int128)milli_ticks * PM_TIMER_HZ / milli_hz) &
	       0xffffff;
}

void modelled_out(uint16_t port, uint32_t value)
{
	(void)port;
	(void)value;
	charge(SILICON_IO, 1);
}

uint64_t modelled_interrupts(bool on)
{
	struct host *const host = host_here();
	const uint64_t flags = FLAG_ALWAYS | (host->interrupts ? FLAG_IF : 0);

	charge(SILICON_FLAGS, 1);
	host->interrupts = on;
	registers_deliver(host);
	return flags;
}

void modelled_interrupts_as(uint64_t flags)
{
	(void)modelled_interrupts((flags & FLAG_IF) != 0);
}

void modelled_hlt(void)
{
	host_give_up("HLT, and no other processor to end it: interrupts",
	             host_here()->interrupts);
}

void modelled_pause(void)
{
	charge(SILICON_PAUSE, 1);
}

/* As long as it takes the model to say so: its caches stay. */
void modelled_wbinvd(void)
{
	charge(SILICON_MFENCE, 1);
}

void modelled_clflush(const void *line)
{
	const struct host *const host = host_here();

	charge(SILICON_CLFLUSH, 1);
	silicon_flush_line(host->silicon, (uintptr_t)line);
}

void modelled_mfence(void)
{
	charge(SILICON_MFENCE, 1);
}

void modelled_mfence_lfence(void)
{
	charge(SILICON_MFENCE, 1);
	charge(SILICON_LFENCE, 1);
}

uint64_t modelled_load(uint64_t va, unsigned bytes)
{
	struct bus *const bus = &host_here()->bus;
	uint64_t value = 0;
	const uint8_t *at;

	charge(SILICON_LOAD, 1);
	bus->vector = 0;
	at = bus->reach(bus, va, ACCESS_READ);
	if (at == NULL)
		take_fault();
	else
		memcpy(&value, at, bytes);
	return value;
}

void modelled_store_zero(uint64_t va)
{
	struct bus *const bus = &host_here()->bus;
	uint8_t *at;

	charge(SILICON_STORE, 1);
	bus->vector = 0;
	at = bus->reach(bus, va, ACCESS_WRITE);
	if (at == NULL)
		take_fault();
	else
		*at = 0;
}

struct cpu *modelled_cpu(void)
{
	return host_here()->cpu;
}

static uint64_t *frame_at(uint64_t frame)
{
	return (uint64_t *)frame;
}

uintptr_t mapped_data(uint64_t va)
{
	struct host *const host = host_here();
	const struct frame_pool pool = { .table_at = frame_at };
	const uint64_t root =
		silicon_registers(host->silicon, host->number).cr3 & PTE_FRAME;

	if (va < IDENTITY_END)
		return va;

	const struct walk walk = walk_find(&pool, root, va, LEVEL_PT);
	const uint64_t span = level_span(walk.level);

	if ((*walk.entry & PTE_PRESENT) == 0)
		host_give_up("compiled code has nothing mapped at", va);
	return (*walk.entry & PTE_FRAME & ~(span - 1)) + (va & (span - 1));
}

uintptr_t mapped_code(uint64_t va)
{
	return entries_find(host_here()->entries, va);
}
