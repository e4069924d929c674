#pragma once
#include <efi.h>

/* The two things every UEFI program is given. */
struct firmware {
	EFI_HANDLE image;
	EFI_SYSTEM_TABLE *table;
};
