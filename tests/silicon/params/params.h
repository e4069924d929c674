#pragma once
/*
 * A machine, as its file says it: "key = value" lines, # begins a comment.  Keys are
 * documented in tests/silicon/machines/README.md.
 *
 * Costs are in milli-cycles of the core clock, sizes in entries.
 */
#include "tests/silicon/params/costs.h"
#include "tests/silicon/params/errata.h"

#include <stdbool.h>
#include <stdint.h>

#define SILICON_TEXT 160u
#define SILICON_NAME 32u
#define ARRAYS_MOST 12u
#define CORE_TYPES_MOST 4u
#define CORES_MOST 256u
#define THREADS_MOST 2u
#define LEAVES_MOST 64u
#define TURBO_MOST 16u
#define ERRATA_MOST 32u

enum silicon_side { SILICON_DATA, SILICON_CODE, SILICON_SIDES };
enum silicon_size { SILICON_4K, SILICON_2M, SILICON_1G, SILICON_SIZES };
enum silicon_replacement { REPLACE_LRU, REPLACE_FIFO, REPLACE_PLRU };
enum silicon_index { INDEX_PLAIN, INDEX_HASHED };

/* No limit of PCIDs kept. */
#define PCIDS_ALL UINT32_MAX

/* One array of a TLB. */
struct silicon_array {
	unsigned level; /* 1 or 2 */
	uint32_t sides; /* bits 1 << enum silicon_side */
	uint32_t sizes; /* bits 1 << enum silicon_size: of what it holds */
	uint32_t sets, ways;
	enum silicon_index index;
	enum silicon_replacement replacement;
	uint32_t pcids;    /* kept; 0: not even one over a load of CR3; PCIDS_ALL */
	uint32_t coalesce; /* 4K pages in one entry: 1, 4 or 8 */
};

/* The paging-structure caches, by what they hold. */
enum silicon_upper { UPPER_PDE, UPPER_PDPTE, UPPER_PML4E, UPPER_PML5E, SILICON_UPPERS };

/* A cache of memory, for walks and data; sets 0: none. */
struct silicon_cache_params {
	uint32_t sets, ways;
};

enum silicon_prefetch { PREFETCH_NONE, PREFETCH_NEXT };

struct silicon_leaf {
	uint32_t leaf, subleaf;
	uint32_t registers[4]; /* EAX, EBX, ECX, EDX */
};

struct silicon_core_type {
	char name[SILICON_NAME];
	uint32_t threads;
	uint32_t clock_percent; /* of the machine's core clock */
	bool siblings_share; /* TLBs and upper levels: entries stay each thread's own */
	struct silicon_array arrays[ARRAYS_MOST];
	uint32_t array_count;
	uint32_t uppers[SILICON_UPPERS]; /* entries; 0: none */
	enum silicon_replacement upper_replacement;
	uint32_t upper_pcids;
	uint32_t fractured; /* bits 1 << enum silicon_size: held as 4K pieces */
	enum silicon_prefetch prefetch;
	struct silicon_cache_params l1, l2; /* of each core */
	uint64_t costs[SILICON_COST_COUNT];
	struct silicon_leaf leaves[LEAVES_MOST];
	uint32_t leaf_count;
};

struct silicon_turbo {
	uint64_t at_us;
	uint64_t core_khz;
};

struct machine_params {
	char name[SILICON_NAME];
	/* Features; CPUID's bits, where they are in the file, must agree. */
	bool pcid, invpcid, pge, smep, nx, giants, la57, invlpgb, tce, rar;
	uint32_t invlpgb_pages;
	bool smep_drops; /* setting CR4.SMEP does, as Intel's manual says and AMD's does
	                    not */
	struct silicon_core_type core_types[CORE_TYPES_MOST];
	uint32_t core_type_count;
	uint8_t cores[CORES_MOST]; /* types of the cores, in order */
	uint32_t core_count;
	uint32_t cores_per_package;
	struct silicon_cache_params l3; /* one for each package */
	/* Clocks */
	uint64_t tsc_khz;
	uint64_t tsc_step_khz; /* of the clock that moves the TSC; 0: every tick */
	int64_t tsc_offset;    /* of the second processor on, times its number */
	uint64_t core_khz;
	struct silicon_turbo turbo[TURBO_MOST];
	uint32_t turbo_count;
	uint64_t turbo_period_us; /* after which the steps begin again; 0: never */
	/* Noise: what a charge is off by at most, in thousandths of it. */
	uint32_t noise_permille;
	uint32_t spike_one_in; /* charges; 0: never */
	uint64_t spike_milli_cycles;
	struct silicon_erratum errata[ERRATA_MOST];
	uint32_t erratum_count;
};

struct silicon_error {
	char text[SILICON_TEXT]; /* "zen5.machine:12: value: reason" */
};

/*
 * Reads a whole file's text; name is what errors call it.  False, and *error names
 * file, line, value and reason; *params is then not to be used.
 */
bool machine_params_read(const char *text, const char *name,
                         struct machine_params *params, struct silicon_error *error);

/* Processors, that is threads, over all cores. */
uint32_t machine_params_cpus(const struct machine_params *params);
