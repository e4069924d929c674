#include "lib/machine/acpi_remapping.h"

#include "lib/base/little.h"

#define DMAR_FLAGS 37u
#define DMAR_BYTES 48u
#define DMAR_INTR_REMAP 1u
#define DMAR_DRHD 0u
#define DRHD_BASE 8u
#define DRHD_BYTES 16u

#define UNIT_ECAP 0x10u
#define ECAP_IR (UINT64_C(1) << 3)
#define ECAP_EIM (UINT64_C(1) << 4)

#define IVRS_BLOCKS 48u
#define IVHD_11 0x11u
#define IVHD_40 0x40u
#define IVHD_FEATURES 24u
#define IVHD_BYTES 40u
#define IVHD_XTSUP (1u << 2)

static bool unit_remaps(const uint8_t *unit, uint32_t length,
                        uint64_t (*read_register)(uint64_t address))
{
	const uint64_t base = length < DRHD_BYTES ? 0 : little(unit + DRHD_BASE, 8);
	const uint64_t needed = ECAP_IR | ECAP_EIM;
	uint64_t capabilities;

	if (base == 0 || base >= UINT64_C(1) << 32)
		return false;
	capabilities = read_register(base + UNIT_ECAP);
	return capabilities != UINT64_MAX && (capabilities & needed) == needed;
}

bool acpi_dmar_remaps(const struct acpi_table *dmar,
                      uint64_t (*read_register)(uint64_t address))
{
	unsigned found = 0;

	if (dmar->length < DMAR_BYTES ||
	    (dmar->bytes[DMAR_FLAGS] & DMAR_INTR_REMAP) == 0)
		return false;
	for (uint32_t at = DMAR_BYTES; at + 4 <= dmar->length;) {
		const uint8_t *const structure = dmar->bytes + at;
		const uint32_t length = (uint32_t)little(structure + 2, 2);

		if (length < 4 || at + length > dmar->length)
			return false;
		if (little(structure, 2) == DMAR_DRHD) {
			if (!unit_remaps(structure, length, read_register))
				return false;
			found++;
		}
		at += length;
	}
	return found != 0;
}

static bool shows_features(const uint8_t *block, uint32_t length)
{
	return (block[0] == IVHD_11 || block[0] == IVHD_40) && length >= IVHD_BYTES;
}

bool acpi_ivrs_remaps(const struct acpi_table *ivrs)
{
	unsigned found = 0;

	for (uint32_t at = IVRS_BLOCKS; at + 4 <= ivrs->length;) {
		const uint8_t *const block = ivrs->bytes + at;
		const uint32_t length = (uint32_t)little(block + 2, 2);

		if (length < 4 || at + length > ivrs->length)
			return false;
		if (shows_features(block, length)) {
			if ((block[IVHD_FEATURES] & IVHD_XTSUP) == 0)
				return false;
			found++;
		}
		at += length;
	}
	return found != 0;
}
