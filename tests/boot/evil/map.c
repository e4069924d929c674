/* Memory maps that say too little, or too much. */
#include "lib/x86/insn.h"
#include "tests/boot/evil/evil.h"

#define SPECIAL (UINT64_C(1) << 18) /* EFI_MEMORY_SP */
#define FOUR_GIB (UINT64_C(4) << 30)
#define PAGE 4096u

static EFI_GET_MEMORY_MAP real_map;

/* How large a descriptor is is said with a map alone. */
static EFI_STATUS EFIAPI map_without_step(UINTN *size, EFI_MEMORY_DESCRIPTOR *map,
                                          UINTN *key, UINTN *step, UINT32 *version)
{
	UINTN its = 0;
	const EFI_STATUS status = real_map(size, map, key, &its, version);

	if (!EFI_ERROR(status))
		*step = its;
	return status;
}

/* Four GiB of RAM behind the last address that the processor has. */
static void add_beyond(EFI_MEMORY_DESCRIPTOR *d)
{
	const uint32_t bits = cpuid(0x80000008u, 0).eax & 0xff;

	*d = (EFI_MEMORY_DESCRIPTOR){
		.Type = EfiConventionalMemory,
		.PhysicalStart = UINT64_C(1) << bits,
		.NumberOfPages = FOUR_GIB / PAGE,
		.Attribute = EFI_MEMORY_WB,
	};
}

static EFI_STATUS EFIAPI map_with_beyond(UINTN *size, EFI_MEMORY_DESCRIPTOR *map,
                                         UINTN *key, UINTN *step, UINT32 *version)
{
	const UINTN room = *size;
	EFI_STATUS status = real_map(size, map, key, step, version);

	if (EFI_ERROR(status) && status != EFI_BUFFER_TOO_SMALL)
		return status;
	*size += *step;
	if (!EFI_ERROR(status) && *size > room)
		status = EFI_BUFFER_TOO_SMALL;
	if (!EFI_ERROR(status))
		add_beyond((EFI_MEMORY_DESCRIPTOR *)((char *)map + *size - *step));
	return status;
}

/* All above 4 GiB is somebody's. */
static EFI_STATUS EFIAPI map_with_special(UINTN *size, EFI_MEMORY_DESCRIPTOR *map,
                                          UINTN *key, UINTN *step, UINT32 *version)
{
	const EFI_STATUS status = real_map(size, map, key, step, version);

	for (UINTN at = 0; !EFI_ERROR(status) && at < *size; at += *step) {
		EFI_MEMORY_DESCRIPTOR *const d =
			(EFI_MEMORY_DESCRIPTOR *)((char *)map + at);

		if (d->PhysicalStart >= FOUR_GIB)
			d->Attribute |= SPECIAL;
	}
	return status;
}

void evil_map(const struct firmware *firmware, const struct evil *evil)
{
	static const EFI_GET_MEMORY_MAP maps[] = {
		[MAP_NO_STEP] = (EFI_GET_MEMORY_MAP)map_without_step,
		[MAP_BEYOND] = (EFI_GET_MEMORY_MAP)map_with_beyond,
		[MAP_SPECIAL] = (EFI_GET_MEMORY_MAP)map_with_special,
	};
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;

	if (evil->map == MAP_WELL)
		return;
	real_map = boot->GetMemoryMap;
	boot->GetMemoryMap = maps[evil->map];
}
