#pragma once
/*
 * Physical memory that holds ACPI tables, each in a heap block of exactly its size: who
 * reads beyond what he asked for is caught by the sanitizer, who asks for more than a
 * block has gets nothing.
 */
#include "lib/machine/acpi.h"
#include "tests/unit/support/unit.h"

#define RSDP UINT64_C(0xe0000)
#define RSDT UINT64_C(0x7ff01000)
#define XSDT UINT64_C(0x17ff02000) /* needs more than 32 bits */
#define FADT UINT64_C(0x7ff03000)
#define MADT UINT64_C(0x17ff04000)
#define HPET UINT64_C(0x7ff05000)
#define BLOCKS 8u

struct block {
	uint64_t address;
	size_t length;
	uint8_t *bytes;
};

struct world {
	struct physical_memory memory;
	unsigned count;
	struct block blocks[BLOCKS];
};

static struct world world;

static inline const uint8_t *world_at(const struct physical_memory *memory,
                                      uint64_t address, size_t length)
{
	(void)memory;
	for (unsigned i = 0; i < world.count; i++) {
		const struct block *const block = &world.blocks[i];

		if (address >= block->address &&
		    address - block->address <= block->length &&
		    length <= block->length - (address - block->address))
			return block->bytes + (address - block->address);
	}
	return NULL;
}

static inline void world_free(void)
{
	for (unsigned i = 0; i < world.count; i++)
		free(world.blocks[i].bytes);
	world = (struct world){ .memory = { world_at } };
}

static inline struct block *world_block(uint64_t address)
{
	for (unsigned i = 0; i < world.count; i++)
		if (world.blocks[i].address == address)
			return &world.blocks[i];
	fail_msg("no block at %llx", (unsigned long long)address);
	return NULL;
}

static inline uint8_t *bytes_at(uint64_t address)
{
	return world_block(address)->bytes;
}

static inline uint8_t *world_add(uint64_t address, const void *bytes, size_t length)
{
	struct block *const block = &world.blocks[world.count++];

	assert_in_range(world.count, 1, BLOCKS);
	*block = (struct block){ address, length, malloc(length) };
	memcpy(block->bytes, bytes, length);
	return block->bytes;
}

static inline void set(uint8_t *bytes, uint64_t value, unsigned count)
{
	memcpy(bytes, &value, count);
}

/* Makes bytes sum to zero by the one at. */
static inline void set_checksum(uint8_t *bytes, size_t length, size_t at)
{
	uint8_t sum = 0;

	bytes[at] = 0;
	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[at] = (uint8_t)(0x100 - sum);
}

static inline void log_header_table(uint64_t address)
{
	const struct block *const block = world_block(address);

	set_checksum(block->bytes, block->length, 9);
}

/* A table with a good header around so many bytes of content. */
static inline uint8_t *add_table(uint64_t address, const char *signature,
                                 const void *content, size_t bytes)
{
	uint8_t table[65536] = { 0 };

	assert_in_range(bytes, 0, sizeof table - 36);
	memcpy(table, signature, 4);
	set(table + 4, 36 + bytes, 4);
	memcpy(table + 36, content, bytes);
	set_checksum(table, 36 + bytes, 9);
	return world_add(address, table, 36 + bytes);
}

static inline void add_rsdp(unsigned revision)
{
	uint8_t rsdp[36] = "RSD PTR ";

	rsdp[15] = (uint8_t)revision;
	set(rsdp + 16, RSDT, 4);
	set(rsdp + 20, 36, 4);
	set(rsdp + 24, revision >= 2 ? XSDT : 0, 8);
	set_checksum(rsdp, 20, 8);
	set_checksum(rsdp, 36, 32);
	world_add(RSDP, rsdp, revision >= 2 ? 36 : 20);
}

/* A machine of two processors, as revision 2; the RSDT leads to the FADT only. */
static inline void build_world(const void *madt_entries, size_t bytes)
{
	const uint64_t xsdt[] = { FADT, MADT, HPET };
	const uint32_t rsdt[] = { (uint32_t)FADT, (uint32_t)HPET };
	uint8_t madt[65536 - 36] = { 0 };
	uint8_t fadt[208] = { 0 };
	uint8_t hpet[20] = { 0 };

	world_free();
	add_rsdp(2);
	add_table(XSDT, "XSDT", xsdt, sizeof xsdt);
	add_table(RSDT, "RSDT", rsdt, sizeof rsdt);
	set(fadt + 76 - 36, 0x608, 4); /* PM_TMR_BLK */
	fadt[91 - 36] = 4;             /* PM_TMR_LEN */
	set(fadt + 112 - 36, 1 << 8, 4);
	add_table(FADT, "FACP", fadt, sizeof fadt);
	memcpy(madt + 8, madt_entries, bytes);
	add_table(MADT, "APIC", madt, 8 + bytes);
	set(hpet + (44 - 36), 0xfed00000, 8);
	add_table(HPET, "HPET", hpet, sizeof hpet);
}

/* Entries of the MADT as initialisers: local APIC, local x2APIC. */
#define LOCAL_APIC(id, flags) 0, 8, 0x55, (id), (flags), 0, 0, 0
#define LOCAL_X2APIC(id, flags)                                                        \
	9, 16, 0, 0, (uint8_t)(id), (uint8_t)((id) >> 8), (uint8_t)((id) >> 16),       \
		(uint8_t)((id) >> 24), (flags), 0, 0, 0, 7, 0, 0, 0
