#include "lib/processor/topology.h"

#include <stddef.h>

static uint32_t bits(uint32_t value, unsigned high, unsigned low)
{
	return value >> low & (uint32_t)((UINT64_C(2) << (high - low)) - 1);
}

/* Bits that so many numbers take. */
static unsigned bits_for(uint32_t count)
{
	unsigned width = 0;

	while (width < 32 && (UINT64_C(1) << width) < count)
		width++;
	return width;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static uint32_t shifted(uint32_t id, unsigned shift)
{
	return shift < 32 ? id >> shift : 0;
}

/* Where in the APIC id the number of each level begins; 32 from the end of it on. */
struct shifts {
	unsigned of[TOPOLOGY_LEVELS];
};

/*
 * Leaf 1FH, or 0BH: each subleaf tells where the level above its own begins.  A level
 * of a kind that is not known here counts to the one below it.
 */
static bool read_levels(const struct topology_leaves *leaves, struct shifts *shifts)
{
	unsigned level = TOPOLOGY_THREAD;
	unsigned end = 0;

	if (leaves->levels[0].ebx == 0)
		return false;
	for (unsigned i = 0; i < TOPOLOGY_SUBLEAVES; i++) {
		const struct topology_leaf *const leaf = &leaves->levels[i];
		const uint32_t kind = bits(leaf->ecx, 15, 8);
		const unsigned told = bits(leaf->eax, 4, 0);

		if (kind == 0)
			break;
		while (kind <= TOPOLOGY_PACKAGE && level + 1 < kind)
			shifts->of[++level] = end;
		end = told > end ? told : end;
	}
	while (level + 1 < TOPOLOGY_LEVELS)
		shifts->of[++level] = end;
	return true;
}

/* Before leaf 0BH: logical processors of a package, and cores or threads of one. */
static void guess_levels(const struct topology_leaves *leaves, struct shifts *shifts)
{
	const bool many = bits(leaves->edx1, 28, 28) != 0;
	const unsigned logical = many ? bits_for(bits(leaves->ebx1, 23, 16)) : 0;
	const unsigned told = bits(leaves->sizes_ecx, 15, 12);
	const unsigned package = leaves->amd && told != 0 ? told : logical;
	const unsigned cores = bits_for(bits(leaves->caches[0].eax, 31, 26) + 1);
	unsigned core = 0;

	if (leaves->amd)
		core = bits_for(bits(leaves->amd_ebx, 15, 8) + 1);
	else if (leaves->caches[0].eax != 0 && cores < package)
		core = package - cores;
	shifts->of[TOPOLOGY_CORE] = core < package ? core : package;
	for (unsigned level = TOPOLOGY_MODULE; level < TOPOLOGY_LEVELS; level++)
		shifts->of[level] = package;
}

/* Shift of the APIC id that gives the number of the cache of that level; -1: none. */
static int cache_shift(const struct topology_leaves *leaves, uint32_t level)
{
	int shift = -1;

	for (unsigned i = 0; i < TOPOLOGY_SUBLEAVES; i++) {
		const uint32_t eax = leaves->caches[i].eax;
		const uint32_t kind = bits(eax, 4, 0);

		if (kind == 0)
			break;
		if (bits(eax, 7, 5) == level)
			shift = (int)bits_for(bits(eax, 25, 14) + 1);
	}
	return shift;
}

/*
 * Without caches told, cores of a module share an L2, and others share nothing.  A
 * cache may be said to be shared by more ids than a package has.
 */
static void find_caches(const struct topology_leaves *leaves,
                        const struct shifts *shifts, struct topology *topology)
{
	const unsigned package = shifts->of[TOPOLOGY_PACKAGE];
	const unsigned module = shifts->of[TOPOLOGY_MODULE];
	const bool has_modules = shifts->of[TOPOLOGY_TILE] > module;
	const int told = cache_shift(leaves, 2);
	unsigned second = has_modules ? module : shifts->of[TOPOLOGY_CORE];
	unsigned last;

	if (told >= 0)
		second = least((unsigned)told, package);
	last = second;
	for (uint32_t level = 3; level <= 4; level++)
		if (cache_shift(leaves, level) >= 0)
			last = least((unsigned)cache_shift(leaves, level), package);
	topology->cluster = shifted(topology->apic_id, second);
	topology->cache = shifted(topology->apic_id, last);
}

/* The highest level of cache that is told of. */
static uint32_t cache_levels(const struct topology_leaves *leaves)
{
	uint32_t last = 0;

	for (uint32_t level = 1; level <= 4; level++)
		if (cache_shift(leaves, level) >= 0)
			last = level;
	return last;
}

static enum core_type core_type_of(uint32_t hybrid_eax)
{
	switch (bits(hybrid_eax, 31, 24)) {
	case 0x40:
		return CORE_PERFORMANCE;
	case 0x20:
		return CORE_EFFICIENT;
	default:
		return CORE_UNKNOWN;
	}
}

/*
 * AMD tells a core's type where HeterogeneousCores, EAX[30], says that there are
 * several: EBX[31:28] is 0 for performance, 1 for efficiency (APM 3
 * "CPUID Fn8000_0026"; Linux get_topology_cpu_type()).
 */
static void find_core_type(const struct topology_leaves *leaves,
                           struct topology *topology)
{
	topology->cache_levels = cache_levels(leaves);
	if (!leaves->amd) {
		topology->core_type = core_type_of(leaves->hybrid_eax);
		topology->native_model = bits(leaves->hybrid_eax, 23, 0);
	} else if (bits(leaves->amd_hybrid_eax, 30, 30) != 0) {
		const uint32_t type = bits(leaves->amd_hybrid_ebx, 31, 28);

		topology->core_type = type == 0   ? CORE_PERFORMANCE
		                      : type == 1 ? CORE_EFFICIENT
		                                  : CORE_UNKNOWN;
		topology->native_model = bits(leaves->amd_hybrid_ebx, 27, 24);
	}
}

void topology_decode(const struct topology_leaves *leaves, struct topology *topology)
{
	struct shifts shifts = { 0 };

	*topology = (struct topology){ .apic_id = leaves->apic_id };
	if (!read_levels(leaves, &shifts))
		guess_levels(leaves, &shifts);
	for (unsigned level = 0; level < TOPOLOGY_LEVELS; level++) {
		const uint32_t number = shifted(leaves->apic_id, shifts.of[level]);
		const unsigned width = level + 1 < TOPOLOGY_LEVELS
		                               ? shifts.of[level + 1] - shifts.of[level]
		                               : 32;

		topology->within[level] =
			width >= 32 ? number : number & ((UINT32_C(1) << width) - 1);
	}
	topology->core = shifted(leaves->apic_id, shifts.of[TOPOLOGY_CORE]);
	topology->die = shifted(leaves->apic_id, shifts.of[TOPOLOGY_DIE]);
	topology->package = shifted(leaves->apic_id, shifts.of[TOPOLOGY_PACKAGE]);
	find_caches(leaves, &shifts, topology);
	topology->node_known = leaves->amd && leaves->has_amd_leaf;
	topology->node = topology->node_known ? bits(leaves->amd_ecx, 7, 0) : 0;
	find_core_type(leaves, topology);
}

/* Caches may be numbered across packages, but are never shared by two of them. */
enum distance topology_distance(const struct topology *a, const struct topology *b)
{
	if (a->apic_id == b->apic_id)
		return DISTANCE_SELF;
	if (a->package != b->package)
		return DISTANCE_MACHINE;
	if (a->core == b->core)
		return DISTANCE_CORE;
	if (a->cluster == b->cluster)
		return DISTANCE_CLUSTER;
	return a->cache == b->cache ? DISTANCE_CACHE : DISTANCE_PACKAGE;
}

const char *distance_name(enum distance distance)
{
	static const char *const names[DISTANCES] = {
		"self", "core", "cluster", "cache", "package", "machine",
	};

	return names[distance];
}

const char *core_type_name(enum core_type type)
{
	static const char *const names[] = { "", "performance", "efficient" };

	return names[type];
}
