#pragma once
/*
 * The processors of a machine: as the firmware lists them, in the MADT and by
 * EFI_MP_SERVICES, each once; then what became of each.
 */
#include "lib/processor/topology.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROCESSORS 1024u

/* Who listed it; bits. */
enum processor_source {
	LISTED_BY_MADT = 1 << 0,
	LISTED_BY_MP_SERVICES = 1 << 1,
	LISTED_BY_ITSELF = 1 << 2, /* the boot processor, of which nobody spoke */
};

/* What became of it. */
enum processor_state {
	PROCESSOR_NOT_ASKED, /* more than the option cpus allows, or no way to start any
	                      */
	PROCESSOR_STARTED,
	PROCESSOR_SILENT,    /* never came, though asked twice */
	PROCESSOR_STUCK,     /* came, and was not heard of again */
	PROCESSOR_UNREACHED, /* its id is beyond 254, and the APICs are in xAPIC mode */
	PROCESSOR_STRANGE,   /* came, and is not as the boot processor is */
	PROCESSOR_UNFIT,     /* came, and went no further for want of the NX bit */
	PROCESSOR_FAULTED,   /* took an exception while it got ready */
};

/* An exception that nobody expected. */
struct processor_fault {
	uint64_t vector, error, rip, cr2;
};

/* In which its registers are not those of the boot processor; bits. */
enum processor_difference {
	DIFFERS_CONTROL = 1 << 0, /* CR0, CR4 or EFER */
	DIFFERS_PAT = 1 << 1,
	DIFFERS_MTRRS = 1 << 2,
	DIFFERS_APIC_MODE = 1 << 3,
	DIFFERS_LFENCE = 1 << 4,  /* LFENCE waits on one of them only */
	DIFFERS_SMI_LVT = 1 << 5, /* it did not take the LVT entries for SMIs */
};

struct processor {
	uint32_t apic_id;
	uint32_t acpi_uid;
	bool acpi_uid_known;
	uint8_t sources; /* enum processor_source */
	uint8_t differences;
	enum processor_state state;
	struct topology topology;
	bool srat_node_known;
	uint32_t srat_node; /* its proximity domain */
	bool tsc_adjust_known;
	uint64_t tsc_adjust;
	struct processor_fault fault; /* of one that has faulted */
};

struct processors {
	uint32_t count;    /* in list */
	uint32_t left_out; /* beyond what the list holds */
	bool boot_processor_listed;
	struct processor list[PROCESSORS];
};

#define UID_UNKNOWN UINT32_MAX

/*
 * Adds one that is enabled, or notes another source for it if its APIC id is there
 * already.  FFFFFFFF is no APIC id, but what firmware writes where there is none.
 */
void processors_add(struct processors *processors, uint32_t apic_id, uint32_t acpi_uid,
                    enum processor_source source);

/* The boot processor comes first, wherever it was listed, or if it was not. */
void processors_put_first(struct processors *processors, uint32_t apic_id);

/* NULL if none has that id. */
struct processor *processors_find(struct processors *processors, uint32_t apic_id);

/* "MADT", "MP services", "MADT and MP services", "neither MADT nor MP services". */
const char *processors_source(const struct processors *processors);

/* How many are in that state. */
uint32_t processors_count(const struct processors *processors,
                          enum processor_state state);

/* Why it was not started; "" if it was. */
const char *processor_reason(enum processor_state state);
