#include "lib/processor/tlb_leaf.h"

#include <stddef.h>

#define BITS(value, high, low)                                                         \
	((value) >> (low) & ((UINT32_C(2) << ((high) - (low))) - 1))

#define PAGES_4K (1u << TLB_4K)
#define PAGES_2M (1u << TLB_2M)
#define PAGES_1G (1u << TLB_1G)

/* For pages of each size in sizes. */
static void add(struct tlb_sizes *to, uint32_t level, enum tlb_side side,
                unsigned sizes, uint32_t entries)
{
	for (unsigned page = 0; page < TLB_PAGES; page++) {
		uint16_t *const at = &to->entries[level - 1][side][page];
		const uint32_t sum = *at + entries;

		if ((sizes >> page & 1) != 0)
			*at = (uint16_t)(sum > UINT16_MAX ? UINT16_MAX : sum);
	}
}

/*
 * Where loads and stores have translations of their own, those of loads count: a chase
 * is loads.
 */
static bool side_of(uint32_t type, enum tlb_side *side)
{
	switch (type) {
	case 1: /* data */
	case 4: /* loads */
		*side = TLB_DATA;
		return true;
	case 2:
		*side = TLB_CODE;
		return true;
	case 3:
		*side = TLB_UNIFIED;
		return true;
	default: /* none, or stores */
		return false;
	}
}

static void add_subleaf(struct tlb_sizes *sizes, const struct tlb_leaf *leaf)
{
	const uint32_t level = BITS(leaf->edx, 7, 5);
	const uint32_t ways = BITS(leaf->ebx, 31, 16);
	const unsigned pages = ((leaf->ebx & 1) != 0 ? PAGES_4K : 0) |
	                       ((leaf->ebx >> 1 & 3) != 0 ? PAGES_2M : 0) |
	                       ((leaf->ebx >> 3 & 1) != 0 ? PAGES_1G : 0);
	enum tlb_side side;

	if (level >= 1 && level <= TLB_LEVELS && side_of(BITS(leaf->edx, 4, 0), &side))
		add(sizes, level, side, pages, ways * leaf->ecx);
}

/* Subleaves that are not there are zero, and add nothing. */
static bool decode_18(struct tlb_sizes *sizes, const struct tlb_leaves *leaves)
{
	bool any = false;

	for (unsigned i = 0; i < TLB_SUBLEAVES; i++) {
		any = any || BITS(leaves->leaf_18[i].edx, 4, 0) != 0;
		add_subleaf(sizes, &leaves->leaf_18[i]);
	}
	return any;
}

