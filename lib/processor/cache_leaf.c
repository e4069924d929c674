#include "lib/processor/cache_leaf.h"

#include "lib/base/line.h"

enum cache_kind { KIND_NONE, KIND_DATA, KIND_CODE, KIND_UNIFIED };

static uint64_t one_more(uint32_t value, unsigned high, unsigned low)
{
	const uint64_t mask = (UINT64_C(2) << (high - low)) - 1;

	return (value >> low & mask) + 1;
}

/* Ways, partitions, bytes of a line, sets: each is told as one less. */
static uint64_t bytes_of(const struct topology_leaf *cache)
{
	return one_more(cache->ebx, 31, 22) * one_more(cache->ebx, 21, 12) *
	       one_more(cache->ebx, 11, 0) * one_more(cache->ecx, 31, 0);
}

struct cache_sizes cache_sizes_of(const struct topology_leaf *caches, unsigned count)
{
	struct cache_sizes sizes = { 0 };

	for (unsigned i = 0; i < count; i++) {
		const uint32_t kind = caches[i].eax & 0x1f;
		const uint32_t level = caches[i].eax >> 5 & 7;
		const uint64_t bytes = bytes_of(&caches[i]);

		if (kind == KIND_NONE)
			break;
		if (kind != KIND_CODE && level >= 1 && level <= CACHE_LEVELS &&
		    bytes > sizes.bytes[level - 1])
			sizes.bytes[level - 1] = bytes;
	}
	return sizes;
}

void cache_record(const struct cache_sizes *sizes, struct record *record)
{
	char key[24];

	for (unsigned level = 1; level <= CACHE_LEVELS; level++) {
		if (sizes->bytes[level - 1] == 0)
			continue;
		format_text(key, sizeof key, "cache_l%u_bytes", level);
		record_fact(record, key, "%lu", sizes->bytes[level - 1]);
	}
}
