#include "tests/litmus/model.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER_STORES 4u
#define MOST_STATES (UINT64_C(1) << 16)
#define SLOTS (2 * MOST_STATES)

struct buffered {
	uint8_t is_entry, index; /* of a page's entry, or of a frame */
	uint8_t page;            /* through which it went */
	uint8_t value;           /* a word, or the frame of an entry */
	uint8_t bits;            /* of an entry */
};

struct translation {
	uint8_t valid, frame, writable, dirty;
};

struct entry {
	uint8_t frame, bits;
};

struct processor {
	uint8_t step, handler_step; /* in the handler: one more than its step */
	uint8_t is_pending, has_handled;
	uint8_t setting_a; /* one more than a page whose A is about to be set */
	uint8_t stores;
	struct buffered buffer[BUFFER_STORES];
	struct translation tlb[LITMUS_PAGES];
};

/* Bytes alone, so that equal states are equal memory. */
struct state {
	uint8_t words[LITMUS_FRAMES];
	struct entry entries[LITMUS_PAGES];
	uint8_t registers[LITMUS_REGISTERS];
	struct processor processors[2];
};

struct explorer {
	const struct litmus_test *test;
	enum litmus_fault fault;
	struct state *states; /* all that were reached, in the order of that */
	uint32_t *slots;      /* one more than the number of a state, by its hash */
	uint64_t count;
	bool is_full;
};

static uint64_t hash_of(const struct state *state)
{
	const uint8_t *const bytes = (const uint8_t *)state;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < sizeof *state; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 29;
}

/* Remembers a state, if it is new. */
static void reach(struct explorer *explorer, const struct state *state)
{
	uint64_t slot = hash_of(state) % SLOTS;

	for (; explorer->slots[slot] != 0; slot = (slot + 1) % SLOTS)
		if (memcmp(&explorer->states[explorer->slots[slot] - 1], state,
		           sizeof *state) == 0)
			return;
	if (explorer->count == MOST_STATES) {
		explorer->is_full = true;
		return;
	}
	explorer->states[explorer->count] = *state;
	explorer->slots[slot] = (uint32_t)++explorer->count;
}

static void land(struct state *state, const struct buffered *store)
{
	if (store->is_entry)
		state->entries[store->index] =
			(struct entry){ store->value, store->bits };
	else
		state->words[store->index] = store->value;
}

/* The store that has waited longest becomes visible; with a fault, any of them. */
static void drain(struct explorer *explorer, const struct state *from, unsigned number)
{
	const unsigned count = from->processors[number].stores;
	const unsigned most = explorer->fault == FAULT_LATE_STORES ? count
	                      : count > 0                          ? 1
	                                                           : 0;

	for (unsigned i = 0; i < most; i++) {
		struct state next = *from;
		struct processor *const self = &next.processors[number];

		land(&next, &self->buffer[i]);
		memmove(&self->buffer[i], &self->buffer[i + 1],
		        (count - i - 1) * sizeof self->buffer[0]);
		memset(&self->buffer[count - 1], 0, sizeof self->buffer[0]);
		self->stores--;
		reach(explorer, &next);
	}
}

static bool uses(const struct litmus_thread *thread, unsigned page)
{
	for (unsigned i = 0; i < thread->count + (unsigned)thread->handler_count; i++) {
		const struct litmus_step *const one =
			i < thread->count ? &thread->steps[i]
					  : &thread->handler[i - thread->count];

		if (one->page == page && one->kind <= LITMUS_AWAIT)
			return true;
	}
	return false;
}

static void fill(struct state *state, unsigned number, unsigned page)
{
	struct entry *const entry = &state->entries[page];

	entry->bits |= LITMUS_ACCESSED;
	state->processors[number].tlb[page] = (struct translation){
		.valid = true,
		.frame = entry->frame,
		.writable = (entry->bits & LITMUS_WRITABLE) != 0,
		.dirty = (entry->bits & LITMUS_DIRTY) != 0,
	};
}

