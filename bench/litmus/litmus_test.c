#include "bench/litmus/litmus_test.h"

#include "lib/base/text.h"

#define STEP(kind, page, value)                                                        \
	{                                                                              \
		LITMUS_##kind, page, value                                             \
	}
#define W(page, value) STEP(STORE, PAGE_##page, value)
#define XCHG(page, value) STEP(STORE_LOCKED, PAGE_##page, value)
#define R(page, number) STEP(LOAD, PAGE_##page, number)
#define AWAIT(page, value) STEP(AWAIT, PAGE_##page, value)
#define MAP(page, frame) STEP(MAP, PAGE_##page, FRAME_##frame)
#define UNMAP(page) STEP(UNMAP, PAGE_##page, 0)
#define ENTRY(page, number) STEP(ENTRY, PAGE_##page, number)
#define XCHG_UNMAP(page, number) STEP(XCHG_UNMAP, PAGE_##page, number)
#define XCHG_RDONLY(page, number) STEP(XCHG_RDONLY, PAGE_##page, number)
#define INVLPG(page) STEP(INVLPG, PAGE_##page, 0)
#define INVPCID(page) STEP(INVPCID, PAGE_##page, 0)
#define CR3 STEP(CR3, 0, 0)
#define CR3_NOFLUSH STEP(CR3_NOFLUSH, 0, 0)
#define FENCE STEP(FENCE, 0, 0)
#define IPI STEP(IPI_XAPIC, 0, 0)
#define IPI_X2APIC STEP(IPI_X2APIC, 0, 0)
#define AWAIT_IPI STEP(AWAIT_IPI, 0, 0)

#define COUNT(...)                                                                     \
	(sizeof((struct litmus_step[]){ __VA_ARGS__ }) / sizeof(struct litmus_step))
#define DOES(...)                                                                      \
	{                                                                              \
		.count = COUNT(__VA_ARGS__), .steps = { __VA_ARGS__ }                  \
	}

#define CONDITION(what, index, value, mask)                                            \
	{                                                                              \
		LITMUS_##what, index, value, mask                                      \
	}
