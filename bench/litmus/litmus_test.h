#pragma once
/*
 * Litmus tests of memory transistency: two processors with a few steps each, and an
 * outcome that the architecture forbids or permits.  A memory model says which values
 * loads may return; transistency adds page-table entries, walks and invalidations.
 *
 * COATCheck (ASPLOS 2016) and TransForm (ISCA 2020) have the tests named ptwalk, ipi,
 * n5 and sb; the others ask what kernels and manuals rely on.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pages of 4 KiB, each with one word.  W names the frame of V a second time. */
enum litmus_page { PAGE_V, PAGE_U, PAGE_W, PAGE_X, PAGE_Y, LITMUS_PAGES };

/* Frames, by the page that maps them at first; FRAME_B is mapped by none. */
enum litmus_frame { FRAME_V, FRAME_U, FRAME_X, FRAME_Y, FRAME_B, LITMUS_FRAMES };

/* All words are 0 at first, but that of FRAME_B. */
#define LITMUS_WORD_B 9u
/* What a load that faults leaves in its register. */
#define LITMUS_FAULT 0xffu

/* Bits of an entry as a step reads them: P, W, A, D. */
#define LITMUS_PRESENT 0x01u
#define LITMUS_WRITABLE 0x02u
#define LITMUS_ACCESSED 0x20u
#define LITMUS_DIRTY 0x40u

enum litmus_kind {
	LITMUS_STORE, /* page, value */
	LITMUS_STORE_LOCKED,
	LITMUS_LOAD,        /* page, register in value */
	LITMUS_AWAIT,       /* page: loads it until it has the value */
	LITMUS_MAP,         /* page, frame in value: present, writable, A and D set */
	LITMUS_UNMAP,       /* page: the entry becomes 0 */
	LITMUS_ENTRY,       /* page: its entry into the register in value */
	LITMUS_XCHG_UNMAP,  /* page: the entry becomes 0, what it was into the register
	                     */
	LITMUS_XCHG_RDONLY, /* the same, and it stays present: not writable, D clear */
	LITMUS_INVLPG,      /* page */
	LITMUS_INVPCID,     /* page, type 0 */
	LITMUS_CR3,         /* flushes */
	LITMUS_CR3_NOFLUSH, /* bit 63 set */
	LITMUS_FENCE,       /* MFENCE, then LFENCE */
	LITMUS_IPI_XAPIC,   /* to the other processor */
	LITMUS_IPI_X2APIC,
	LITMUS_AWAIT_IPI,
	LITMUS_KINDS,
};

struct litmus_step {
	enum litmus_kind kind;
	uint8_t page;
	uint8_t value;
};

#define LITMUS_STEPS 6u
#define LITMUS_REGISTERS 3u

struct litmus_thread {
	uint8_t count, handler_count;
	struct litmus_step steps[LITMUS_STEPS];
	/* Once, between any two steps, when an interrupt has come. */
	struct litmus_step handler[LITMUS_STEPS];
};

/* A value at the end; all of an outcome must hold. */
enum litmus_what {
	LITMUS_REGISTER,       /* index, masked, is value */
	LITMUS_FRAME,          /* the word of frame index is value */
	LITMUS_FRAME_NOT,      /* it is not */
	LITMUS_FRAME_REGISTER, /* it is not what register value has */
	LITMUS_ENTRY_BITS,     /* the entry of page index, masked, is value */
};

struct litmus_condition {
	enum litmus_what what;
	uint8_t index, value, mask;
};

#define LITMUS_CONDITIONS 3u

/* Conditions that must hold in one round. */
struct litmus_witness {
	uint8_t count;
	struct litmus_condition all[2];
};

#define LITMUS_WITNESSES 2u

enum litmus_verdict { LITMUS_FORBIDDEN, LITMUS_PERMITTED };

struct litmus_test {
	const char *name;
	enum litmus_verdict verdict;
	/*
	 * The test that is the same but for what forbids the outcome: a machine on
	 * which its own outcome is never seen could not have shown this one either.
	 * NULL: there is none.
	 */
	const char *control;
	struct litmus_thread threads[2];
	uint8_t condition_count;
	struct litmus_condition outcome[LITMUS_CONDITIONS];
	/*
	 * Of a test without a control: each must have been seen in some round, so that
	 * the two met where the outcome could have come.
	 */
	uint8_t witness_count;
	struct litmus_witness witnesses[LITMUS_WITNESSES];
	/* U maps the frame of V at first: two names of one word. */
	bool synonyms;
	/* The entry of V is clean at first: its D flag is not set. */
	bool clean;
	/* No processor has a translation of V at first. */
	bool cold;
	/* It asks about the store by which an xAPIC sends. */
	bool xapic;
};

#define LITMUS_TESTS_MOST 48u

/* All of them, at most as many; ends with one without a name. */
extern const struct litmus_test litmus_tests[];

const struct litmus_test *litmus_test_find(const char *name);

/* Whether a step of the thread leaves something in that register. */
bool litmus_thread_sets(const struct litmus_thread *thread, unsigned number);

/* What each thread does and what is asked, as text for a reader; see make litmus-list.
 */
struct line;
void litmus_step_text(struct line *line, const struct litmus_step *step);
void litmus_condition_text(struct line *line, const struct litmus_condition *condition);
