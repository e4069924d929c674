#pragma once
/*
 * What takes time: each has a cost in thousandths of a core cycle, one for each type of
 * core, in the machine's file as "cost.NAME = CYCLES".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NAME as in the file; what it is; cycles where the file does not say. */
#define SILICON_COSTS(COST)                                                            \
	/* Classes of instructions: the body charges them, silicon_charge(). */        \
	COST(NOP, nop, 0.25)                                                           \
	COST(ALU, alu, 1)                                                              \
	COST(MOV, mov, 0.25)                                                           \
	COST(IMUL, imul, 3)                                                            \
	COST(DIV, div, 18)                                                             \
	COST(LOAD, load, 5)                                                            \
	COST(STORE, store, 1)                                                          \
	COST(BRANCH, branch, 1)                                                        \
	COST(CALL, call, 2)                                                            \
	COST(LOCKED, locked, 20)                                                       \
	COST(LFENCE, lfence, 10)                                                       \
	COST(MFENCE, mfence, 30)                                                       \
	COST(SFENCE, sfence, 5)                                                        \
	COST(PAUSE, pause, 40)                                                         \
	COST(RDTSC, rdtsc, 18)                                                         \
	COST(RDTSCP, rdtscp, 24)                                                       \
	COST(RDPMC, rdpmc, 30)                                                         \
	COST(CPUID, cpuid, 100)                                                        \
	COST(RDMSR, rdmsr, 80)                                                         \
	COST(WRMSR, wrmsr, 100)                                                        \
	COST(READ_CR, read_cr, 5)                                                      \
	COST(FLAGS, flags, 10)                                                         \
	COST(FAR_TRANSFER, far_transfer, 40)                                           \
	COST(CLFLUSH, clflush, 60)                                                     \
	COST(MONITOR, monitor, 30)                                                     \
	COST(IO, io, 1000)                                                             \
	/* Operations: the model charges them in the call that does them. */           \
	COST(CR0_WRITE, cr0_write, 60)                                                 \
	COST(CR0_PG, cr0_pg, 150)                                                      \
	COST(CR3_FLUSH, cr3_flush, 180)                                                \
	COST(CR3_NOFLUSH, cr3_noflush, 80)                                             \
	COST(CR4_WRITE, cr4_write, 90)                                                 \
	COST(CR4_PGE, cr4_pge, 250)                                                    \
	COST(CR4_SMEP, cr4_smep, 200)                                                  \
	COST(CR4_PCIDE, cr4_pcide, 250)                                                \
	COST(INVLPG, invlpg, 120)                                                      \
	COST(INVPCID_0, invpcid_0, 200)                                                \
	COST(INVPCID_1, invpcid_1, 220)                                                \
	COST(INVPCID_2, invpcid_2, 260)                                                \
	COST(INVPCID_3, invpcid_3, 240)                                                \
	COST(INVLPGB, invlpgb, 100)                                                    \
	COST(INVLPGB_PAGE, invlpgb_page, 10)                                           \
	COST(TLBSYNC, tlbsync, 600)                                                    \
	COST(RAR, rar, 350)                                                            \
	COST(RAR_PAGE, rar_page, 30)                                                   \
	/* Translation and memory: silicon_access() charges them. */                   \
	COST(L2_HIT, l2_hit, 7)                                                        \
	COST(WALK_START, walk_start, 0)                                                \
	COST(WALK_L1, walk_l1, 5)                                                      \
	COST(WALK_L2, walk_l2, 14)                                                     \
	COST(WALK_L3, walk_l3, 45)                                                     \
	COST(WALK_MEMORY, walk_memory, 250)                                            \
	/* An entry's A, its D or both, set by a walk that it waits for. */            \
	COST(WALK_SETS, walk_sets, 0)                                                  \
	/* A store to a page held as clean, besides the walk that it then makes. */    \
	COST(DIRTY, dirty, 60)                                                         \
	COST(DATA_L2, data_l2, 10)                                                     \
	COST(DATA_L3, data_l3, 45)                                                     \
	COST(DATA_MEMORY, data_memory, 250)                                            \
	COST(LINE_PACKAGE, line_package, 70)                                           \
	COST(LINE_FAR, line_far, 300)                                                  \
	/* Events: the body charges or asks, silicon_charge(), silicon_cost(). */      \
	COST(EXCEPTION, exception, 300)                                                \
	COST(INTERRUPT, interrupt, 400)                                                \
	COST(NMI, nmi, 500)                                                            \
	COST(IRET, iret, 100)                                                          \
	COST(EOI, eoi, 50)                                                             \
	COST(IPI_SEND, ipi_send, 200)                                                  \
	COST(DELIVERY_CORE, delivery_core, 500)                                        \
	COST(DELIVERY_PACKAGE, delivery_package, 700)                                  \
	COST(DELIVERY_FAR, delivery_far, 1500)                                         \
	COST(WAKE_HLT, wake_hlt, 2000)                                                 \
	COST(WAKE_MWAIT_C1, wake_mwait_c1, 2000)                                       \
	COST(WAKE_MWAIT_C2, wake_mwait_c2, 8000)                                       \
	COST(WAKE_MWAIT_C3, wake_mwait_c3, 40000)                                      \
	COST(WAKE_MWAIT_C6, wake_mwait_c6, 150000)

enum silicon_cost {
#define COST(name, text, cycles) SILICON_##name,
	SILICON_COSTS(COST)
#undef COST
		SILICON_COST_COUNT
};

const char *silicon_cost_name(enum silicon_cost cost);

/* False if there is no such name. */
bool silicon_cost_named(const char *name, size_t length, enum silicon_cost *cost);

/* Milli-cycles where a machine's file does not say. */
uint64_t silicon_cost_default(enum silicon_cost cost);
