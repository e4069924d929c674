#include "tests/silicon/host/entry.h"

#include "tests/silicon/host/exceptions.h"
#include "tests/silicon/host/host.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CODE_BYTES ((size_t)ENTRIES * ENTRY_BYTES)

/* Where code that was called returns to: nothing is mapped there. */
#define RETURN_AT UINT64_C(0x1000)

struct entries *entries_open(void)
{
	struct entries *const entries = calloc(1, sizeof *entries);
	void *const code = mmap(NULL, CODE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
	                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (entries == NULL || code == MAP_FAILED) {
		free(entries);
		return NULL;
	}
	entries->code = code;
	return entries;
}

/* movabs $va, %rax; movabs $entry_enter, %r11; jmp *%r11 */
static void write_entry(uint8_t *at, uint64_t va)
{
	static const uint8_t to_rax[] = { 0x48, 0xb8 }, to_r11[] = { 0x49, 0xbb },
			     jump[] = { 0x41, 0xff, 0xe3 };
	const uint64_t enter = (uintptr_t)entry_enter;

	memcpy(at, to_rax, 2);
	memcpy(at + 2, &va, 8);
	memcpy(at + 10, to_r11, 2);
	memcpy(at + 12, &enter, 8);
	memcpy(at + 20, jump, sizeof jump);
}

uintptr_t entries_find(struct entries *entries, uint64_t va)
{
	unsigned at = (unsigned)(va * UINT64_C(0x9e3779b97f4a7c15) >> 48) % ENTRIES;

	while (entries->of[at] != va && entries->of[at] != 0)
		at = (at + 1) % ENTRIES;
	if (entries->of[at] == 0) {
		if (++entries->count == ENTRIES)
			host_give_up("no more entries for code at", va);
		entries->of[at] = va;
		write_entry(entries->code + (size_t)at * ENTRY_BYTES, va);
	}
	return (uintptr_t)(entries->code + (size_t)at * ENTRY_BYTES);
}

/* As CALL does it. */
static void push_return(struct host *host)
{
	const uint64_t at = host->window_stack - 8;
	uint8_t *word;

	host->bus.vector = 0;
	host->bus.charge(&host->bus, SILICON_CALL);
	word = host->bus.reach(&host->bus, at, ACCESS_WRITE);
	if (word == NULL) {
		exceptions_raise(host->bus.vector, host->bus.error_code);
		return;
	}
	*(uint64_t *)(void *)word = RETURN_AT;
	host->interpreter.gpr[RSP] = at;
}

uint64_t entry_run(uint64_t va, const uint64_t arguments[6])
{
	struct host *const host = host_here();
	struct interpreter *const it = &host->interpreter;

	it->gpr[RDI] = arguments[0];
	it->gpr[RSI] = arguments[1];
	it->gpr[RDX] = arguments[2];
	it->gpr[RCX] = arguments[3];
	it->gpr[R8] = arguments[4];
	it->gpr[R9] = arguments[5];
	it->interrupts = host->interrupts;
	push_return(host);
	it->rip = va;
	interpreter_run(it, RETURN_AT);
	while (host->bus.vector != 0) {
		exceptions_raise_in_window(host->bus.vector, host->bus.error_code);
		interpreter_run(it, RETURN_AT);
	}
	return it->gpr[RAX];
}
