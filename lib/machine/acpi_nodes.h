#pragma once
/*
 * Which node of the machine memory and processors are on: the proximity domains of the
 * SRAT table (ACPI 6.5, 5.2.16 "System Resource Affinity Table").
 */
#include "lib/machine/acpi.h"

#define NODE_RANGES 64u
#define NODE_UNKNOWN UINT32_MAX

struct node_range {
	uint64_t base, length;
	uint32_t node;
};

/* Without ranges nothing is known. */
struct nodes {
	uint32_t count;
	uint32_t left_out; /* ranges that there was no room for */
	struct node_range ranges[NODE_RANGES];
};

/*
 * Memory that is enabled, and the node of each processor in the list that the table
 * names as enabled; others keep theirs.  ERR_DAMAGED where lengths contradict: then
 * nodes is empty.
 */
enum err acpi_nodes(const struct acpi_table *srat, struct processors *processors,
                    struct nodes *nodes) MUST_CHECK;

/* NODE_UNKNOWN where no range holds the address. */
uint32_t node_of(const struct nodes *nodes, uint64_t address);