/* A walk, a translation that is forgotten: both may happen at any time. */
static void translate(struct explorer *explorer, const struct state *from,
                      unsigned number)
{
	const struct processor *const self = &from->processors[number];

	if (self->setting_a != 0) {
		struct state next = *from;

		next.processors[number].setting_a = 0;
		next.entries[self->setting_a - 1].bits |= LITMUS_ACCESSED;
		reach(explorer, &next);
	}
	for (unsigned page = 0; page < LITMUS_PAGES; page++) {
		struct state next = *from;

		if (!uses(&explorer->test->threads[number], page))
			continue;
		if (self->tlb[page].valid) {
			memset(&next.processors[number].tlb[page], 0,
			       sizeof next.processors[number].tlb[page]);
		} else if ((from->entries[page].bits & LITMUS_PRESENT) == 0) {
			continue;
		} else if (explorer->fault == FAULT_ACCESSED_UNCHECKED &&
		           self->setting_a == 0 &&
		           (from->entries[page].bits & LITMUS_ACCESSED) == 0) {
			next.processors[number].setting_a = (uint8_t)(page + 1);
		} else {
			fill(&next, number, page);
		}
		reach(explorer, &next);
	}
}

static bool is_present(const struct state *state, unsigned page)
{
	return (state->entries[page].bits & LITMUS_PRESENT) != 0;
}

static void buffer_store(struct processor *self, struct buffered store)
{
	self->buffer[self->stores++] = store;
}

static uint8_t read_word(const struct explorer *explorer, const struct state *state,
                         const struct processor *self, unsigned page)
{
	const uint8_t frame = self->tlb[page].frame;

	if (explorer->fault != FAULT_LOADS_PASS_OWN)
		for (unsigned i = self->stores; i-- > 0;)
			if (!self->buffer[i].is_entry &&
			    self->buffer[i].index == frame &&
			    (explorer->fault != FAULT_FORWARD_BY_PAGE ||
			     self->buffer[i].page == page))
				return self->buffer[i].value;
	return state->words[frame];
}

static struct entry read_entry(const struct state *state, const struct processor *self,
                               unsigned page)
{
	for (unsigned i = self->stores; i-- > 0;)
		if (self->buffer[i].is_entry && self->buffer[i].index == page)
			return (struct entry){ self->buffer[i].value,
				               self->buffer[i].bits };
	return state->entries[page];
}

/* False: it cannot go on yet. */
static bool load(const struct explorer *explorer, struct state *state, unsigned number,
                 const struct litmus_step *step)
{
	struct processor *const self = &state->processors[number];
	const bool awaits = step->kind == LITMUS_AWAIT;

	if (!self->tlb[step->page].valid) {
		if (is_present(state, step->page) || awaits)
			return false; /* a walk comes first */
		state->registers[step->value] = LITMUS_FAULT;
		return true;
	}

	const uint8_t word = read_word(explorer, state, self, step->page);

	if (awaits)
		return word == step->value;
	state->registers[step->value] = word;
	return true;
}

/* D is set in memory before the store, where the entry still lets it. */
static bool set_dirty(const struct explorer *explorer, struct state *state,
                      unsigned number, unsigned page)
{
	const uint8_t needed = LITMUS_PRESENT | LITMUS_WRITABLE;
	struct entry *const entry = &state->entries[page];

	if (explorer->fault == FAULT_DIRTY_UNSET)
		return true;
	if ((entry->bits & needed) != needed)
		return false;
	entry->bits |= LITMUS_DIRTY;
	fill(state, number, page);
	return true;
}

static bool store(const struct explorer *explorer, struct state *state, unsigned number,
                  const struct litmus_step *step)
{
	struct processor *const self = &state->processors[number];
	struct translation *const known = &self->tlb[step->page];
	const bool is_locked = step->kind == LITMUS_STORE_LOCKED;

	if (!known->valid)
		return !is_present(state,
		                   step->page); /* it faults, else a walk comes first */
	if (self->stores == BUFFER_STORES || (is_locked && self->stores > 0))
		return false;
	if (!known->writable ||
	    (!known->dirty && !set_dirty(explorer, state, number, step->page))) {
		/* A fault drops the translation; what the entry says now is tried. */
		memset(known, 0, sizeof *known);
		return (state->entries[step->page].bits & LITMUS_WRITABLE) == 0;
	}
	if (is_locked)
		state->words[known->frame] = step->value;
	else
		buffer_store(self, (struct buffered){ .index = known->frame,
		                                      .page = step->page,
		                                      .value = step->value });
	return true;
}

