#pragma once
/*
 * A machine whose truth is known: processors with TLBs, paging-structure caches,
 * clocks and costs, as a machine's file says (params.h).  It makes no system call;
 * memory with page tables lies behind a port.
 *
 * Not in the model: instructions and registers other than those below, interrupts,
 * data of user mode (the supervisor's, as all data is), SMAP, protection keys, caches
 * of code.
 *
 * Every processor has its own time.  What an operation costs is charged inside its
 * call; the classes of instructions and events of costs.h are charged by the body.
 * cpu is the number of a processor, 0 the boot processor.
 */
#include "tests/silicon/params/params.h"

#ifdef __cplusplus
extern "C" {
#endif

struct silicon;

/*
 * Physical memory, 8 bytes at an address that is a multiple of 8.  Walks read entries
 * there and write them back with A and D set.
 */
struct silicon_memory {
	uint64_t (*read)(void *of, uint64_t physical);
	void (*write)(void *of, uint64_t physical, uint64_t value);
	void *of; /* whatever the body needs */
};

/*
 * Every processor as after reset, but with paging on (CR0.PE, PG and WP, CR4.PAE,
 * EFER.LME, LMA and NXE), CR3 0, in 64-bit mode, at time 0.  The parameters are copied.
 * seed is the noise's.  NULL: no memory.
 */
struct silicon *silicon_open(const struct machine_params *params,
                             const struct silicon_memory *memory, uint64_t seed);
void silicon_close(struct silicon *s);

const struct machine_params *silicon_params(const struct silicon *s);
uint32_t silicon_cpus(const struct silicon *s);
const struct silicon_core_type *silicon_type_of(const struct silicon *s, uint32_t cpu);

/* Threads of a core differ in bit 0 where the machine has any core with two. */
uint32_t silicon_apic_id(const struct silicon *s, uint32_t cpu);

/* --- registers */

struct silicon_registers {
	uint64_t cr0, cr2, cr3, cr4, efer;
	bool compatibility; /* CS.L is clear: 32-bit code */
};

/* What a read of them gives: CR3 without bit 63. */
struct silicon_registers silicon_registers(const struct silicon *s, uint32_t cpu);

/* Where a body begins: no check, no time, everything cached is dropped. */
void silicon_set_registers(struct silicon *s, uint32_t cpu,
                           const struct silicon_registers *registers);

/* After a far transfer, which the body does. */
void silicon_set_compatibility(struct silicon *s, uint32_t cpu, bool compatibility);

/*
 * Instructions that can fault: they return the vector, 0 for none; with one nothing
 * has changed and no time has passed.  6 is #UD, 13 #GP(0).
 */
unsigned silicon_mov_cr0(struct silicon *s, uint32_t cpu, uint64_t value);
unsigned silicon_mov_cr3(struct silicon *s, uint32_t cpu, uint64_t value);
unsigned silicon_mov_cr4(struct silicon *s, uint32_t cpu, uint64_t value);

/*
 * MSRs of the model: TSC (10H), TSC_ADJUST (3BH), EFER; read only, MPERF (E7H) and
 * APERF (E8H); with the feature rar CORE_CAPABILITIES (CFH) and EDH to F0H.
 * silicon_charge(SILICON_RDMSR) is the body's, for these as for its own.
 */
enum silicon_msr {
	MSR_DONE,
	MSR_FAULTS,  /* #GP */
	MSR_FOREIGN, /* not the model's: the body's, or #GP */
};

enum silicon_msr silicon_rdmsr(struct silicon *s, uint32_t cpu, uint32_t msr,
                               uint64_t *value);
enum silicon_msr silicon_wrmsr(struct silicon *s, uint32_t cpu, uint32_t msr,
                               uint64_t value);

/*
 * EAX, EBX, ECX, EDX, from the file; leaf 1's APIC id, leaves 0BH and 1FH, 8000_001E
 * are made from silicon_apic_id(), where the file has those leaves or says that there
 * are as many.  A leaf that is not in the file is zeros.
 */
void silicon_cpuid(const struct silicon *s, uint32_t cpu, uint32_t leaf,
                   uint32_t subleaf, uint32_t registers[4]);

/* --- memory */

/* The last is a fetch in ring 3, which needs pages of the user. */
enum silicon_kind { ACCESS_READ, ACCESS_WRITE, ACCESS_EXECUTE, ACCESS_EXECUTE_USER };

struct silicon_fault {
	unsigned vector; /* 14 #PF, 13 #GP of a non-canonical address, 18 #MC */
	uint32_t error_code;
	uint64_t address; /* which CR2 now holds */
};

/*
 * One access that does not cross a page: TLB, else walk, fills, A and D bits, and the
 * time of a hit in the second level, of the walk, and of the line where it is not in
 * the first cache (data only).  True: *physical is where it goes.  False: *fault.
 * The body charges the instruction itself and SILICON_EXCEPTION.
 *
 * Of code: once for each page that instructions are fetched from, and again after
 * anything that could have dropped it (an operation, another page of code); hits in
 * the first level take no time.  With CR0.PG clear *physical is va.
 */
bool silicon_access(struct silicon *s, uint32_t cpu, uint64_t va,
                    enum silicon_kind kind, uint64_t *physical,
                    struct silicon_fault *fault);

/*
 * What a TLB of the processor would answer, without using it: false if none would.
 * Changes nothing and takes no time.
 */
bool silicon_peek(const struct silicon *s, uint32_t cpu, uint64_t va,
                  enum silicon_kind kind, uint64_t *physical);

/* CLFLUSH: the line leaves all caches of memory.  SILICON_CLFLUSH is the body's. */
void silicon_flush_line(struct silicon *s, uint64_t physical);

/* --- invalidation: the time is charged, what is due is dropped */

/* A non-canonical address does nothing. */
void silicon_invlpg(struct silicon *s, uint32_t cpu, uint64_t va);

/*
 * low and high are the descriptor's quadwords, which the body has read through
 * silicon_access().  #UD without INVPCID; #GP as the manual says.
 */
unsigned silicon_invpcid(struct silicon *s, uint32_t cpu, uint64_t type, uint64_t low,
                         uint64_t high);

/*
 * Operands as the instruction takes them.  Nothing is dropped before this processor's
 * TLBSYNC; then it is, on every processor, and that takes SILICON_TLBSYNC here.
 */
unsigned silicon_invlpgb(struct silicon *s, uint32_t cpu, uint64_t rax, uint32_t ecx,
                         uint32_t edx);
unsigned silicon_tlbsync(struct silicon *s, uint32_t cpu);

/*
 * The signal of a Remote Action Request (ICR delivery mode 011b, vector E0H) has come
 * to a processor: what its action vector has pending is done, and answered in memory.
 * That takes SILICON_RAR, and SILICON_RAR_PAGE for each page.  False: the processor
 * takes no interrupts, and is not told to act all the same; the signal waits.
 */
bool silicon_rar(struct silicon *s, uint32_t cpu, uint32_t from, bool takes_interrupts);

/* INIT: everything of the processor is dropped, its registers are as at the start. */
void silicon_reset(struct silicon *s, uint32_t cpu);

/* --- time */

/* count instructions of a class, or events: the processor's time goes on. */
void silicon_charge(struct silicon *s, uint32_t cpu, enum silicon_cost cost,
                    uint64_t count);

/*
 * What one would take now, in milli-ticks of the TSC's rate, noise and slow errata
 * left out; nothing is charged.
 */
uint64_t silicon_cost(const struct silicon *s, uint32_t cpu, enum silicon_cost cost);

/* SILICON_DELIVERY_CORE, _PACKAGE or _FAR, by where the two are. */
enum silicon_cost silicon_delivery(const struct silicon *s, uint32_t from, uint32_t to);

/* Of MWAIT's hint in EAX, bits 7:4: SILICON_WAKE_MWAIT_C1, _C2, _C3 or _C6. */
enum silicon_cost silicon_wake(uint32_t hint);

/*
 * Time since the start, in milli-ticks of the TSC's rate (tsc_khz), the same clock for
 * all: what timers of the platform count.  Exact, without steps and offsets.
 */
uint64_t silicon_time(const struct silicon *s, uint32_t cpu);

/* Sleeps or spins until then; a time that is over changes nothing. */
void silicon_wait(struct silicon *s, uint32_t cpu, uint64_t milli_ticks);

/* What RDTSC gives: steps, ratio, offset and TSC_ADJUST in it. */
uint64_t silicon_tsc(const struct silicon *s, uint32_t cpu);

/* Core cycles that were not slept, as a counter of them. */
uint64_t silicon_cycles(const struct silicon *s, uint32_t cpu);

/* --- witnesses, for counters of the body and for tests */

struct silicon_counts {
	uint64_t accesses[SILICON_SIDES];
	uint64_t l1_misses[SILICON_SIDES]; /* of the TLB */
	uint64_t walks[SILICON_SIDES];     /* completed, for an access */
	uint64_t entries_read;             /* paging-structure entries, by walks */
	uint64_t operations[OPERATIONS];
	uint64_t errata; /* times that one has struck */
};

struct silicon_counts silicon_counts(const struct silicon *s, uint32_t cpu);

/* Whether an erratum of the body's strikes now: EFFECT_STORE_WAKES_NOBODY, ... */
bool silicon_strikes(struct silicon *s, uint32_t cpu, enum silicon_effect effect);

/* The same of an access to va: EFFECT_STORE_LANDS_LATE, ... */
bool silicon_strikes_at(struct silicon *s, uint32_t cpu, enum silicon_effect effect,
                        uint64_t va);

#ifdef __cplusplus
}
#endif
