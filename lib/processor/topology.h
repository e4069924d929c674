#pragma once
/*
 * Where a processor sits: thread, core, cluster, cache, package, by the bits of its
 * APIC id (SDM 3A 10.9 "Programming Considerations for Hardware Multi-Threading
 * Capable Processors"; APM 3 "CPUID Fn8000_001E").
 */
#include <stdbool.h>
#include <stdint.h>

/* The intermediate levels of CPUID 1FH; what a CPU does not tell is one and 0. */
enum topology_level {
	TOPOLOGY_THREAD,
	TOPOLOGY_CORE,
	TOPOLOGY_MODULE, /* cores that share an L2 */
	TOPOLOGY_TILE,
	TOPOLOGY_DIE,
	TOPOLOGY_PACKAGE,
	TOPOLOGY_LEVELS,
};

enum core_type { CORE_UNKNOWN, CORE_PERFORMANCE, CORE_EFFICIENT };

struct topology {
	uint32_t apic_id;
	/* Number of the thread in its core, of the core in its module, and so on. */
	uint32_t within[TOPOLOGY_LEVELS];
	/* Equal on two processors exactly if they share it. */
	uint32_t core, cluster, cache, die, package;
	bool node_known; /* AMD */
	uint32_t node;   /* CPUID 8000_001E ECX[7:0] */
	enum core_type core_type;
	/* CPUID 1AH EAX[23:0], AMD's 8000_0026 EBX[27:24]; 0: not told */
	uint32_t native_model;
	uint32_t cache_levels; /* up to the last that it reaches; 0: not told */
};

#define TOPOLOGY_SUBLEAVES 8u

struct topology_leaf {
	uint32_t eax, ebx, ecx, edx;
};

/* What one processor's CPUID says; zeros where it has no such leaf. */
struct topology_leaves {
	bool amd;
	uint32_t apic_id;
	uint32_t ebx1, edx1;                             /* 01H */
	struct topology_leaf levels[TOPOLOGY_SUBLEAVES]; /* 1FH, or 0BH */
	struct topology_leaf caches[TOPOLOGY_SUBLEAVES]; /* 04H, or 8000_001D */
	uint32_t hybrid_eax;                             /* 1AH */
	uint32_t amd_hybrid_eax, amd_hybrid_ebx;         /* 8000_0026 */
	uint32_t sizes_ecx;                              /* 8000_0008 */
	bool has_amd_leaf;
	uint32_t amd_ebx, amd_ecx; /* 8000_001E */
};

/* Every number is bounded by what the APIC id holds, whatever the leaves say. */
void topology_decode(const struct topology_leaves *leaves, struct topology *topology);

/* How far two processors are from each other, nearest first. */
enum distance {
	DISTANCE_SELF,
	DISTANCE_CORE,    /* threads of one core */
	DISTANCE_CLUSTER, /* one L2, or one module */
	DISTANCE_CACHE,   /* one last-level cache */
	DISTANCE_PACKAGE,
	DISTANCE_MACHINE, /* another package */
	DISTANCES,
};

enum distance topology_distance(const struct topology *a, const struct topology *b);

/*
 * A core sleeps as deep as the shallowest of its threads, and a module of cores with
 * one L2 as the shallowest of them: true if one so near, awake, keeps another from
 * sleeping deeper than C1.
 */
static inline bool distance_keeps_awake(enum distance distance)
{
	return distance <= DISTANCE_CLUSTER;
}

/* "self", "core", "cluster", "cache", "package", "machine". */
const char *distance_name(enum distance distance);

/* "performance", "efficient", "" if the CPU does not tell. */
const char *core_type_name(enum core_type type);
