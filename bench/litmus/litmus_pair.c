#include "bench/litmus/litmus_pair.h"

#include "lib/x86/control.h"
#include "lib/x86/mapped.h"

/* Rounds between two looks at whether the member has come back. */
#define BLOCK_ROUNDS 64u

/* From the meeting to the start, and the widest draw of it: ticks. */
#define LEAD 4096u
#define FIRST_WIDTH 64u

/* Blocks that an interrupt may spoil, and rounds in a row that are not answered. */
#define SPOILED_MOST 8u
#define UNANSWERED_MOST 8u

/* Of eight, so many pages are read before a round. */
#define PRIMED_OF_EIGHT 6u

static bool has_kind(const struct litmus_thread *thread, enum litmus_kind kind)
{
	for (unsigned i = 0; i < thread->count; i++)
		if (thread->steps[i].kind == kind)
			return true;
	for (unsigned i = 0; i < thread->handler_count; i++)
		if (thread->handler[i].kind == kind)
			return true;
	return false;
}

static bool test_has(const struct litmus_test *test, enum litmus_kind kind)
{
	return has_kind(&test->threads[0], kind) || has_kind(&test->threads[1], kind);
}

static bool takes_interrupt(const struct litmus_test *test)
{
	return test->threads[1].handler_count != 0 ||
	       has_kind(&test->threads[1], LITMUS_AWAIT_IPI);
}

const char *litmus_lacks(const struct litmus_test *test, const struct litmus_pair *pair)
{
	const bool is_pair = test->threads[1].count != 0;
	const bool x2apic = smp_apic(pair->smp)->mode == APIC_X2APIC;

	if (is_pair && pair->member == NULL)
		return "one processor";
	if (is_pair && pair->is_on_metal && smp_has_other_memory(pair->member))
		return "its MTRRs or PAT are others";
	if (test_has(test, LITMUS_INVPCID) && (pair->features & FEATURE_INVPCID) == 0)
		return "no INVPCID";
	if (test_has(test, LITMUS_CR3_NOFLUSH) && (pair->features & FEATURE_PCID) == 0)
		return "no PCIDs";
	if (test_has(test, LITMUS_IPI_X2APIC) && !x2apic)
		return "the APIC is not in x2APIC mode";
	if (test->xapic && x2apic)
		return "the APIC is in x2APIC mode";
	return NULL;
}

bool litmus_pair_open(struct litmus_pair *pair, const struct litmus_setting *setting)
{
	const enum environment env = setting->machine->env;
	const struct room room =
		workspace_room(setting->workspace, 3 * LITMUS_CODE_BYTES);

	if (room.written == NULL)
		return false;
	*pair = (struct litmus_pair){
		.pages = setting->pages,
		.smp = setting->smp,
		.member = setting->member,
		.root = setting->workspace->space.root,
		.timeout = smp_timeout(setting->smp),
		.features = setting->machine->features,
		.is_on_metal = env == ENV_HW,
		.relaxes = env != ENV_HW && env != ENV_VM,
		.code_written = room.written,
		.code_read = room.read,
		.random = { setting->seed },
	};
	if (pair->member != NULL) {
		const struct tsc_offset offset =
			smp_offset(smp_cpu(pair->smp, 0), pair->member);

		if (tsc_offset_valid(&offset))
			pair->offset = tsc_offset_middle(&offset);
	}
	return true;
}

static litmus_code *assemble(struct litmus_pair *pair, unsigned slot,
                             const struct litmus_step *steps, unsigned count)
{
	const uint32_t at = slot * LITMUS_CODE_BYTES;

	(void)litmus_code_assemble(pair->code_written + at, steps, count,
	                           pair->pages->layout, pair->x2apic);
	return (litmus_code *)mapped_code(pair->code_read + at);
}

/* All that the test changes of a pair. */
static void equip(struct litmus_pair *pair, const struct litmus_test *test)
{
	const struct litmus_thread *const other = &test->threads[1];

	pair->test = test;
	pair->x2apic = smp_apic(pair->smp)->mode == APIC_X2APIC;
	pair->pcide = test_has(test, LITMUS_CR3_NOFLUSH);
	pair->sends = pair->member != NULL && takes_interrupt(test);
	pair->skew = (struct litmus_skew){ 0 };
	pair->histogram = (struct litmus_histogram){ 0 };
	pair->kept = (struct litmus_kept){ 0 };
	pair->unanswered = 0;
	pair->spoiled = 0;
	pair->reason = NULL;
	for (unsigned i = 0; i < 2; i++)
		pair->sides[i].code = assemble(pair, i, test->threads[i].steps,
		                               test->threads[i].count);
	pair->handler = other->handler_count == 0 ? NULL
	                                          : assemble(pair, 2, other->handler,
	                                                     other->handler_count);
	(void)cpuid(0, 0);
}

