#pragma once
#include <efi.h>

#include <stdbool.h>
#include <stdint.h>

/* The two things every UEFI program is given. */
struct firmware {
	EFI_HANDLE image;
	EFI_SYSTEM_TABLE *table;
};

static inline bool guid_equal(const EFI_GUID *a, const EFI_GUID *b)
{
	const uint8_t *const x = (const uint8_t *)a;
	const uint8_t *const y = (const uint8_t *)b;

	for (unsigned i = 0; i < sizeof *a; i++)
		if (x[i] != y[i])
			return false;
	return true;
}
