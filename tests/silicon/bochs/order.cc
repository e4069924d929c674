/*
 * Stores and loads in an order that they must not have: errata that need more than one
 * processor, or its stores on their way.
 */
#include "tests/silicon/bochs/body.hh"

#include <setjmp.h>
#include <string.h>

// Widths in turn, from some instructions to an interrupt's way to another processor.
#define LATE_TICKS UINT64_C(16)
#define LATE_WIDTHS 9u

static bool hold_store(struct body_cpu *cpu, const struct body_access *access)
{
	struct late_store *const late = &cpu->late[cpu->late_count];

	if (cpu->late_count == LATE_STORES ||
	    !silicon_strikes_at(body.silicon, cpu->number, EFFECT_STORE_LANDS_LATE,
	                        access->va))
		return false;
	late->physical = access->physical;
	late->due = silicon_time(body.silicon, cpu->number) +
	            (LATE_TICKS << cpu->late_drawn++ % LATE_WIDTHS) * 1000;
	late->length = access->length;
	memcpy(late->data, access->data, access->length);
	cpu->late_count++;
	body.late++;
	return true;
}

static void land_stores(struct body_cpu *cpu, uint64_t now)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < cpu->late_count; i++) {
		struct late_store *const late = &cpu->late[i];

		if (late->due > now) {
			cpu->late[kept++] = *late;
			continue;
		}
		cpu->bochs->access_write_physical(late->physical, late->length,
		                                  late->data);
		body.late--;
	}
	cpu->late_count = kept;
}

void order_land_stores(const struct body_cpu *by)
{
	const uint64_t now = silicon_time(body.silicon, by->number);

	for (unsigned i = 0; i < body.count; i++)
		land_stores(&body.cpus[i], now);
}

// A load goes to memory so long behind the store that it does not see: longer than two
// processors are apart that begin a litmus test together.
#define UNSEEN UINT64_C(16384000)

static void note_store(struct body_cpu *cpu, const struct body_access *access)
{
	const bool by_all = silicon_strikes_at(body.silicon, cpu->number,
	                                       EFFECT_OWN_STORE_UNSEEN, access->va);
	const bool by_synonym = silicon_strikes_at(
		body.silicon, cpu->number, EFFECT_SYNONYM_UNSEEN, access->va);
	struct noted_store *const noted = &cpu->noted[cpu->noted_next];

	if (!by_all && !by_synonym)
		return;
	cpu->noted_next = (cpu->noted_next + 1) % NOTED_STORES;
	noted->va = access->va;
	noted->physical = access->physical;
	noted->at = silicon_time(body.silicon, cpu->number);
	noted->length = access->length;
	memcpy(noted->data, access->data, access->length);
	cpu->bochs->access_read_physical(access->physical, access->length,
	                                 noted->before);
	noted->by_synonym = !by_all;
	noted->is_passed = false;
}

bool order_store(struct body_cpu *cpu, const struct body_access *access)
{
	if (access->length > sizeof cpu->noted[0].data ||
	    access->physical >= BX_MEM(0)->get_memory_len())
		return false;
	note_store(cpu, access);
	return hold_store(cpu, access);
}

// The last one to that word, if it is not older than since; else NULL.
static struct noted_store *noted_by(struct body_cpu *cpu,
                                    const struct body_access *access, uint64_t since)
{
	for (unsigned i = 1; i <= NOTED_STORES; i++) {
		struct noted_store *const noted =
			&cpu->noted[(cpu->noted_next + NOTED_STORES - i) % NOTED_STORES];

		if (noted->length == access->length &&
		    noted->physical == access->physical && noted->at >= since)
			return noted;
	}
	return NULL;
}

// What is there but for the own store.
static void load_of_others(const struct body_cpu *by, const struct body_access *access,
                           const struct noted_store *own)
{
	const uint64_t since = own->at < UNSEEN ? 0 : own->at - UNSEEN;

	memcpy(access->data, own->before, own->length);
	for (unsigned i = 0; i < body.count; i++) {
		const struct noted_store *const noted =
			i == by->number ? NULL
					: noted_by(&body.cpus[i], access, since);

		if (noted != NULL)
			memcpy(access->data, noted->data, noted->length);
	}
}

// As exceptions do: the instruction is tried again, when it is this processor's turn.
static void try_again(struct body_cpu *cpu)
{
	cpu->bochs->gen_reg[BX_64BIT_REG_RIP].rrx = cpu->bochs->prev_rip;
	longjmp(BX_CPU_C::jmp_buf_env, 1);
}

void order_load(struct body_cpu *cpu, const struct body_access *access)
{
	const uint64_t now = silicon_time(body.silicon, cpu->number);
	struct noted_store *const own =
		noted_by(cpu, access, now < 2 * UNSEEN ? 0 : now - 2 * UNSEEN);

	if (own == NULL || own->is_passed ||
	    (own->by_synonym && own->va == access->va))
		return;
	if (now < own->at + UNSEEN) {
		silicon_wait(body.silicon, cpu->number, own->at + UNSEEN);
		try_again(cpu);
	}
	own->is_passed = true;
	load_of_others(cpu, access, own);
}
