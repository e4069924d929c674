#pragma once
/*
 * Making room for the other processors, starting them, and what became of
 * them in the end.  For who runs the whole; benchmarks need smp.h only.
 */
#include "bench/harness/smp/smp.h"
#include "lib/machine/machine.h"
#include "lib/options/injected_fault.h"
#include "lib/x86/start/start.h"
#include "paging/walk.h"

/* Others that are to be started under the option cpus. */
uint32_t smp_wanted(const struct processors *processors, const struct config *config);

/* Frames that so many others take. */
uint64_t smp_frames(uint32_t others);

/* Takes them.  Where there are none, there will be no others. */
enum err smp_alloc(struct smp *smp, struct frame_pool *pool,
                   uint32_t others) MUST_CHECK;

/* Page under the stack of area i, to be taken out of the page tables. */
uint64_t smp_guard(const struct smp *smp, uint32_t i);

struct smp_spec {
	struct machine *machine; /* its processors' states and topology are filled in */
	struct cpu *cpu;         /* the boot processor's */
	uint64_t root;
	uint64_t low; /* start_place() was here; 0: no memory below 1 MiB */
	uint32_t injected_faults;
	smp_faulted *on_faulted; /* a row is measured: ends the run */
	smp_faulted *on_dropped; /* none is yet: it is lost, and the run goes on */
	void *context;
};

/*
 * Prepares the boot processor's APIC, starts the others, and waits, bounded, until each
 * is ready.  Those that are not are not admitted.
 */
void smp_start(struct smp *smp, const struct smp_spec *spec);

/*
 * While the boot processor runs with paging off its IDT is none that it could use: an
 * NMI from outside would end the run.
 */
static inline void smp_hold_nmi(const struct smp *smp, bool hold)
{
	if (smp->takes_nmi)
		apic_hold_nmi(&smp->boot.apic, hold);
}

/* From now on a processor that faults ends the run, and strays are counted. */
void smp_begin_measuring(struct smp *smp);

/* INJECT_OTHER_CORE: the last processor is efficient, and performance all others. */
static inline void inject_core_type(uint32_t injected_faults, bool is_last,
                                    struct topology *topology)
{
	if ((injected_faults & INJECT_OTHER_CORE) != 0)
		topology->core_type = is_last ? CORE_EFFICIENT : CORE_PERFORMANCE;
}

/* What start_processors() has a processor run: a struct cpu_area, on its own stack. */
void smp_enter(void *area);

/*
 * Vectors of a processor: its exceptions, and, the boot processor too, its interrupts.
 */
_Noreturn void smp_fault(struct cpu *cpu, const struct trap_frame *frame);
void smp_on_interrupt(struct cpu *cpu, uint64_t vector);
void smp_take_nmi(struct cpu *cpu);

struct cpu_area *cpu_area_at(const struct smp *smp, uint32_t i);

/* Of any processor but the boot processor. */
struct cpu_area *cpu_area_of(struct smp_cpu *member);

/*
 * What is cached of a page may not be the same there: its page walks may be uncached.
 * In an emulator MTRRs differ as well, and do nothing.
 */
static inline bool smp_has_other_memory(struct smp_cpu *member)
{
	return (cpu_area_of(member)->differences & (DIFFERS_MTRRS | DIFFERS_PAT)) != 0;
}

/* How many interrupts and NMIs others than the boot processor took that nobody sent. */
static inline uint32_t smp_unexpected(const struct smp *smp)
{
	return atomic_load_explicit(&smp->unexpected, memory_order_relaxed);
}

bool smp_has_faulted(const struct cpu_area *area);

/* What it was, of one that has. */
struct processor_fault smp_fault_of(const struct cpu_area *area);

/* True if nothing was written over the end of one of its stacks. */
bool smp_canaries_live(struct cpu_area *area);

/*
 * machine.csv, at the end: offsets of clocks, processors that were lost, stacks that
 * were run over, by the canaries at their ends, and interrupts that nobody had sent.
 */
void smp_record(const struct smp *smp, struct record *record);
