#pragma once
/*
 * What an operation leaves: entries of every kind are made, it runs, and each that is
 * still there gives its letter, each that is not a dot.
 *
 *     p n    the page aimed at, a neighbour; PCID 1, which is current
 *     g G    a global neighbour; a global page that is aimed at
 *     o q    p and n in PCID 2
 *     H      a global page that PCID 2 filled, aimed at
 *     u U    the upper levels above p; those above a page far away
 *     v      the upper levels above p in PCID 2
 *     c      p, executed
 */
#include "tests/unit/support/silicon/world.h"

#define KEPT_PAGE UINT64_C(0x1000)
#define KEPT_BASE UINT64_C(0x40000000)
#define KEPT_P (KEPT_BASE + 1 * KEPT_PAGE)
#define KEPT_N (KEPT_BASE + 2 * KEPT_PAGE)
#define KEPT_GLOBAL_N (KEPT_BASE + 3 * KEPT_PAGE)
#define KEPT_GLOBAL (KEPT_BASE + 4 * KEPT_PAGE)
#define KEPT_FOREIGN (KEPT_BASE + 5 * KEPT_PAGE)
#define KEPT_C (KEPT_BASE + 6 * KEPT_PAGE)
#define KEPT_FRESH (KEPT_BASE + 7 * KEPT_PAGE)
#define KEPT_FAR (KEPT_BASE + UINT64_C(0x8040000000))
#define KEPT_FRAMES UINT64_C(0x100000000)
#define KEPT_ALL "pngGoqHuUvc"

/* Aims at va; pcid is the one to name. */
typedef void (*kept_operation)(uint64_t va, uint64_t pcid);

/* Room for all of them in one set, so that nothing is evicted. */
#define KEPT_TLBS                                                                      \
	"tlb = l1 data 4k 2x16\ntlb = l1 code 4k 2x16\n"                               \
	"tlb = l2 data 4k 4x16\ntlb = l2 code 4k 4x16\n"                               \
	"psc = pde 8 pdpte 8 pml4e 8\n"

static inline void kept_map(void)
{
	for (unsigned i = 0; i < 16; i++)
		world_map(KEPT_BASE + i * KEPT_PAGE, KEPT_FRAMES + i * KEPT_PAGE);
	for (unsigned i = 0; i < 2; i++)
		world_map(KEPT_FAR + i * KEPT_PAGE, KEPT_FRAMES);
	for (uint64_t va = KEPT_GLOBAL_N; va <= KEPT_FOREIGN; va += KEPT_PAGE)
		world_map_as(va, KEPT_FRAMES + va - KEPT_BASE, 0, W_PAGE | W_GLOBAL);
}

/* lines: what the machine has beside that; PCIDs are on. */
static inline void kept_open(const char *lines)
{
	static char text[2048];

	snprintf(text, sizeof text,
	         "features = pcid invpcid pge smep nx invlpgb tce\n"
	         "smep_drops = yes\ninvlpgb_pages = 8\n"
	         "tsc_khz = 1000000\ncore_khz = 1000000\n"
	         "core = c\n" KEPT_TLBS "cores = c*2\n%s",
	         lines);
	world_open(text);
	kept_map();
	for (uint32_t cpu = 0; cpu < 2; cpu++)
		silicon_mov_cr4(world.s, cpu,
		                silicon_registers(world.s, cpu).cr4 | WORLD_PCIDE);
}

static inline void kept_plant(void)
{
	world_cr4(silicon_registers(world.s, 0).cr4 & ~WORLD_PGE & ~WORLD_SMEP);
	world_cr4(silicon_registers(world.s, 0).cr4 | WORLD_PGE);
	world_pcid(2);
	world_load(KEPT_P);
	world_load(KEPT_N);
	world_load(KEPT_FOREIGN);
	world_pcid(1);
	world_load(KEPT_P);
	world_load(KEPT_N);
	world_load(KEPT_GLOBAL_N);
	world_load(KEPT_GLOBAL);
	world_load(KEPT_FAR);
	world_fetch(KEPT_P);
}

static inline char kept_page(uint64_t va, char letter)
{
	return world_holds(va) ? letter : '.';
}

/* By walks of pages that were not seen before: they come last. */
static inline void kept_uppers(char *uppers)
{
	uppers[1] = world_reads_for(KEPT_FAR + KEPT_PAGE) == 1 ? 'U' : '.';
	uppers[0] = world_reads_for(KEPT_FRESH) == 1 ? 'u' : '.';
	world_pcid(2);
	uppers[2] = world_reads_for(KEPT_FRESH) == 1 ? 'v' : '.';
	world_pcid(1);
}

