#include "lib/acpi_nodes.h"

#define SRAT_BYTES 48u

enum srat_type { SRAT_APIC = 0, SRAT_MEMORY = 1, SRAT_X2APIC = 2 };

#define APIC_BYTES 16u
#define MEMORY_BYTES 40u
#define X2APIC_BYTES 24u
#define ENABLED 1u

static uint64_t get(const uint8_t *bytes, unsigned count)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < count; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

static void seat(struct processors *processors, uint64_t apic_id, uint64_t node)
{
	struct processor *const processor =
		processors_find(processors, (uint32_t)apic_id);

	if (processor == NULL)
		return;
	processor->srat_node = (uint32_t)node;
	processor->srat_node_known = true;
}

static void add_memory(struct nodes *nodes, const uint8_t *entry)
{
	if (nodes->count == NODE_RANGES) {
		nodes->left_out++;
		return;
	}
	nodes->ranges[nodes->count++] = (struct node_range){
		.base = get(entry + 8, 8),
		.length = get(entry + 16, 8),
		.node = (uint32_t)get(entry + 2, 4),
	};
}

/* A node's number is in two parts where the processor's id has eight bits. */
static void take(const uint8_t *entry, uint32_t length, struct processors *processors,
                 struct nodes *nodes)
{
	const uint8_t type = entry[0];

	if (type == SRAT_APIC && length >= APIC_BYTES && (entry[4] & ENABLED) != 0)
		seat(processors, entry[3], entry[2] | get(entry + 9, 3) << 8);
	else if (type == SRAT_X2APIC && length >= X2APIC_BYTES &&
	         (entry[12] & ENABLED) != 0)
		seat(processors, get(entry + 8, 4), get(entry + 4, 4));
	else if (type == SRAT_MEMORY && length >= MEMORY_BYTES &&
	         (entry[28] & ENABLED) != 0)
		add_memory(nodes, entry);
}

enum err acpi_nodes(const struct acpi_table *srat, struct processors *processors,
                    struct nodes *nodes)
{
	nodes->count = nodes->left_out = 0;
	for (uint32_t at = SRAT_BYTES; at < srat->length;) {
		const uint32_t left = srat->length - at;
		const uint32_t length = left < 2 ? 0 : srat->bytes[at + 1];

		if (length < 2 || length > left) {
			nodes->count = 0;
			return ERR_DAMAGED;
		}
		take(srat->bytes + at, length, processors, nodes);
		at += length;
	}
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
