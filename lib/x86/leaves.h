#pragma once
/* What CPUID says of where the processor that asks sits. */
#include "lib/processor/topology.h"

/* CPUID 1FH or 0BH where they are, else the eight bits of 01H. */
uint32_t leaves_apic_id(void);

/* For topology_decode(). */
void leaves_read(struct topology_leaves *leaves, bool amd);

/* Of this processor, as in lib/processor/mwait.h. */
uint32_t leaves_mwait_kinds(void);
