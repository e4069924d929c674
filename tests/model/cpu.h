#pragma once
/*
 * The model CPU: control registers, caches of translations, and what the instructions
 * that invalidate do to them.  It keeps everything that the manual lets it keep.
 *
 * An instruction that the manual lets fault sets vector and changes nothing else.
 */
#include "paging/walk.h"
#include "tests/model/psc.h"
#include "tests/model/quirks.h"
#include "tests/model/tlb.h"
#include "tests/silicon/interpret/op.h"

#define VECTOR_UD 6u
#define VECTOR_GP 13u

/*
 * What lies outside of the model's translations, since the windows keep it mapped in
 * every address space and nothing repoints it: the stack, and what operands point to.
 */
#define SCRATCH_BASE UINT64_C(0x8000)
#define SCRATCH_WORDS 64u
#define SCRATCH_STACK (SCRATCH_BASE + sizeof(uint64_t) * SCRATCH_WORDS)

/* What CPUID would say. */
struct cpu_features {
	bool pcid, invpcid, smep, pge, invlpgb;
	uint32_t invlpgb_pages; /* that one INVLPGB takes at most */
	bool la57; /* addresses to invalidate are of 57 bits, whatever CR4.LA57 says */
	bool clears_ignored; /* bits of CR3 that are ignored read as 0 */
};

struct cpu {
	uint64_t gpr[GPRS];
	uint64_t rip, flags;
	uint64_t cr0, cr3, cr4, efer;
	bool in_compatibility; /* CS.L clear: 32-bit code */
	unsigned vector;       /* of the exception; 0: none */
	struct cpu_features features;
	uint64_t quirks;
	struct tlb tlb;
	struct psc psc;
	struct invalidation broadcast; /* begun by INVLPGB */
	uint32_t broadcast_pages;      /* from its address on; 0: none was begun */
	const struct frame_pool *memory;
	unsigned accesses;
	uint64_t scratch[SCRATCH_WORDS];
};

/* In 64-bit mode with 4-level paging at root, PGE on; nothing cached. */
void cpu_reset(struct cpu *cpu, const struct frame_pool *memory, uint64_t root);

static inline bool cpu_has(const struct cpu *cpu, enum quirk quirk)
{
	return (cpu->quirks & quirk_bit(quirk)) != 0;
}

/* 0 while PCIDE is off. */
uint16_t cpu_pcid(const struct cpu *cpu);

/* Physical address behind va.  A page that is not there fails the test that runs. */
uint64_t cpu_translate(struct cpu *cpu, enum side side, uint64_t va);

/* A word of the scratch, of 4 or 8 bytes; elsewhere it fails the test that runs. */
uint8_t *cpu_scratch(struct cpu *cpu, uint64_t va);
void cpu_store(struct cpu *cpu, uint64_t va, uint64_t value);

void cpu_write_cr0(struct cpu *cpu, uint64_t value);
void cpu_write_cr3(struct cpu *cpu, uint64_t value);
void cpu_write_cr4(struct cpu *cpu, uint64_t value);
void cpu_invlpg(struct cpu *cpu, uint64_t va);

/* Operands are in RAX, ECX and EDX; nothing is dropped before TLBSYNC. */
void cpu_invlpgb(struct cpu *cpu);
void cpu_tlbsync(struct cpu *cpu);

/* The descriptor's low quadword holds the PCID, the high one the address. */
void cpu_invpcid(struct cpu *cpu, uint64_t type, uint64_t low, uint64_t high);
