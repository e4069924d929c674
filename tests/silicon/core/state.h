#pragma once
/* What the machine holds; for the files of this folder alone. */
#include "tests/silicon/core/silicon.h"

/* Of an entry: 4K, groups of 4 and of 8 such, 2M, 1G. */
#define SHIFT_4K 12u
#define SHIFT_2M 21u
#define SHIFT_1G 30u

#define PENDING_MOST 32u
#define NEGATIVES 8u
#define PCIDS_LISTED 64u
#define DIRECTORY_LINES 65536u
#define LINE_SHIFT 6u

/* A translation, as a walk found it or as an array holds it. */
struct translation_entry {
	uint64_t page;  /* linear address >> held */
	uint64_t frame; /* physical, first byte of what is held */
	uint64_t leaf;  /* physical address of the entry that maps the page */
	uint64_t stamp; /* of its last use, or of its fill */
	uint16_t pcid;  /* that filled it */
	uint8_t thread;
	uint8_t held; /* shift of what is held */
	uint8_t size; /* enum silicon_size, of the page in the tables */
	bool valid, global, writable, user, no_execute, dirty;
};

/* Numbers of entries plus 1; 0: none. */
struct entry_links {
	uint32_t chain;        /* the next with the same hash */
	uint32_t newer, older; /* of the same set, by use or by fill */
};

/* PCIDs in the order of their last use, the last first. */
struct pcid_list {
	uint16_t at[PCIDS_LISTED];
	uint32_t count;
};

struct array_state {
	const struct silicon_array *shape;
	struct translation_entry *entries; /* sets x ways */
	uint64_t *trees;                   /* of each set, for REPLACE_PLRU */
	/* So that nothing has to be searched for: entries by page, by age, and valid.
	 */
	struct entry_links *links;
	uint32_t *heads; /* of chains; hash_mask + 1 of them */
	uint32_t hash_mask;
	uint32_t *newest, *oldest; /* of each set */
	uint64_t *valid;           /* a bit for each entry */
	uint32_t held[64];         /* valid entries, by their shift */
	uint32_t used;             /* valid entries */
	uint32_t pieces;           /* valid entries that hold a part of a page */
	struct pcid_list kept[THREADS_MOST];
};

struct upper_state {
	uint64_t prefix; /* linear address >> shift of its level */
	uint64_t table;  /* physical address of the table that it names */
	uint64_t stamp;
	uint16_t pcid;
	uint8_t thread;
	bool valid, writable, user, no_execute;
};

/* What one core, or one of two threads that do not share, caches of translations. */
struct translations {
	const struct silicon_core_type *type;
	struct array_state arrays[ARRAYS_MOST];
	struct upper_state *uppers[SILICON_UPPERS];
	bool has_uppers[SILICON_UPPERS]; /* else none of them is valid */
	struct pcid_list uppers_kept[THREADS_MOST];
	uint64_t stamp;
};

struct line_state {
	uint64_t line; /* physical address >> LINE_SHIFT, plus 1; 0: none */
	uint64_t stamp;
};

struct line_cache {
	struct silicon_cache_params shape;
	struct line_state *lines;
	uint64_t stamp;
};

struct core_state {
	const struct silicon_core_type *type;
	uint32_t number, package;
	struct translations *translations[THREADS_MOST]; /* the same one, if shared */
	struct line_cache l1, l2;
};

/* Which core wrote a line last, and whether another has read it since. */
struct directory_line {
	uint64_t line; /* as in struct line_state */
	uint32_t owner;
	bool shared;
};

struct clock_state {
	uint64_t milli_ticks;
	uint64_t carry; /* of the division by the core clock */
	uint64_t core_khz;
	uint64_t milli_cycles;
	uint64_t pending;         /* milli-cycles that are in none of these yet */
	uint64_t milli_reference; /* ticks that were not slept, for MPERF */
	uint64_t tsc_adjust;
};

struct pending_broadcast {
	uint64_t rax;
	uint32_t ecx, edx;
};

/* MSRs of Remote Action Request. */
struct rar_state {
	uint64_t control, action_vector, payload_table;
};

struct negative {
	uint64_t page;
	uint16_t pcid;
	bool valid;
};

/* Bits of an entry that are written later, without a look at what it is by then. */
struct late_bits {
	uint64_t at, bits; /* physical; bits 0: none */
	uint64_t due;      /* milli-ticks of the processor's time */
};

struct cpu_state {
	uint32_t number, apic_id;
	struct core_state *core;
	uint8_t thread;
	struct translations *translations;
	struct silicon_registers registers;
	struct clock_state clock;
	struct silicon_counts counts;
	struct pending_broadcast pending[PENDING_MOST];
	uint32_t pending_count;
	bool pending_all; /* more than can be kept apart */
	struct rar_state rar;
	struct negative negatives[NEGATIVES];
	uint32_t negative_next;
	struct late_bits late;
	uint64_t random;
};

struct silicon {
	struct machine_params params;
	struct silicon_memory memory;
	uint32_t cpu_count;
	struct cpu_state *cpus;
	struct core_state *cores;
	uint32_t package_count;
	struct line_cache *l3;
	struct directory_line *directory;
};

static inline bool has_pcide(const struct cpu_state *cpu)
{
	return (cpu->registers.cr4 >> 17 & 1) != 0;
}

static inline uint16_t current_pcid(const struct cpu_state *cpu)
{
	return has_pcide(cpu) ? (uint16_t)(cpu->registers.cr3 & 0xfff) : 0;
}

static inline unsigned size_shift(enum silicon_size size)
{
	return SHIFT_4K + 9u * (unsigned)size;
}

/* True if va is an address at all: as an operand, 57 bits where the machine has LA57.
 */
static inline bool is_canonical(uint64_t va, bool is_57)
{
	const uint64_t upper = va >> (is_57 ? 56 : 47);

	return upper == 0 || upper == UINT64_MAX >> (is_57 ? 56 : 47);
}
