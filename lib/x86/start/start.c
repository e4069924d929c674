#include "lib/x86/start/start.h"

#include "lib/x86/insn.h"
#include "lib/x86/leaves.h"
#include "lib/x86/start/low_area.h"

/* SDM 3A 10.4.4.1 "Typical BSP Initialization Sequence" */
#define INIT_MS 10u
#define SECOND_SIPI_PART_OF_MS 5u /* 200 us */

/* More tickets than anything takes: behind it the door is closed. */
#define CLOSED (UINT32_C(1) << 30)

static struct low_data *data_of(uint64_t low)
{
	return (struct low_data *)(low + LOW_DATA);
}

/* Registers elsewhere than the boot processor's may not be mapped, and there is no IDT.
 */
static uint32_t own_id(const struct start_slot *slot)
{
	const struct apic apic = apic_found();

	return apic.mode == APIC_XAPIC && apic.base != slot->apic_base
	               ? leaves_apic_id()
	               : apic_own_id();
}

static void take_slot(struct start_slot *slot)
{
	slot->apic_id = own_id(slot);
	atomic_store_explicit(&slot->taken, 1, memory_order_release);
	slot->run(slot->context);
}

void start_place(uint64_t low, uint64_t root, bool nx, bool la57)
{
	low_area_fill(&(struct low_area){
		.low = low,
		.root = root,
		.entry = (uintptr_t)take_slot,
		.nx = nx,
		.la57 = la57,
	});
}

static void wait_ticks(uint64_t ticks)
{
	const uint64_t from = rdtsc_ordered();

	while (rdtsc_ordered() - from < ticks)
		cpu_relax();
}

static uint32_t taken_of(const struct start *start)
{
	uint32_t taken = 0;

	for (uint32_t i = 0; i < start->asked; i++)
		taken += atomic_load_explicit(&start->slots[i].taken,
		                              memory_order_acquire);
	return taken;
}

static uint32_t refused_of(const struct start *start)
{
	return atomic_load_explicit(&data_of(start->low)->refused,
	                            memory_order_acquire);
}

/* Took a slot, or was refused one. */
static uint32_t arrived_of(const struct start *start)
{
	return taken_of(start) + refused_of(start);
}

static bool is_refused(const struct start *start, uint32_t apic_id)
{
	const struct low_data *const data = data_of(start->low);
	bool found = false;

	for (uint32_t i = 0; i < LOW_REFUSED_IDS; i++)
		found = found || atomic_load(&data->refused_id[i]) == apic_id + 1;
	return found;
}

static bool has_come(const struct start *start, uint32_t apic_id)
{
	for (uint32_t i = 0; i < start->asked; i++) {
		struct start_slot *const slot = &start->slots[i];

		if (atomic_load_explicit(&slot->taken, memory_order_acquire) != 0 &&
		    slot->apic_id == apic_id)
			return true;
	}
	return is_refused(start, apic_id);
}

enum signal { SIGNAL_INIT, SIGNAL_STARTUP };

/* To each that has not come.  The id is where the APIC takes it to. */
static void send_to_missing(const struct start *start, enum signal signal)
{
	apic_publish();
	for (uint32_t i = 1; i <= start->asked; i++) {
		struct processor *const processor = &start->processors->list[i];
		const uint32_t id = processor->apic_id;

		if (has_come(start, id))
			continue;

		const bool sent =
			signal == SIGNAL_INIT
				? apic_send_init(start->apic, id)
				: apic_send_startup(start->apic, id,
		                                    (uint8_t)(start->low >> 12));

		processor->state = sent ? PROCESSOR_SILENT : PROCESSOR_UNREACHED;
	}
}

/* Until so many have come, or nobody has for as long as the timeout lasts. */
static void wait_for(const struct start *start, uint32_t expected)
{
	const uint64_t timeout = start->timeout_ms * start->ticks_per_ms;
	uint64_t since = rdtsc_ordered();
	uint32_t before = arrived_of(start);

	while (before < expected && rdtsc_ordered() - since < timeout) {
		const uint32_t arrived = arrived_of(start);

		if (arrived != before)
			since = rdtsc_ordered();
		before = arrived;
		cpu_relax();
	}
}

/*
 * INIT would throw back whoever has a ticket and not yet a slot, so where anybody is on
 * his way only SIPIs are sent, which those who run do not notice.
 */
static void ask(const struct start *start)
{
	const uint32_t tickets = atomic_load(&data_of(start->low)->ticket);

	if (tickets == arrived_of(start)) {
		send_to_missing(start, SIGNAL_INIT);
		wait_ticks(INIT_MS * start->ticks_per_ms);
	}
	send_to_missing(start, SIGNAL_STARTUP);
	wait_ticks(start->ticks_per_ms / SECOND_SIPI_PART_OF_MS);
	send_to_missing(start, SIGNAL_STARTUP);
	wait_for(start, start->asked);
}

static void name_refused(const struct start *start)
{
	if (refused_of(start) == 0)
		return;
	for (uint32_t i = 1; i <= start->asked; i++) {
		struct processor *const processor = &start->processors->list[i];

		if (is_refused(start, processor->apic_id))
			processor->state = PROCESSOR_UNFIT;
	}
}

uint32_t start_processors(const struct start *start)
{
	struct low_data *const data = data_of(start->low);

	data->slot_table = (uintptr_t)start->slots;
	data->slots = start->asked;
	data->needs = start->needs;
	ask(start);
	if (arrived_of(start) < start->asked)
		ask(start);

	const uint32_t tickets = atomic_exchange(&data->ticket, CLOSED);

	/* Who drew a ticket at the last moment is about to take a slot. */
	const uint32_t expected = tickets < start->asked ? tickets : start->asked;

	wait_for(start, expected);
	name_refused(start);
	return expected;
}
