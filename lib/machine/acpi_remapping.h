#pragma once
/*
 * Whether interrupts can be remapped for APICs in x2APIC mode, as firmware's tables of
 * IOMMUs say.  A table that is damaged says nothing, which is no.
 */
#include "lib/machine/acpi.h"

/*
 * Intel's DMAR: the flag INTR_REMAP, and IR and EIM in the extended capability register
 * of every unit it lists, which read_register fetches (Intel, "Virtualization
 * Technology for Directed I/O", 8.1 "DMA Remapping Reporting Structure", 11.4.3
 * "Extended Capability Register").  A unit whose registers are not below 4 GiB, or
 * answer all ones, says no.
 */
bool acpi_dmar_remaps(const struct acpi_table *dmar,
                      uint64_t (*read_register)(uint64_t address));

/*
 * AMD's IVRS: XTSup in the features of every IOMMU that shows them (48882, "AMD I/O
 * Virtualization Technology (IOMMU) Specification", 5.2.2 "IVHD").
 */
bool acpi_ivrs_remaps(const struct acpi_table *ivrs);