static bool change_entry(struct state *state, struct processor *self,
                         const struct litmus_step *step)
{
	const uint8_t all =
		LITMUS_PRESENT | LITMUS_WRITABLE | LITMUS_ACCESSED | LITMUS_DIRTY;
	struct entry *const entry = &state->entries[step->page];

	switch (step->kind) {
	case LITMUS_MAP:
	case LITMUS_UNMAP:
		if (self->stores == BUFFER_STORES)
			return false;
		buffer_store(self, (struct buffered){
					   .is_entry = true,
					   .index = step->page,
					   .value = step->value,
					   .bits = step->kind == LITMUS_MAP ? all : 0,
				   });
		return true;
	case LITMUS_ENTRY:
		state->registers[step->value] =
			read_entry(state, self, step->page).bits;
		return true;
	default:
		if (self->stores > 0)
			return false;
		state->registers[step->value] = entry->bits;
		entry->bits = step->kind == LITMUS_XCHG_UNMAP
		                      ? 0
		                      : LITMUS_PRESENT | LITMUS_ACCESSED;
		return true;
	}
}

/* INVPCID alone does not wait for earlier stores. */
static bool waits_for_stores(const struct explorer *explorer, enum litmus_kind kind)
{
	return explorer->fault != FAULT_NOT_SERIAL && kind != LITMUS_INVPCID &&
	       kind != LITMUS_IPI_X2APIC;
}

static bool invalidate(const struct explorer *explorer, struct state *state,
                       unsigned number, const struct litmus_step *step)
{
	struct processor *const self = &state->processors[number];

	if (self->stores > 0 && waits_for_stores(explorer, step->kind))
		return false;
	switch (step->kind) {
	case LITMUS_INVLPG:
	case LITMUS_INVPCID:
		if (explorer->fault != FAULT_INVLPG_KEEPS)
			memset(&self->tlb[step->page], 0, sizeof self->tlb[0]);
		break;
	case LITMUS_CR3:
		if (explorer->fault != FAULT_CR3_KEEPS)
			memset(self->tlb, 0, sizeof self->tlb);
		break;
	case LITMUS_IPI_XAPIC:
	case LITMUS_IPI_X2APIC:
		state->processors[1 - number].is_pending = true;
		break;
	default:
		break;
	}
	return true;
}

static bool take(const struct explorer *explorer, struct state *state, unsigned number,
                 const struct litmus_step *step)
{
	struct processor *const self = &state->processors[number];

	switch (step->kind) {
	case LITMUS_LOAD:
	case LITMUS_AWAIT:
		return load(explorer, state, number, step);
	case LITMUS_STORE:
	case LITMUS_STORE_LOCKED:
		return store(explorer, state, number, step);
	case LITMUS_MAP:
	case LITMUS_UNMAP:
	case LITMUS_ENTRY:
	case LITMUS_XCHG_UNMAP:
	case LITMUS_XCHG_RDONLY:
		return change_entry(state, self, step);
	case LITMUS_AWAIT_IPI:
		if (!self->is_pending)
			return false;
		self->is_pending = false;
		return true;
	default:
		return invalidate(explorer, state, number, step);
	}
}