/* What is left, in the order of KEPT_ALL. */
static inline const char *kept_by(kept_operation operation, uint64_t pcid)
{
	static char kept[sizeof KEPT_ALL];

	kept_plant();
	operation(KEPT_GLOBAL, pcid);
	kept[3] = kept_page(KEPT_GLOBAL, 'G');
	kept_plant();
	operation(KEPT_FOREIGN, pcid);
	kept[6] = kept_page(KEPT_FOREIGN, 'H');
	kept_plant();
	operation(KEPT_P, pcid);
	kept[0] = kept_page(KEPT_P, 'p');
	kept[1] = kept_page(KEPT_N, 'n');
	kept[2] = kept_page(KEPT_GLOBAL_N, 'g');
	kept[10] = world_holds_code(KEPT_P) ? 'c' : '.';
	world_pcid(2);
	kept[4] = kept_page(KEPT_P, 'o');
	kept[5] = kept_page(KEPT_N, 'q');
	world_pcid(1);
	kept_uppers(&kept[7]);
	return kept;
}

/* --- operations */

static inline void by_cr3(uint64_t va, uint64_t pcid)
{
	(void)va;
	(void)pcid;
	world_cr3(WORLD_CR3 | 1);
}

static inline void by_noflush(uint64_t va, uint64_t pcid)
{
	(void)va;
	(void)pcid;
	world_cr3(WORLD_CR3 | 1 | WORLD_KEEP);
}

static inline void by_invlpg(uint64_t va, uint64_t pcid)
{
	(void)pcid;
	silicon_invlpg(world.s, 0, va);
}

static inline void by_invpcid_0(uint64_t va, uint64_t pcid)
{
	world_invpcid(0, pcid, va);
}

static inline void by_invpcid_1(uint64_t va, uint64_t pcid)
{
	(void)va;
	world_invpcid(1, pcid, 0);
}

static inline void by_invpcid_2(uint64_t va, uint64_t pcid)
{
	(void)va;
	(void)pcid;
	world_invpcid(2, 0, 0);
}

static inline void by_invpcid_3(uint64_t va, uint64_t pcid)
{
	(void)va;
	(void)pcid;
	world_invpcid(3, 0, 0);
}

static inline void by_pge(uint64_t va, uint64_t pcid)
{
	(void)va;
	(void)pcid;
	world_clear_cr4(WORLD_PGE);
	world_set_cr4(WORLD_PGE);
}

static inline void by_smep(uint64_t va, uint64_t pcid)
{
	(void)va;
	(void)pcid;
	world_set_cr4(WORLD_SMEP);
}

static inline void by_pcide(uint64_t va, uint64_t pcid)
{
	(void)va;
	(void)pcid;
	world_clear_cr4(WORLD_PCIDE);
	world_cr3(WORLD_CR3);
	world_set_cr4(WORLD_PCIDE);
	world_pcid(1);
}

/* Address and PCID, of the host; bits: what else RAX says. */
static inline void kept_invlpgb(uint64_t va, uint64_t pcid, uint64_t bits)
{
	assert_int_equal(
		silicon_invlpgb(world.s, 0, va | 7 | bits, 0, (uint32_t)pcid << 16), 0);
	assert_int_equal(silicon_tlbsync(world.s, 0), 0);
}

static inline void by_invlpgb(uint64_t va, uint64_t pcid)
{
	kept_invlpgb(va, pcid, 0);
}

static inline void by_invlpgb_globals(uint64_t va, uint64_t pcid)
{
	kept_invlpgb(va, pcid, 8);
}

/* As Linux drops a whole PCID, and everything: no address, ASID 0. */
static inline void by_invlpgb_pcid(uint64_t va, uint64_t pcid)
{
	(void)va;
	assert_int_equal(silicon_invlpgb(world.s, 0, 6, 0, (uint32_t)pcid << 16), 0);
	assert_int_equal(silicon_tlbsync(world.s, 0), 0);
}

static inline void by_invlpgb_everything(uint64_t va, uint64_t pcid)
{
	(void)va;
	(void)pcid;
	assert_int_equal(silicon_invlpgb(world.s, 0, 12, 0, 0), 0);
	assert_int_equal(silicon_tlbsync(world.s, 0), 0);
}

static inline void by_invlpgb_leaves(uint64_t va, uint64_t pcid)
{
	kept_invlpgb(va, pcid, 16);
}
