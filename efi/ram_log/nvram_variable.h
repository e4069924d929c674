#pragma once
/* The variables of the firmware that hold results, by number, from 1. */
#include "lib/boot/nvram.h"
#include "lib/boot/run_marker.h"
#include "lib/codes/pack_subset.h"

#include <efi.h>

#define NVRAM_ATTRIBUTES                                                               \
	(EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |                 \
	 EFI_VARIABLE_RUNTIME_ACCESS)

/* One call of GetVariable or SetVariable. */
struct nvram_variable {
	EFI_RUNTIME_SERVICES *runtime;
	unsigned number;
	UINTN size;
	void *bytes;
	EFI_STATUS status;
};

/* The argument is such a call: for runtime_call(). */
void nvram_set(void *variable);
void nvram_get(void *variable);

void nvram_delete(EFI_RUNTIME_SERVICES *runtime, unsigned number);

struct nvram_run {
	char text[RUN_MARKER_TEXT + 18];
};

/* What its codes have as their run: ids come again, and the nonce does not. */
struct nvram_run nvram_run_of(const struct run_marker *marker);

/* What is written there, and read back. */
struct nvram {
	unsigned most;    /* codes that may be written */
	unsigned written; /* codes that were read back as they are */
	struct pack_subset subset;
	struct packer packer;
	uint8_t back[NVRAM_CODE_BYTES];
};