/* The next step of the program or of the handler, or the way into it and out of it. */
static void step(struct explorer *explorer, const struct state *from, unsigned number)
{
	const struct litmus_thread *const thread = &explorer->test->threads[number];
	struct state next = *from;
	struct processor *const self = &next.processors[number];

	if (self->is_pending && thread->handler_count > 0 && !self->has_handled) {
		struct state entered = next;

		entered.processors[number].is_pending = false;
		entered.processors[number].has_handled = true;
		entered.processors[number].handler_step = 1;
		reach(explorer, &entered);
	}
	if (self->handler_step > thread->handler_count) {
		self->handler_step = 0; /* IRET is serializing */
		if (self->stores == 0 || explorer->fault == FAULT_NOT_SERIAL)
			reach(explorer, &next);
	} else if (self->handler_step > 0) {
		if (take(explorer, &next, number,
		         &thread->handler[self->handler_step - 1]))
			self->handler_step++;
		if (memcmp(&next, from, sizeof next) != 0)
			reach(explorer, &next);
	} else if (self->step < thread->count) {
		if (take(explorer, &next, number, &thread->steps[self->step]))
			self->step++;
		if (memcmp(&next, from, sizeof next) != 0)
			reach(explorer, &next);
	}
}

static bool has_ended(const struct litmus_test *test, const struct state *state)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct processor *const self = &state->processors[i];

		if (self->step < test->threads[i].count || self->handler_step > 0 ||
		    self->stores > 0 || self->setting_a > 0 ||
		    (test->threads[i].handler_count > 0 && !self->has_handled))
			return false;
	}
	return true;
}

static bool holds(const struct litmus_condition *condition, const struct state *state)
{
	const uint8_t word =
		condition->index < LITMUS_FRAMES ? state->words[condition->index] : 0;

	switch (condition->what) {
	case LITMUS_REGISTER:
		return (state->registers[condition->index] & condition->mask) ==
		       condition->value;
	case LITMUS_ENTRY_BITS:
		return (state->entries[condition->index].bits & condition->mask) ==
		       condition->value;
	case LITMUS_FRAME:
		return word == condition->value;
	case LITMUS_FRAME_NOT:
		return word != condition->value;
	default:
		return word != state->registers[condition->value];
	}
}

static bool is_asked_for(const struct litmus_test *test, const struct state *state)
{
	for (unsigned i = 0; i < test->condition_count; i++)
		if (!holds(&test->outcome[i], state))
			return false;
	return true;
}

static void begin(struct explorer *explorer)
{
	static const uint8_t frames[LITMUS_PAGES] = { FRAME_V, FRAME_U, FRAME_V,
		                                      FRAME_X, FRAME_Y };
	const uint8_t bits = LITMUS_PRESENT | LITMUS_WRITABLE | LITMUS_DIRTY;
	struct state first;

	memset(&first, 0, sizeof first);
	first.words[FRAME_B] = LITMUS_WORD_B;
	for (unsigned page = 0; page < LITMUS_PAGES; page++)
		first.entries[page] = (struct entry){ frames[page], bits };
	if (explorer->test->synonyms)
		first.entries[PAGE_U].frame = FRAME_V;
	if (explorer->test->clean)
		first.entries[PAGE_V].bits &= (uint8_t)~LITMUS_DIRTY;
	reach(explorer, &first);
}

struct litmus_outcomes litmus_explore(const struct litmus_test *test,
                                      enum litmus_fault fault)
{
	struct explorer explorer = { .test = test, .fault = fault };
	struct litmus_outcomes found = { 0 };

	explorer.states = malloc(MOST_STATES * sizeof explorer.states[0]);
	explorer.slots = calloc(SLOTS, sizeof explorer.slots[0]);
	if (explorer.states == NULL || explorer.slots == NULL)
		abort();
	begin(&explorer);
	for (uint64_t i = 0; i < explorer.count; i++) {
		const struct state from = explorer.states[i];

		for (unsigned number = 0; number < 2; number++) {
			drain(&explorer, &from, number);
			translate(&explorer, &from, number);
			step(&explorer, &from, number);
		}
		if (has_ended(test, &from)) {
			found.ends++;
			found.seen = found.seen || is_asked_for(test, &from);
		}
	}
	found.states = explorer.count;
	found.is_exhausted = !explorer.is_full;
	free(explorer.states);
	free(explorer.slots);
	return found;
}