/* It may be one further, but no more: it waits for this one there. */
static bool has_met(struct litmus_side *other, uint32_t mine)
{
	return (int32_t)(atomic_load_explicit(&other->met, memory_order_acquire) -
	                 mine) >= 0;
}

/* False: the other one did not come. */
static bool meet(struct litmus_pair *pair, unsigned side)
{
	struct litmus_side *const self = &pair->sides[side];
	struct litmus_side *const other = &pair->sides[1 - side];
	const uint32_t mine =
		atomic_load_explicit(&self->met, memory_order_relaxed) + 1;
	/*
	 * Within a round the member may wait for one timeout, for an interrupt; it
	 * gives up last, since what it works on is there as long.
	 */
	const uint64_t limit = (side == 0 ? 2 : 8) * pair->timeout;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	atomic_store_explicit(&self->met, mine, memory_order_release);
	if (pair->member == NULL)
		return true;
	while (!has_met(other, mine)) {
		if (pair->relaxes || side == 0)
			cpu_relax();
		if (side == 1 && atomic_load(&pair->is_over))
			return false;
		if (++looks % 128 != 0 || rdtsc_ordered() - from <= limit)
			continue;
		smp_grace(pair->timeout);
		return has_met(other, mine);
	}
	return true;
}

struct priming_there {
	const struct litmus_pair *pair;
	unsigned side;
};

static void touch_pages(void *argument)
{
	const struct priming_there *const there = argument;
	const struct litmus_pair *const pair = there->pair;

	for (unsigned page = 0; page < LITMUS_PAGES; page++)
		if ((pair->round.primed[there->side] >> page & 1) != 0)
			touch(litmus_page_va(pair->pages, pair->round.instance,
			                     (enum litmus_page)page));
}

/*
 * The pages were not all there a round ago: a processor that faults on one now, as some
 * errata have it, ends the test and not the run.
 */
static void prime(struct litmus_pair *pair, unsigned side)
{
	struct priming_there there = { pair, side };

	for (unsigned page = 0; page < LITMUS_PAGES; page++)
		invlpg(litmus_page_va(pair->pages, pair->round.instance,
		                      (enum litmus_page)page));
	pair->sides[side].prime_vector =
		fault_expect(&this_cpu()->slot, touch_pages, &there);
}

/* A clock that is further off than any draw is not waited for. */
static void wait_until(const struct litmus_pair *pair, uint64_t when)
{
	for (int64_t left; (left = (int64_t)(when - rdtsc_ordered())) > 0;) {
		if (left > 64 * (int64_t)LEAD)
			return;
		if (pair->relaxes)
			cpu_relax();
	}
}

static void call(void *argument)
{
	struct litmus_side *const side = argument;

	side->code(&side->args);
}

/* Until the interrupt of this round was taken, which the round after must not find. */
static void await_interrupt(struct litmus_pair *pair)
{
	const volatile uint32_t *const taken = &pair->sides[1].args.interrupts;
	const uint64_t from = rdtsc_ordered();

	while (*taken == 0 && rdtsc_ordered() - from < pair->timeout)
		cpu_relax();
	if (*taken == 0)
		smp_grace(pair->timeout);
}

static void run(struct litmus_pair *pair, unsigned side)
{
	struct litmus_side *const self = &pair->sides[side];
	const uint64_t offset = side == 0 ? 0 : (uint64_t)pair->offset;
	const bool takes = side == 1 && pair->sends;

	wait_until(pair, pair->round.start + offset + pair->round.late[side]);
	if (takes)
		sti();
	self->began = rdtsc_ordered();
	self->vector = fault_expect(&this_cpu()->slot, call, self);
	self->ended = rdtsc_ordered();
	if (!takes)
		return;
	sti(); /* a fault that ended it has left them off */
	await_interrupt(pair);
	cli();
}

/*
 * What the member does for a block of rounds; a job begins with interrupts on, and ends
 * so: what is pending then belongs to no round any more.
 */
