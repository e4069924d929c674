#include "bench/harness/work/ring3.h"

#include "lib/x86/insn.h"
#include "paging/address_space.h"

/* The user's; the kernel's is PCID_HOME. */
#define PCID_USER PCID_OTHER

/* PAUSE; DEC RCX; JNZ to it; UD2, which ends it. */
static const uint8_t code[] = { 0xf3, 0x90, 0x48, 0xff, 0xc9, 0x75, 0xf9, 0x0f, 0x0b };

enum err ring3_open(struct ring3 *ring3, struct frame_pool *pool, uint64_t root)
{
	if (ring3->root != 0)
		return ERR_NONE;

	const uint64_t frame = frame_alloc(pool), user = frame_alloc(pool);

	if (frame == 0 || user == 0)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < sizeof code; i++)
		((uint8_t *)pool->table_at(frame))[i] = code[i];

	const enum err err = walk_map(pool, root, VA_RING3, frame,
	                              PTE_USER | PTE_ACCESSED, LEVEL_PT);

	if (err == ERR_NONE)
		*ring3 = (struct ring3){ .root = user, .used_root = root };
	return err;
}

void ring3_follow(const struct ring3 *ring3)
{
	const uint64_t *const used = (const uint64_t *)(uintptr_t)ring3->used_root;
	uint64_t *const user = (uint64_t *)(uintptr_t)ring3->root;

	for (unsigned i = 0; ring3->root != 0 && i < TABLE_ENTRIES; i++)
		user[i] = used[i];
}

void ring3_begin(const struct ring3 *ring3, struct cpu *cpu)
{
	const bool pcide = (read_cr4() & CR4_PCIDE) != 0;

	cpu->kernel_cr3 = read_cr3() | (pcide ? CR3_KEEP : 0);
	cpu->user_cr3 = ring3->root | (pcide ? CR3_KEEP | PCID_USER : 0);
	cpu_isolate(cpu, true);
}

void ring3_end(struct cpu *cpu)
{
	cpu_isolate(cpu, false);
}

bool ring3_spin(struct cpu *cpu, uint64_t turns)
{
	if (cpu_run_ring3(cpu, VA_RING3, turns) == VECTOR_INVALID_OPCODE)
		return true;
	/* What is not isolated leaves CR3 as ring 3 had it. */
	write_cr3(cpu->kernel_cr3);
	return false;
}
