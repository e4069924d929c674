#pragma once
/*
 * Which PCID a processor gives to the next process it runs, and whether that PCID's
 * translations have to be dropped first.
 *
 * There are so many slots, each a PCID.  A process keeps its slot as long as it can; if
 * there is no free one, it takes that of the process that has not run for longest,
 * whose translations must go.  4095 slots are a PCID for each process, recycled only
 * when there are more of them; no slot at all is a processor without PCIDs, which drops
 * everything at each switch.  Linux has 6 slots (arch/x86/mm/tlb.c, dynamic ASIDs).
 *
 * Pure: it decides, and somebody else loads CR3.
 */
#include <stdbool.h>
#include <stdint.h>

/* PCID 0 is the measurements' own: slot i is PCID i + 1, and there are 12 bits. */
#define PCID_SLOTS_MAX 4095u
#define PCID_PROCESSES_MAX 5000u

struct pcid_slot {
	uint16_t process;
	uint16_t newer, older; /* slots, by when they ran last */
};

struct pcid_slots {
	uint32_t count; /* slots; 0: no PCIDs */
	uint32_t used;
	uint16_t newest, oldest;
	uint32_t running; /* process */
	uint16_t slot_of[PCID_PROCESSES_MAX];
	struct pcid_slot slots[PCID_SLOTS_MAX];
};

struct pcid_choice {
	uint16_t pcid;
	bool load;     /* CR3 has to be loaded: another process ran */
	bool is_stale; /* the PCID has translations of another process: drop them */
};

/*
 * Nothing has run yet, and no PCID has any translation.  count: at most PCID_SLOTS_MAX
 * slots.
 */
void pcid_slots_open(struct pcid_slots *slots, uint32_t count);

/* The processor runs that process from now on; below PCID_PROCESSES_MAX. */
struct pcid_choice pcid_slots_switch(struct pcid_slots *slots, uint32_t process);

/* The processor runs something else meanwhile: the next switch loads CR3 in any case.
 */
void pcid_slots_leave(struct pcid_slots *slots);
