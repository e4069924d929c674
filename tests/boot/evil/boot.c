/* Leaving the firmware: a way out that fails, and a memory map that does not hold
 * still. */
#include "tests/boot/evil/evil.h"

#define PAGE 4096u
#define LOW_END ((UINT64)1 << 20)
#define HIGH ((UINT64)1 << 32)
#define GROW_MOST 512u

static struct {
	EFI_EXIT_BOOT_SERVICES exit;
	EFI_GET_MEMORY_MAP map;
	EFI_ALLOCATE_PAGES allocate;
	EFI_FREE_PAGES free;
	uint32_t exits, grow;
	EFI_PHYSICAL_ADDRESS next_high;
} real;

static EFI_STATUS EFIAPI exit_fails(EFI_HANDLE image, UINTN key)
{
	if (real.exits == 0)
		return real.exit(image, key);
	real.exits--;
	return EFI_INVALID_PARAMETER;
}

/* Every other page of a block is given back: no two of them make one descriptor. */
static void grow(void)
{
	const uint32_t count = real.grow < GROW_MOST ? real.grow : GROW_MOST;
	EFI_PHYSICAL_ADDRESS start = 0;

	if (count == 0 || EFI_ERROR(real.allocate(AllocateAnyPages, EfiLoaderData,
	                                          count + 1, &start)))
		return;
	for (uint32_t i = 1; i < count; i += 2)
		real.free(start + (UINT64)i * PAGE, 1);
}

static EFI_STATUS EFIAPI map_grows(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *key,
                                   UINTN *step, UINT32 *version)
{
	grow();
	return real.map(size, map, key, step, version);
}

static EFI_STATUS EFIAPI map_without_low(UINTN *size, EFI_MEMORY_DESCRIPTOR *map,
                                         UINTN *key, UINTN *step, UINT32 *version)
{
	const EFI_STATUS status = map_grows(size, map, key, step, version);

	for (UINTN at = 0; !EFI_ERROR(status) && at < *size; at += *step) {
		EFI_MEMORY_DESCRIPTOR *const d =
			(EFI_MEMORY_DESCRIPTOR *)((char *)map + at);

		if (d->PhysicalStart < LOW_END)
			d->Type = EfiReservedMemoryType;
	}
	return status;
}

/* As firmware that does not clear what is freed, until something else is there. */
static EFI_STATUS EFIAPI free_nothing(EFI_PHYSICAL_ADDRESS address, UINTN pages)
{
	(void)address;
	(void)pages;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI allocate_above_low(EFI_ALLOCATE_TYPE type,
                                            EFI_MEMORY_TYPE memory, UINTN pages,
                                            EFI_PHYSICAL_ADDRESS *address)
{
	if (type != AllocateAnyPages && *address < LOW_END)
		return EFI_OUT_OF_RESOURCES;
	return real.allocate(type, memory, pages, address);
}

/* One behind the other, as long as there is memory. */
static EFI_STATUS EFIAPI allocate_any_high(EFI_ALLOCATE_TYPE type,
                                           EFI_MEMORY_TYPE memory, UINTN pages,
                                           EFI_PHYSICAL_ADDRESS *address)
{
	EFI_PHYSICAL_ADDRESS high = real.next_high;

	if (type != AllocateAnyPages ||
	    EFI_ERROR(real.allocate(AllocateAddress, memory, pages, &high)))
		return real.allocate(type, memory, pages, address);
	real.next_high += pages * (UINT64)PAGE;
	*address = high;
	return EFI_SUCCESS;
}

static EFI_INPUT_READ_KEY read_key;
static uint32_t keys;

static EFI_STATUS EFIAPI read_waiting_key(SIMPLE_INPUT_INTERFACE *in,
                                          EFI_INPUT_KEY *key)
{
	if (keys == 0)
		return read_key(in, key);
	keys--;
	*key = (EFI_INPUT_KEY){ 0, L'\r' };
	return EFI_SUCCESS;
}

static void keys_wait(SIMPLE_INPUT_INTERFACE *in, const struct evil *evil)
{
	if (in == NULL || evil->keys == 0)
		return;
	keys = evil->keys;
	read_key = in->ReadKeyStroke;
	in->ReadKeyStroke = read_waiting_key;
}

void evil_boot_services(const struct firmware *firmware, const struct evil *evil)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;

	real.exit = boot->ExitBootServices;
	real.map = boot->GetMemoryMap;
	real.allocate = boot->AllocatePages;
	real.free = boot->FreePages;
	real.exits = evil->exits;
	real.grow = evil->grow;
	real.next_high = HIGH;
	keys_wait(firmware->table->ConIn, evil);
	boot->ExitBootServices = exit_fails;
	boot->GetMemoryMap = evil->no_low_memory ? map_without_low : map_grows;
	if (evil->no_low_memory)
		boot->AllocatePages = allocate_above_low;
	if (evil->frees_nothing)
		boot->FreePages = free_nothing;
	if (evil->any_is_high)
		boot->AllocatePages = allocate_any_high;
}
