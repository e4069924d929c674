#include "lib/machine/acpi_nodes.h"

#include "lib/base/little.h"

#define SRAT_BYTES 48u

enum srat_type { SRAT_APIC = 0, SRAT_MEMORY = 1, SRAT_X2APIC = 2 };

#define APIC_BYTES 16u
#define MEMORY_BYTES 40u
#define X2APIC_BYTES 24u
#define ENABLED 1u

/* Before revision 2 a node's number had 8 bits, and the others were reserved. */
static uint64_t mask_of(const struct acpi_table *srat)
{
	return srat->bytes[8] < 2 ? 0xff : UINT32_MAX;
}

static void set_node(struct processors *processors, uint64_t apic_id, uint64_t node)
{
	struct processor *const processor =
		processors_find(processors, (uint32_t)apic_id);

	if (processor == NULL)
		return;
	processor->srat_node = (uint32_t)node;
	processor->srat_node_known = true;
}

static void add_memory(struct nodes *nodes, const uint8_t *entry, uint64_t mask)
{
	if (nodes->count == NODE_RANGES) {
		nodes->left_out++;
		return;
	}
	nodes->ranges[nodes->count++] = (struct node_range){
		.base = little(entry + 8, 8),
		.length = little(entry + 16, 8),
		.node = (uint32_t)(little(entry + 2, 4) & mask),
	};
}

/* A node's number is in two parts where the processor's id has eight bits. */
static void take(const struct acpi_table *srat, uint32_t at, uint32_t length,
                 struct processors *processors, struct nodes *nodes)
{
	const uint8_t *const entry = srat->bytes + at;
	const uint64_t mask = mask_of(srat);
	const uint8_t type = entry[0];

	if (type == SRAT_APIC && length >= APIC_BYTES && (entry[4] & ENABLED) != 0)
		set_node(processors, entry[3],
		         (entry[2] | little(entry + 9, 3) << 8) & mask);
	else if (type == SRAT_X2APIC && length >= X2APIC_BYTES &&
	         (entry[12] & ENABLED) != 0)
		set_node(processors, little(entry + 8, 4), little(entry + 4, 4));
	else if (type == SRAT_MEMORY && length >= MEMORY_BYTES &&
	         (entry[28] & ENABLED) != 0)
		add_memory(nodes, entry, mask);
}

enum err acpi_nodes(const struct acpi_table *srat, struct processors *processors,
                    struct nodes *nodes)
{
	nodes->count = nodes->left_out = 0;
	/*
	 * No processor gets its node from a table that contradicts itself further on.
	 */
	for (uint32_t at = SRAT_BYTES; at < srat->length; at += srat->bytes[at + 1]) {
		const uint32_t left = srat->length - at;

		if (left < 2 || srat->bytes[at + 1] < 2 || srat->bytes[at + 1] > left)
			return ERR_DAMAGED;
	}
	for (uint32_t at = SRAT_BYTES; at < srat->length; at += srat->bytes[at + 1])
		take(srat, at, srat->bytes[at + 1], processors, nodes);
	return ERR_NONE;
}

uint32_t node_of(const struct nodes *nodes, uint64_t address)
{
	for (uint32_t i = 0; i < nodes->count; i++)
		if (address >= nodes->ranges[i].base &&
		    address - nodes->ranges[i].base < nodes->ranges[i].length)
			return nodes->ranges[i].node;
	return NODE_UNKNOWN;
}