#define IS(number, value) CONDITION(REGISTER, number, value, 0xff)
#define BITS(number, mask, value) CONDITION(REGISTER, number, value, mask)
#define HAS(frame, value) CONDITION(FRAME, FRAME_##frame, value, 0xff)
#define WAS_WRITTEN(frame) CONDITION(FRAME_NOT, FRAME_##frame, 0, 0xff)
#define CHANGED_SINCE(frame, number)                                                   \
	CONDITION(FRAME_REGISTER, FRAME_##frame, number, 0xff)
#define CONDITIONS(...)                                                                \
	(sizeof((struct litmus_condition[]){ __VA_ARGS__ }) /                          \
	 sizeof(struct litmus_condition))
#define ASKED(...)                                                                     \
	.condition_count = CONDITIONS(__VA_ARGS__), .outcome = { __VA_ARGS__ }

#define ENTRY_HAS(page, bits) CONDITION(ENTRY_BITS, PAGE_##page, bits, bits)
#define SEEN(...)                                                                      \
	{                                                                              \
		CONDITIONS(__VA_ARGS__),                                               \
		{                                                                      \
			__VA_ARGS__                                                    \
		}                                                                      \
	}
#define WITNESSES(...)                                                                 \
	.witness_count = sizeof((struct litmus_witness[]){ __VA_ARGS__ }) /            \
	                 sizeof(struct litmus_witness),                                \
	.witnesses = { __VA_ARGS__ }

/* Whether both processors read what was there before either had stored. */
#define STORE_BUFFERING(...)                                                           \
	.threads = { DOES(W(X, 1), __VA_ARGS__ R(Y, 0)),                               \
		     DOES(W(Y, 1), __VA_ARGS__ R(X, 1)) },                             \
	ASKED(IS(0, 0), IS(1, 0))

/* An entry changes, and the other processor is told. */
#define REMAP_AND_TELL DOES(MAP(V, B), INVLPG(V), IPI, W(X, 1), R(X, 0), R(V, 1))

/* A store of P1 to the old frame, W by its other name, behind the answer in X.
 */
#define WRITE_AFTER(...)                                                               \
	.threads = { DOES(MAP(V, B), INVLPG(V), IPI, AWAIT(X, 1), R(W, 0)),            \
		     { .count = 2,                                                     \
		       .steps = { W(V, 1), W(V, 2) },                                  \
		       .handler_count = COUNT(__VA_ARGS__),                            \
		       .handler = { __VA_ARGS__ } } },                                 \
	ASKED(CHANGED_SINCE(V, 0))

/* A store to a clean page whose entry is being made read-only. */
#define DIRTY_RACE                                                                     \
	.threads = { DOES(XCHG_RDONLY(V, 0), INVLPG(V), IPI, AWAIT(X, 1),              \
		          ENTRY(V, 1)),                                                \
		     { .count = 1,                                                     \
		       .steps = { W(V, 1) },                                           \
		       .handler_count = 2,                                             \
		       .handler = { INVLPG(V), W(X, 1) } } },                          \
	.clean = true

const struct litmus_test litmus_tests[] = {
	/* One processor, its own entry. */
	{ "ptwalk2", LITMUS_FORBIDDEN, "mrf1",
	  .threads = { DOES(MAP(V, B), INVLPG(V), R(V, 0)) }, ASKED(IS(0, 0)) },
	{ "mrf1", LITMUS_PERMITTED, NULL, .threads = { DOES(MAP(V, B), R(V, 0)) },
	  ASKED(IS(0, 0)) },
	{ "ptwalk2_cr3", LITMUS_FORBIDDEN, "mrf1",
	  .threads = { DOES(MAP(V, B), CR3, R(V, 0)) }, ASKED(IS(0, 0)) },
	/* INVPCID waits neither for the store to the entry nor holds the load back. */
	{ "ptwalk2_invpcid", LITMUS_PERMITTED, NULL,
	  .threads = { DOES(MAP(V, B), INVPCID(V), R(V, 0)) }, ASKED(IS(0, 0)) },
	{ "ptwalk2_invpcid_fence", LITMUS_FORBIDDEN, "mrf1",
	  .threads = { DOES(MAP(V, B), FENCE, INVPCID(V), FENCE, R(V, 0)) },
	  ASKED(IS(0, 0)) },

	/* An entry changes; the other goes on behind its invalidation.
	 */
	{ "ipi4", LITMUS_FORBIDDEN, "ipi4_no_invlpg",
	  .threads = { REMAP_AND_TELL,
	               DOES(AWAIT_IPI, INVLPG(V), R(X, 2), W(V, 2), W(X, 2)) },
	  ASKED(WAS_WRITTEN(V)) },
	{ "ipi4_no_invlpg", LITMUS_PERMITTED, NULL,
	  .threads = { REMAP_AND_TELL, DOES(AWAIT_IPI, R(X, 2), W(V, 2), W(X, 2)) },
	  ASKED(WAS_WRITTEN(V)) },
	{ "ipi4_no_ipi", LITMUS_PERMITTED, NULL,
	  .threads = { DOES(MAP(V, B), INVLPG(V), W(X, 1), R(X, 0), R(V, 1)),
	               DOES(INVLPG(V), R(X, 2), W(V, 2), W(X, 2)) },
	  ASKED(WAS_WRITTEN(V)) },
	{ "ipi8", LITMUS_FORBIDDEN, "ipi8_no_invlpg",
	  .threads = { DOES(MAP(V, B), INVLPG(V), IPI, W(V, 1), R(V, 0)),
	               DOES(AWAIT_IPI, INVLPG(V), W(V, 2)) },
	  ASKED(WAS_WRITTEN(V)) },
	{ "ipi8_no_invlpg", LITMUS_PERMITTED, NULL,
	  .threads = { DOES(MAP(V, B), INVLPG(V), IPI, W(V, 1), R(V, 0)),
	               DOES(AWAIT_IPI, W(V, 2)) },
	  ASKED(WAS_WRITTEN(V)) },
	/* Before its invalidation it may use the old frame. */
	{ "ipi5", LITMUS_PERMITTED, NULL,
	  .threads = { REMAP_AND_TELL, DOES(R(X, 2), W(V, 2), AWAIT_IPI, INVLPG(V)) },
	  ASKED(WAS_WRITTEN(V)) },

	/* The model without translation. */
	{ "mp", LITMUS_FORBIDDEN, NULL,
	  .threads = { DOES(W(X, 1), W(Y, 1)), DOES(R(Y, 0), R(X, 1)) },
	  ASKED(IS(0, 1), IS(1, 0)), WITNESSES(SEEN(IS(0, 0), IS(1, 1))) },
	{ "sb", LITMUS_PERMITTED, NULL, STORE_BUFFERING() },
	{ "sb_fence", LITMUS_FORBIDDEN, "sb", STORE_BUFFERING(FENCE, ) },
	{ "n5", LITMUS_FORBIDDEN, NULL,
	  .threads = { DOES(W(X, 1), R(X, 0)), DOES(W(X, 2), R(X, 1)) },
	  ASKED(IS(0, 2), IS(1, 1)), WITNESSES(SEEN(IS(0, 2))) },

	/* Two names of one word. */
	{ "n5_synonym", LITMUS_FORBIDDEN, NULL,
	  .threads = { DOES(MAP(V, U), INVLPG(V), W(U, 1), R(V, 0)),
	               DOES(INVLPG(V), W(V, 2), R(U, 1)) },
	  ASKED(IS(0, 2), IS(1, 1)), WITNESSES(SEEN(IS(0, 2))) },
	{ "forward_synonym", LITMUS_FORBIDDEN, NULL,
	  .threads = { DOES(W(U, 1), R(V, 0)) }, ASKED(IS(0, 0)), .synonyms = true },
	{ "sb_synonym_permit", LITMUS_PERMITTED, NULL,
	  .threads = { DOES(W(U, 1), R(X, 0)), DOES(W(X, 1), R(V, 1)) },
	  ASKED(IS(0, 0), IS(1, 0)), .synonyms = true },

	/*
	 * Serializing instructions wait for earlier stores (SDM 3A 10.3 "Serializing
	 * Instructions"): MOV to control registers and INVLPG are, INVPCID is not.
	 */
	{ "sb_invlpg", LITMUS_FORBIDDEN, "sb", STORE_BUFFERING(INVLPG(V), ) },
	{ "sb_cr3", LITMUS_FORBIDDEN, "sb", STORE_BUFFERING(CR3, ) },
	{ "sb_cr3_noflush", LITMUS_FORBIDDEN, "sb", STORE_BUFFERING(CR3_NOFLUSH, ) },
	{ "sb_invpcid", LITMUS_PERMITTED, NULL, STORE_BUFFERING(INVPCID(V), ) },

	/*
	 * WRMSR to the x2APIC's registers is not serializing (SDM 3A 12.12.3 "MSR
	 * Access in x2APIC Mode"); a store to the xAPIC's is behind all earlier ones.
	 */
	{ "mp_ipi", LITMUS_FORBIDDEN, NULL,
	  .threads = { DOES(W(X, 1), IPI), DOES(AWAIT_IPI, R(X, 0)) }, ASKED(IS(0, 0)),
	  .xapic = true },
	{ "mp_x2apic", LITMUS_PERMITTED, NULL,
	  .threads = { DOES(W(X, 1), IPI_X2APIC), DOES(AWAIT_IPI, R(X, 0)) },
	  ASKED(IS(0, 0)) },
	{ "mp_x2apic_fence", LITMUS_FORBIDDEN, "mp_x2apic",
	  .threads = { DOES(W(X, 1), FENCE, IPI_X2APIC), DOES(AWAIT_IPI, R(X, 0)) },
	  ASKED(IS(0, 0)) },

	/*
	 * Linux's lazy TLB mode: X is the space that is loaded, Y its generation.  Who
	 * loads the space looks at the generation, who moves that at who has it loaded.
	 */
	{ "lazy_generation", LITMUS_FORBIDDEN, "lazy_generation_unfenced",
	  .threads = { DOES(XCHG(Y, 1), R(X, 0)), DOES(W(X, 1), CR3, R(Y, 1)) },
	  ASKED(IS(0, 0), IS(1, 0)) },
	{ "lazy_generation_unfenced", LITMUS_PERMITTED, NULL,
	  .threads = { DOES(XCHG(Y, 1), R(X, 0)), DOES(W(X, 1), R(Y, 1)) },
	  ASKED(IS(0, 0), IS(1, 0)) },

	{ "write_after_shootdown", LITMUS_FORBIDDEN, "write_after_no_invlpg",
	  WRITE_AFTER(INVLPG(V), W(X, 1)) },
	{ "write_after_no_invlpg", LITMUS_PERMITTED, NULL, WRITE_AFTER(W(X, 1)) },

	/* What is set in an entry that another processor takes away. */
	{ "dirty_race", LITMUS_FORBIDDEN, "dirty_race_early", DIRTY_RACE,
	  ASKED(BITS(0, LITMUS_DIRTY, 0), BITS(1, LITMUS_DIRTY, 0), HAS(V, 1)) },
	/* The same store, seen where it set the flag in time. */
	{ "dirty_race_early", LITMUS_PERMITTED, NULL, DIRTY_RACE,
	  ASKED(BITS(0, LITMUS_DIRTY, LITMUS_DIRTY), HAS(V, 1)) },
	{ "accessed_race", LITMUS_FORBIDDEN, NULL,
	  .threads = { DOES(XCHG_UNMAP(V, 0)), DOES(R(V, 2)) },
	  ASKED(ENTRY_HAS(V, LITMUS_ACCESSED)),
	  WITNESSES(SEEN(IS(2, 0)), SEEN(IS(2, LITMUS_FAULT))), .cold = true },

	/* An entry that was not present in between need not be invalidated again. */
	{ "break_before_make", LITMUS_FORBIDDEN, "mrf1",
	  .threads = { DOES(UNMAP(V), INVLPG(V), MAP(V, B), R(V, 0)), DOES(R(V, 1)) },
	  ASKED(IS(0, 0)) },

	/*
	 * The other one walks for the page all the time.  Threads of a core may share a
	 * TLB.
	 */
	{ "sibling_walk", LITMUS_FORBIDDEN, "mrf1",
	  .threads = { DOES(MAP(V, B), INVLPG(V), R(V, 0)),
	               DOES(R(V, 1), INVLPG(V), R(V, 1), INVLPG(V), R(V, 1)) },
	  ASKED(IS(0, 0)) },
	{ 0 },
};

const struct litmus_test *litmus_test_find(const char *name)
{
	for (const struct litmus_test *test = litmus_tests; test->name != NULL; test++)
		if (text_equal(test->name, name))
			return test;
	return NULL;
}

bool litmus_thread_sets(const struct litmus_thread *thread, unsigned number)
{
	for (unsigned i = 0; i < thread->count; i++) {
		const enum litmus_kind kind = thread->steps[i].kind;
		const bool loads = kind == LITMUS_LOAD || kind == LITMUS_ENTRY ||
		                   kind == LITMUS_XCHG_UNMAP ||
		                   kind == LITMUS_XCHG_RDONLY;

		if (loads && thread->steps[i].value == number)
			return true;
	}
	return false;
}