static void partner(struct smp_cpu *me, void *argument)
{
	struct litmus_pair *const pair = argument;

	(void)me;
	cli();
	(void)cpuid(0, 0);
	control_set_pcide(pair->root, pair->pcide);
	for (uint32_t i = 0; i < pair->block; i++) {
		if (!meet(pair, 1))
			break;
		prime(pair, 1);
		if (!meet(pair, 1))
			break;
		run(pair, 1);
		if (!meet(pair, 1))
			break;
	}
	control_set_pcide(pair->root, false);
	sti();
}

static void on_call(struct smp_cpu *me, void *context)
{
	struct litmus_pair *const pair = context;

	(void)smp_take(me);
	if (me != pair->member)
		return;
	if (pair->handler != NULL)
		pair->handler(&pair->handler_args);
	pair->sides[1].args.interrupts++;
}

static unsigned best_width(const struct litmus_skew *skew)
{
	unsigned best = 0;

	for (unsigned i = 1; i < LITMUS_WIDTHS; i++)
		if (skew->changes[i] * (skew->rounds[best] + 1) >
		    skew->changes[best] * (skew->rounds[i] + 1))
			best = i;
	return best;
}

/* The width that is drawn from, and by how much who is late. */
static unsigned draw_skew(struct litmus_pair *pair)
{
	const uint64_t round = pair->histogram.rounds;
	const unsigned width = round % 2 == 0 ? best_width(&pair->skew)
	                                      : (unsigned)(round / 2 % LITMUS_WIDTHS);
	const uint32_t late = random_below(&pair->random, FIRST_WIDTH << width);
	const unsigned side = (unsigned)(random_next(&pair->random) >> 63);

	pair->round.late[side] = late;
	pair->round.late[1 - side] = 0;
	return width;
}

static void draw_priming(struct litmus_pair *pair)
{
	for (unsigned side = 0; side < 2; side++) {
		pair->round.primed[side] = 0;
		for (unsigned page = 0; page < LITMUS_PAGES; page++)
			if (random_below(&pair->random, 8) < PRIMED_OF_EIGHT &&
			    !(pair->test->cold && page == PAGE_V))
				pair->round.primed[side] |= 1u << page;
	}
}

static void fill_arguments(struct litmus_pair *pair, struct litmus_args *args)
{
	const struct litmus_instance *const instance = pair->round.instance;

	litmus_pages_arguments(pair->pages, instance, args);
	args->descriptor = (uintptr_t)&pair->descriptor;
	args->cr3 = pair->root;
	args->cr3_keep = pair->root | CR3_KEEP;
	args->icr = pair->command.icr;
	args->icr_low = pair->command.low;
	args->icr_high = pair->command.high;
	args->interrupts = 0;
	args->timeouts = 0;
	for (unsigned i = 0; i < LITMUS_REGISTERS; i++)
		args->registers[i] = LITMUS_FAULT;
}

/* False: an APIC does not send. */
static bool publish(struct litmus_pair *pair)
{
	const uint64_t number = pair->histogram.rounds + pair->unanswered;

	/* Each time: whoever else uses the ICR, SMM among them, may leave it otherwise.
	 */
	if (pair->member != NULL && pair->sends &&
	    !apic_aim(smp_apic(pair->smp), pair->member->apic_id, VECTOR_CALL,
	              &pair->command)) {
		pair->reason = "its APIC does not send to the other";
		return false;
	}
	pair->round.instance = &pair->pages->instances[number % LITMUS_INSTANCES];
	litmus_pages_reset(pair->pages, pair->round.instance, pair->test);
	pair->descriptor = (struct invpcid_descriptor){
		.pcid = PCID_HOME,
		.va = litmus_page_va(pair->pages, pair->round.instance, PAGE_V),
	};
	draw_priming(pair);
	fill_arguments(pair, &pair->sides[0].args);
	fill_arguments(pair, &pair->sides[1].args);
	fill_arguments(pair, &pair->handler_args);
	return true;
}

/* The first thread's registers where it loads one, the second's where that does. */
static struct litmus_end end_of(const struct litmus_pair *pair)
{
	struct litmus_end end;

	for (unsigned i = 0; i < LITMUS_REGISTERS; i++) {
		const bool is_first = litmus_thread_sets(&pair->test->threads[0], i);

		end.registers[i] =
			(uint8_t)pair->sides[is_first ? 0 : 1].args.registers[i];
	}
	litmus_pages_end(pair->pages, pair->round.instance, &end);
	return end;
}

