#include "lib/acpi_remapping.h"

#define DMAR_FLAGS 37u
#define DMAR_BYTES 48u
#define DMAR_INTR_REMAP 1u

#define IVRS_BLOCKS 48u
#define IVHD_11 0x11u
#define IVHD_40 0x40u
#define IVHD_FEATURES 24u
#define IVHD_BYTES 40u
#define IVHD_XTSUP (1u << 2)

bool acpi_dmar_remaps(const struct acpi_table *dmar)
{
	return dmar->length >= DMAR_BYTES &&
	       (dmar->bytes[DMAR_FLAGS] & DMAR_INTR_REMAP) != 0;
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
		const uint32_t length = block[2] | (uint32_t)block[3] << 8;

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