/* What a byte of leaf 02H says of TLBs. */
static const struct {
	uint8_t byte, level, side, pages;
	uint16_t entries;
} descriptors[] = {
	{ 0x01, 1, TLB_CODE, PAGES_4K, 32 },
	{ 0x02, 1, TLB_CODE, PAGES_2M, 2 },
	{ 0x03, 1, TLB_DATA, PAGES_4K, 64 },
	{ 0x04, 1, TLB_DATA, PAGES_2M, 8 },
	{ 0x05, 2, TLB_DATA, PAGES_2M, 32 },
	{ 0x0b, 1, TLB_CODE, PAGES_2M, 4 },
	{ 0x4f, 1, TLB_CODE, PAGES_4K, 32 },
	{ 0x50, 1, TLB_CODE, PAGES_4K | PAGES_2M, 64 },
	{ 0x51, 1, TLB_CODE, PAGES_4K | PAGES_2M, 128 },
	{ 0x52, 1, TLB_CODE, PAGES_4K | PAGES_2M, 256 },
	{ 0x55, 1, TLB_CODE, PAGES_2M, 7 },
	{ 0x56, 1, TLB_DATA, PAGES_2M, 16 },
	{ 0x57, 1, TLB_DATA, PAGES_4K, 16 },
	{ 0x59, 1, TLB_DATA, PAGES_4K, 16 },
	{ 0x5a, 1, TLB_DATA, PAGES_2M, 32 },
	{ 0x5b, 1, TLB_DATA, PAGES_4K | PAGES_2M, 64 },
	{ 0x5c, 1, TLB_DATA, PAGES_4K | PAGES_2M, 128 },
	{ 0x5d, 1, TLB_DATA, PAGES_4K | PAGES_2M, 256 },
	{ 0x61, 1, TLB_CODE, PAGES_4K, 48 },
	{ 0x63, 1, TLB_DATA, PAGES_2M, 32 },
	{ 0x63, 1, TLB_DATA, PAGES_1G, 4 },
	{ 0x64, 1, TLB_DATA, PAGES_4K, 512 },
	{ 0x6a, 1, TLB_DATA, PAGES_4K, 64 },
	{ 0x6b, 1, TLB_DATA, PAGES_4K, 256 },
	{ 0x6c, 1, TLB_DATA, PAGES_2M, 128 },
	{ 0x6d, 1, TLB_DATA, PAGES_1G, 16 },
	{ 0x76, 1, TLB_CODE, PAGES_2M, 8 },
	{ 0xa0, 1, TLB_DATA, PAGES_4K, 32 },
	{ 0xb0, 1, TLB_CODE, PAGES_4K, 128 },
	{ 0xb1, 1, TLB_CODE, PAGES_2M, 8 },
	{ 0xb2, 1, TLB_CODE, PAGES_4K, 64 },
	{ 0xb3, 1, TLB_DATA, PAGES_4K, 128 },
	{ 0xb4, 2, TLB_DATA, PAGES_4K, 256 },
	{ 0xb5, 1, TLB_CODE, PAGES_4K, 64 },
	{ 0xb6, 1, TLB_CODE, PAGES_4K, 128 },
	{ 0xba, 2, TLB_DATA, PAGES_4K, 64 },
	{ 0xc0, 1, TLB_DATA, PAGES_4K | PAGES_2M, 8 },
	{ 0xc1, 2, TLB_UNIFIED, PAGES_4K | PAGES_2M, 1024 },
	{ 0xc2, 1, TLB_DATA, PAGES_4K | PAGES_2M, 16 },
	{ 0xc3, 2, TLB_UNIFIED, PAGES_4K | PAGES_2M, 1536 },
	{ 0xc3, 2, TLB_UNIFIED, PAGES_1G, 16 },
	{ 0xc4, 1, TLB_DATA, PAGES_2M, 32 },
	{ 0xca, 2, TLB_UNIFIED, PAGES_4K, 512 },
};

/*
 * Byte FFH says that caches are described elsewhere, and FEH that TLBs are: neither
 * takes anything from the other bytes.
 */
static bool add_byte(struct tlb_sizes *sizes, uint8_t byte)
{
	bool any = false;

	for (unsigned i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++)
		if (byte == descriptors[i].byte) {
			add(sizes, descriptors[i].level,
			    (enum tlb_side)descriptors[i].side, descriptors[i].pages,
			    descriptors[i].entries);
			any = true;
		}
	return any;
}

/* A register whose bit 31 is set holds nothing; AL is a count of 1. */
static bool decode_02(struct tlb_sizes *sizes, const struct tlb_leaf *leaf)
{
	const uint32_t registers[] = { leaf->eax & ~UINT32_C(0xff), leaf->ebx,
		                       leaf->ecx, leaf->edx };
	bool any = false;

	for (unsigned i = 0; i < 4; i++)
		for (unsigned byte = 0; byte < 4 && registers[i] >> 31 == 0; byte++)
			any = add_byte(sizes, (uint8_t)(registers[i] >> 8 * byte)) ||
			      any;
	return any;
}

/*
 * Of the second level, and of 1 GiB pages: data above, code below, in units of so many
 * entries; a TLB for both leaves the upper half empty.  Associativity 0: disabled.
 */
static void add_halves(struct tlb_sizes *sizes, uint32_t level, unsigned pages,
                       uint32_t value, uint32_t unit)
{
	const bool data = BITS(value, 31, 28) != 0;
	const bool code = BITS(value, 15, 12) != 0;

	if (data)
		add(sizes, level, TLB_DATA, pages, BITS(value, 27, 16) * unit);
	if (code)
		add(sizes, level, data || level == 1 ? TLB_CODE : TLB_UNIFIED, pages,
		    BITS(value, 11, 0) * unit);
}

