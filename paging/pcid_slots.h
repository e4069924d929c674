#pragma once
/*
 * Which PCID a processor gives to the next process it runs, and whether that PCID's
 * translations have to be dropped first.
 *
 * There are so many slots, each a PCID.  A process keeps its slot as long as it can; if
 * it has none, it takes one whose translations must go.  Which one:
 *
 *   PCID_LRU          a free one; or that of the process that has not run for longest.
 *                     4095 slots are a PCID for each process, recycled only when there
 *                     are more of them.
 *   PCID_ROUND_ROBIN  the next in turn, whoever has it.  Linux does so with 6
 *                     (choose_new_asid, TLB_NR_DYN_ASIDS).
 *   PCID_GENERATIONS  one that nobody has had in this generation.  When there is none
 *                     left, a new generation begins, and nobody has any.  FreeBSD does
 *                     so with all there are (pmap_pcid_alloc, pm_gen).
 *
 * No slot at all is a processor without PCIDs, which drops everything at each switch.
 *
 * A process whose entries were changed while it did not run here is stale when it comes
 * back (Linux: its tlb_gen moved; FreeBSD: pm_gen is 0).
 *
 * Pure: it decides, and somebody else loads CR3.
 */
#include <stdbool.h>
#include <stdint.h>

/* PCID 0 is the measurements' own: slot i is PCID i + 1, and there are 12 bits. */
#define PCID_SLOTS_MAX 4095u
#define PCID_PROCESSES_MAX 5000u

enum pcid_replacement {
	PCID_LRU,
	PCID_ROUND_ROBIN,
	PCID_GENERATIONS,
};

struct pcid_slot {
	uint16_t process;
	uint16_t newer, older; /* slots, by when they ran last */
};

struct pcid_slots {
	enum pcid_replacement replacement;
	uint32_t count; /* slots; 0: no PCIDs */
	uint32_t used;  /* the next to be given, unless it is the least recent one's */
	uint32_t generation;
	uint16_t newest, oldest;
	uint32_t running; /* process */
	uint16_t slot_of[PCID_PROCESSES_MAX];
	uint32_t generation_of[PCID_PROCESSES_MAX]; /* in which it got that slot */
	struct pcid_slot slots[PCID_SLOTS_MAX];
};

struct pcid_choice {
	uint16_t pcid;
	bool load;     /* CR3 has to be loaded: another process ran */
	bool is_stale; /* what the PCID has is another's or out of date: drop it */
};

/*
 * Nothing has run yet, and no PCID has any translation.  count: at most PCID_SLOTS_MAX
 * slots.
 */
void pcid_slots_open(struct pcid_slots *slots, enum pcid_replacement replacement,
                     uint32_t count);

/*
 * The processor runs that process from now on; below PCID_PROCESSES_MAX.  changed: its
 * entries were, since it last ran here.
 */
struct pcid_choice pcid_slots_switch(struct pcid_slots *slots, uint32_t process,
                                     bool changed);

/* The processor runs something else meanwhile: the next switch loads CR3 in any case.
 */
void pcid_slots_leave(struct pcid_slots *slots);
