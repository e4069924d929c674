#include "tests/silicon/host/ram.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE UINT64_C(4096)

/* The linker's. */
extern const char image_start[] __asm__("__executable_start");
extern const char image_text_end[] __asm__("etext");
extern const char image_end[] __asm__("end");

static const struct {
	uint64_t at, bytes;
} areas[] = {
	{ RAM_AT, RAM_BYTES },
	{ GIANTS_AT, GIANTS_BYTES },
	{ GIANT_AT, GIANT_BYTES },
};

const char *ram_open(struct ram *ram)
{
	for (unsigned i = 0; i < sizeof areas / sizeof areas[0]; i++) {
		void *const at = (void *)areas[i].at;

		if (mmap(at, areas[i].bytes, PROT_READ | PROT_WRITE,
		         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
		                 MAP_FIXED_NOREPLACE,
		         -1, 0) != at)
			return strerror(errno);
	}
	*ram = (struct ram){
		.image = (uintptr_t)image_start & ~(PAGE - 1),
		.image_text_end = ((uintptr_t)image_text_end + PAGE - 1) & ~(PAGE - 1),
		.image_end = ((uintptr_t)image_end + PAGE - 1) & ~(PAGE - 1),
	};
	return NULL;
}

bool ram_is_there(const struct ram *ram, uint64_t physical)
{
	for (unsigned i = 0; i < sizeof areas / sizeof areas[0]; i++)
		if (physical - areas[i].at < areas[i].bytes)
			return true;
	return physical >= ram->image && physical < ram->image_end;
}

/* Where nothing is, reads give ones, as on a bus that nobody answers. */
uint64_t ram_read(void *ram, uint64_t physical)
{
	return ram_is_there(ram, physical) ? *(const uint64_t *)physical : UINT64_MAX;
}

void ram_write(void *ram, uint64_t physical, uint64_t value)
{
	if (ram_is_there(ram, physical))
		*(uint64_t *)physical = value;
}