static void keep(struct litmus_pair *pair, const struct litmus_end *end)
{
	struct litmus_kept *const kept = &pair->kept;
	const uint64_t stride = pair->pages->layout.stride;

	if (kept->is_kept)
		return;
	*kept = (struct litmus_kept){
		.is_kept = true,
		.round = pair->histogram.rounds,
		.end = *end,
	};
	for (unsigned page = 0; page < LITMUS_PAGES; page++)
		kept->entries[page] = pair->round.instance->entries[page * stride];
	for (unsigned i = 0; i < (pair->member == NULL ? 1 : 2); i++) {
		const uint64_t from =
			pair->round.start + (i == 0 ? 0 : (uint64_t)pair->offset);

		kept->began[i] = (int64_t)(pair->sides[i].began - from);
		kept->ended[i] = (int64_t)(pair->sides[i].ended - from);
		kept->late[i] = pair->round.late[i];
	}
}

static bool has_faulted(const struct litmus_side *side)
{
	return side->prime_vector != 0 ||
	       (side->vector != 0 && side->vector != VECTOR_PAGE_FAULT);
}

/* False: no more rounds in this block. */
static bool look(struct litmus_pair *pair, unsigned width)
{
	const struct litmus_end end = end_of(pair);
	const uint64_t changes = pair->histogram.changes;

	if (has_faulted(&pair->sides[0]) || has_faulted(&pair->sides[1])) {
		pair->reason = has_faulted(&pair->sides[0])
		                       ? "an exception on the first processor"
		                       : "an exception on the second processor";
		return false;
	}
	/* One that is still to come would be taken for the next round's. */
	if (pair->sends && pair->sides[1].args.interrupts != 1) {
		if (++pair->spoiled > SPOILED_MOST)
			pair->reason = "interrupts were lost, or came twice";
		return false;
	}
	if (pair->sides[0].args.timeouts + pair->sides[1].args.timeouts != 0) {
		if (++pair->unanswered > UNANSWERED_MOST)
			pair->reason = "awaited steps did not come";
		return pair->reason == NULL;
	}
	pair->unanswered = 0;
	if (litmus_count(&pair->histogram, pair->test, &end) &&
	    pair->test->verdict == LITMUS_FORBIDDEN)
		keep(pair, &end);
	pair->skew.rounds[width]++;
	pair->skew.changes[width] += pair->histogram.changes - changes;
	return true;
}

static bool run_round(struct litmus_pair *pair)
{
	unsigned width;
	bool met;

	if (!publish(pair))
		return false;
	width = draw_skew(pair);
	met = meet(pair, 0);
	if (met) {
		prime(pair, 0);
		pair->round.start = rdtsc_ordered() + LEAD;
		met = meet(pair, 0);
	}
	if (met) {
		run(pair, 0);
		met = meet(pair, 0);
	}
	if (!met)
		pair->reason = "the other processor did not meet in time";
	return met && look(pair, width);
}

static void run_rounds(struct litmus_pair *pair)
{
	uint32_t done = 0;

	control_set_pcide(pair->root, pair->pcide);
	while (done < pair->block && run_round(pair))
		done++;
	control_set_pcide(pair->root, false);
	atomic_store(&pair->is_over, done < pair->block);
}

/* False: no more can be run. */
static bool run_block(struct litmus_pair *pair, uint32_t rounds)
{
	for (unsigned i = 0; i < 2; i++)
		atomic_store(&pair->sides[i].met, 0);
	atomic_store(&pair->is_over, false);
	pair->block = rounds;
	if (pair->member == NULL) {
		run_rounds(pair);
		return pair->reason == NULL;
	}
	if (!smp_run_on(pair->smp, pair->member, partner, pair)) {
		pair->reason = "the other processor is lost";
		return false;
	}
	run_rounds(pair);
	if (!smp_wait(pair->smp, pair->member, 16 * pair->timeout)) {
		/* Other pairs use the same memory. */
		smp_stop(pair->smp, pair->member);
		pair->reason = "the other processor did not come back";
	}
	return pair->reason == NULL;
}

void litmus_pair_run(struct litmus_pair *pair, const struct litmus_test *test,
                     uint64_t rounds)
{
	equip(pair, test);
	pair->reason = litmus_lacks(test, pair);
	if (pair->reason != NULL)
		return;
	smp_on_call(pair->smp, on_call, pair);
	while (rounds != 0) {
		const uint32_t block =
			rounds < BLOCK_ROUNDS ? (uint32_t)rounds : BLOCK_ROUNDS;

		if (!run_block(pair, block))
			break;
		rounds -= block;
	}
	smp_on_call(pair->smp, NULL, NULL);
}