static void add_first_level(struct tlb_sizes *sizes, unsigned pages, uint32_t value)
{
	add(sizes, 1, TLB_DATA, pages, BITS(value, 23, 16));
	add(sizes, 1, TLB_CODE, pages, BITS(value, 7, 0));
}

/*
 * L2TlbSizeX32: twelve bits are too few for the second level of Zen 5, so they count
 * units of 32 (APM 3 appendix E, "Function 8000_0021h").
 */
static uint32_t second_level_unit(const struct tlb_leaves *leaves)
{
	return (leaves->leaf_80000021.eax >> 14 & 1) != 0 ? 32 : 1;
}

static bool decode_amd(struct tlb_sizes *sizes, const struct tlb_leaves *leaves)
{
	const uint32_t unit = second_level_unit(leaves);

	add_first_level(sizes, PAGES_2M, leaves->leaf_80000005.eax);
	add_first_level(sizes, PAGES_4K, leaves->leaf_80000005.ebx);
	add_halves(sizes, 2, PAGES_2M, leaves->leaf_80000006.eax, unit);
	add_halves(sizes, 2, PAGES_4K, leaves->leaf_80000006.ebx, unit);
	add_halves(sizes, 1, PAGES_1G, leaves->leaf_80000019.eax, 1);
	add_halves(sizes, 2, PAGES_1G, leaves->leaf_80000019.ebx, unit);
	return leaves->leaf_80000005.ebx != 0;
}

/* Their leaf 02H leaves out the 4 KiB pages, so it is not used. */
static bool decode_centaur(struct tlb_sizes *sizes, const struct tlb_leaves *leaves)
{
	add_first_level(sizes, PAGES_2M, leaves->leaf_80000005.eax);
	add_first_level(sizes, PAGES_4K, leaves->leaf_80000005.ebx);
	return leaves->leaf_80000005.ebx != 0;
}

struct tlb_sizes tlb_sizes_of(const struct tlb_leaves *leaves)
{
	struct tlb_sizes sizes = { 0 };

	if (leaves->centaur) {
		if (decode_centaur(&sizes, leaves))
			sizes.source = "80000005H";
	} else if (leaves->amd) {
		if (decode_amd(&sizes, leaves))
			sizes.source = "80000005H 80000006H 80000019H";
	} else if (decode_18(&sizes, leaves)) {
		sizes.source = "18H";
	} else if (decode_02(&sizes, &leaves->leaf_02)) {
		sizes.source = "02H";
	}
	return sizes;
}

uint32_t tlb_reach(const struct tlb_sizes *sizes, enum tlb_side side,
                   enum tlb_page page)
{
	for (uint32_t level = TLB_LEVELS; level-- != 0;) {
		const uint16_t(*const of)[TLB_PAGES] = sizes->entries[level];
		const uint32_t sum = (uint32_t)of[side][page] + of[TLB_UNIFIED][page];

		if (sum != 0)
			return sum;
	}
	return 0;
}

/*
 * Skymont and Zen 5 have 4096 for pages of 4 KiB and 2 MiB, Skymont for code too;
 * Panther Lake 1024 for those of 1 GiB, beside data.
 */
uint32_t tlb_largest(enum tlb_page page)
{
	return page == TLB_1G ? 1024 : 4096;
}

static void put_size(struct record *record, uint32_t level, unsigned side,
                     unsigned page, uint32_t entries)
{
	static const char *const sides[] = { "_data_", "_code_", "_unified_" };
	static const char *const pages[] = { "4k", "2m", "1g" };
	char key[40];

	format_text(key, sizeof key, "tlb_l%u%s%s_entries", level, sides[side],
	            pages[page]);
	record_fact(record, key, "%u", entries);
}

void tlb_record(const struct tlb_sizes *sizes, struct record *record)
{
	record_fact(record, "tlb_source", "%s", sizes->source);
	for (uint32_t level = 1; level <= TLB_LEVELS; level++)
		for (unsigned side = 0; side < TLB_SIDES; side++)
			for (unsigned page = 0; page < TLB_PAGES; page++) {
				const uint16_t entries =
					sizes->entries[level - 1][side][page];

				if (entries != 0)
					put_size(record, level, side, page, entries);
			}
}
