#pragma once
/*
 * ACPI tables, as far as a program without AML needs them (ACPI 6.5, chapter 5).
 *
 * Firmware tables are foreign input: every length is checked against what can be
 * read, every sum is checked, and a table that contradicts itself is refused.  A sum
 * that is wrong refuses a table, but for one that would be missed too much
 * (acpi_find_any()).
 */
#include "lib/base/err.h"
#include "lib/machine/processors.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Physical memory that may be read; the tests hand out slices of an array. */
struct physical_memory {
	/* NULL unless all of address ... address + length - 1 may be read. */
	const uint8_t *(*at)(const struct physical_memory *memory, uint64_t address,
	                     size_t length);
};

struct acpi_table {
	const uint8_t *bytes;
	uint32_t length; /* header included */
	bool sum_is_wrong;
};

/* Where the tables are listed. */
enum acpi_root {
	ACPI_NO_ROOT,
	ACPI_XSDT,
	ACPI_RSDT,         /* ACPI 1.0, which has no other */
	ACPI_RSDT_INSTEAD, /* of an XSDT that is not there, or damaged */
};

enum acpi_root acpi_root(const struct physical_memory *memory, uint64_t rsdp,
                         struct acpi_table *root);

/*
 * Looks for a table by its four-character signature in the XSDT, or the RSDT where
 * there is no XSDT that is whole.  table->sum_is_wrong is the caller's to look at: of
 * the FADT ACPICA, and so every system, only notes it, and there are machines where it
 * is so.
 */
enum err acpi_find_any(const struct physical_memory *memory, uint64_t rsdp,
                       const char *signature, struct acpi_table *table) MUST_CHECK;

/* The same; ERR_DAMAGED if the table's sum is wrong. */
enum err acpi_find(const struct physical_memory *memory, uint64_t rsdp,
                   const char *signature, struct acpi_table *table) MUST_CHECK;

/*
 * What types 0 (local APIC) and 9 (local x2APIC) list with the enabled flag; a
 * processor that could only be brought online is not there.  The list begins empty, and
 * is empty if the table is damaged.
 */
enum err acpi_processors(const struct acpi_table *madt,
                         struct processors *processors) MUST_CHECK;

/* The power management timer, as the FADT describes it. */
struct acpi_pm_timer {
	uint16_t port;
	bool is_32_bits; /* else 24 */
};

/* ERR_ABSENT on a machine without one, or with one that is not at an I/O port. */
enum err acpi_pm_timer_of(const struct acpi_table *fadt,
                          struct acpi_pm_timer *timer) MUST_CHECK;

/* The reset register, as the FADT describes it. */
enum acpi_space { ACPI_MEMORY = 0, ACPI_IO = 1, ACPI_PCI = 2 };

struct acpi_reset {
	bool there;
	uint8_t space; /* enum acpi_space */
	uint8_t value; /* to be written */
	/* ACPI_PCI: offset in 15:0, function in 31:16, device of bus 0 in 47:32. */
	uint64_t address;
};

/* ERR_ABSENT on a machine without one. */
enum err acpi_reset_of(const struct acpi_table *fadt,
                       struct acpi_reset *reset) MUST_CHECK;

/*
 * Whether firmware wants the APICs to stay out of x2APIC mode, by the DMAR table: the
 * flag counts where interrupts can be remapped (Intel, "Virtualization Technology for
 * Directed I/O", 8.1 "DMA Remapping Reporting Structure").
 */
enum err acpi_x2apic_opt_out(const struct acpi_table *dmar, bool *opts_out) MUST_CHECK;

/*
 * First of the eight I/O ports of the UART that the SPCR table names, a 16550 or like
 * one (Microsoft, "Serial Port Console Redirection Table").  ERR_ABSENT if it names
 * none, or another kind.
 */
enum err acpi_serial_port(const struct acpi_table *spcr, uint16_t *port) MUST_CHECK;

/* Physical address of the HPET's registers. */
enum err acpi_hpet_address(const struct acpi_table *hpet, uint64_t *address) MUST_CHECK;
