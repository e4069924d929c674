#include "bench/harness/smp/smp_start.h"

#include "lib/options/plant.h"
#include "lib/x86/control.h"
#include "lib/x86/identify.h"
#include "lib/x86/insn.h"
#include "lib/x86/leaves.h"

/*
 * The machine is not measured yet, and an emulator on a busy host, for which time
 * stands still, need not call itself one.  On hardware only a processor that is not
 * there takes so long, and all that are not there take it together.
 */
#define PATIENCE_MS 2000u

#define FASTEST_TICKS_PER_MS UINT64_C(6000000)

#define CANARY UINT64_C(0x5ca1ab1ec0ffee00)
#define CANARY_WORDS 8u

uint32_t crew_wanted(const struct processors *processors, const struct config *config)
{
	const uint32_t others = processors->count - 1;

	return config->cpus != 0 && config->cpus - 1 < others ? config->cpus - 1
	                                                      : others;
}

static uint64_t frames_for(uint64_t bytes)
{
	return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
}

static uint64_t seats_frames(uint32_t others)
{
	return frames_for(others * sizeof(struct start_seat));
}

uint64_t crew_frames(uint32_t others)
{
	return others * frames_for(sizeof(struct crew_seat)) + seats_frames(others);
}

enum err crew_alloc(struct crew *crew, struct frame_pool *pool, uint32_t others)
{
	const uint64_t frames = frames_for(sizeof(struct crew_seat));

	if (others == 0)
		return ERR_NONE;

	const uint64_t seats = frame_alloc_run(pool, others * frames, PAGE_BYTES);
	const uint64_t start_seats =
		frame_alloc_run(pool, seats_frames(others), PAGE_BYTES);

	if (seats == 0 || start_seats == 0)
		return ERR_NO_MEMORY;
	crew->seats = seats;
	crew->seat_bytes = frames * PAGE_BYTES;
	crew->seat_count = others;
	crew->start_seats = (struct start_seat *)start_seats;
	return ERR_NONE;
}

struct crew_seat *crew_seat_at(const struct crew *crew, uint32_t i)
{
	return (struct crew_seat *)(crew->seats + i * crew->seat_bytes);
}

struct crew_seat *crew_seat_of(struct crew_member *member)
{
	return (struct crew_seat *)((uintptr_t)member -
	                            offsetof(struct crew_seat, member));
}

uint64_t crew_guard(const struct crew *crew, uint32_t i)
{
	return (uintptr_t)crew_seat_at(crew, i)->guard;
}

struct bottoms {
	uint64_t *of[4];
};

static struct bottoms bottoms_of(struct crew_seat *seat)
{
	return (struct bottoms){ {
		(uint64_t *)(uintptr_t)seat->stack,
		(uint64_t *)(uintptr_t)seat->nmi_stack,
		(uint64_t *)(uintptr_t)seat->double_fault_stack,
		(uint64_t *)(uintptr_t)seat->machine_check_stack,
	} };
}

static void plant_canaries(struct crew_seat *seat)
{
	const struct bottoms bottoms = bottoms_of(seat);

	for (unsigned i = 0; i < 4; i++)
		for (unsigned word = 0; word < CANARY_WORDS; word++)
			bottoms.of[i][word] = CANARY | word;
}

bool crew_canaries_live(struct crew_seat *seat)
{
	const struct bottoms bottoms = bottoms_of(seat);

	for (unsigned i = 0; i < 4; i++)
		for (unsigned word = 0; word < CANARY_WORDS; word++)
			if (bottoms.of[i][word] != (CANARY | word))
				return false;
	return true;
}

static void prepare_member(struct crew *crew, struct crew_member *member,
                           struct cpu *cpu)
{
	member->crew = crew;
	member->cpu = cpu;
	member->posted = CREW_FIRST_GENERATION;
	atomic_store(&member->request.generation, CREW_FIRST_GENERATION);
}

static void prepare_seat(struct crew *crew, uint32_t i)
{
	struct crew_seat *const seat = crew_seat_at(crew, i);

	prepare_member(crew, &seat->member, &seat->cpu);
	plant_canaries(seat);
	crew->start_seats[i] = (struct start_seat){
		.stack_top = (uintptr_t)(&seat->stack + 1),
		.run = crew_enter,
		.context = seat,
		.apic_base = crew->boot.apic.base,
	};
}

static void set_nodes(struct crew_member *member, const struct processor *processor,
                      const struct nodes *nodes, uint64_t memory)
{
	member->node = processor->srat_node_known ? processor->srat_node : NODE_UNKNOWN;
	member->memory_node = node_of(nodes, memory);
}

static void prepare_boot(struct crew *crew, const struct crew_spec *spec)
{
	struct crew_member *const boot = &crew->boot;
	struct processor *const processor = &spec->machine->processors.list[0];
	struct topology_leaves leaves;

	prepare_member(crew, boot, spec->cpu);
	boot->apic = apic_found();
	if (boot->apic.mode != APIC_OFF) {
		apic_prepare(&boot->apic, VECTOR_SPURIOUS, true);
		crew->takes_nmi = apic_takes_nmi(&boot->apic);
		crew->smi_entries = apic_smi_entries(&boot->apic);
	}
	boot->apic_id = processor->apic_id;
	boot->acpi_uid = processor->acpi_uid;
	boot->acpi_uid_known = processor->acpi_uid_known;
	leaves_read(&leaves, is_amd(spec->machine));
	topology_decode(&leaves, &boot->topology);
	plant_core_type(spec->plants, false, &boot->topology);
	boot->tsc_adjust = spec->machine->tsc_adjust;
	boot->tsc_adjust_known = spec->machine->tsc_adjust_known;
	boot->mwait_kinds = leaves_mwait_kinds();
	set_nodes(boot, processor, &spec->machine->nodes, (uintptr_t)boot);
	boot->distance = DISTANCE_SELF;
	boot->offset = (struct tsc_offset){ .rounds = 1 };
	spec->cpu->local = boot;
	spec->cpu->on_interrupt = crew_on_interrupt;
	spec->cpu->on_nmi = crew_take_nmi;
	processor->state = PROCESSOR_STARTED;
	processor->topology = boot->topology;
	processor->tsc_adjust = boot->tsc_adjust;
	processor->tsc_adjust_known = boot->tsc_adjust_known;
	crew->members[0] = boot;
	crew->mtrr_digest = control_mtrr_digest();
}

/* For what is no member: nobody asked for it, or it is not as the others are. */
static void park(struct crew_member *me, void *unused)
{
	(void)me;
	(void)unused;
	for (;;) {
		cli();
		hlt();
	}
}

static bool is_ready(const struct crew_seat *seat)
{
	return atomic_load_explicit(&seat->member.answer.generation,
	                            memory_order_acquire) == CREW_FIRST_GENERATION;
}

static bool gets_ready(struct crew_seat *seat, uint64_t limit_ticks)
{
	const uint64_t from = rdtsc_ordered();

	while (!is_ready(seat)) {
		if (crew_has_fallen(seat))
			return false;
		if (rdtsc_ordered() - from > limit_ticks) {
			crew_linger(limit_ticks);
			return is_ready(seat);
		}
		pause();
	}
	return true;
}

static enum processor_state judge(const struct crew_seat *seat)
{
	const unsigned fatal = DIFFERS_CONTROL | DIFFERS_APIC_MODE;

	return (seat->differences & fatal) != 0 ? PROCESSOR_STRANGE : PROCESSOR_STARTED;
}

static void describe(struct processor *processor, struct crew_seat *seat)
{
	processor->state = judge(seat);
	processor->differences = seat->differences;
	processor->topology = seat->member.topology;
	processor->tsc_adjust = seat->member.tsc_adjust;
	processor->tsc_adjust_known = seat->member.tsc_adjust_known;
}

static void give_up(struct crew *crew, struct processor *processor,
                    const struct crew_seat *seat)
{
	processor->state = PROCESSOR_STUCK;
	if (!crew_has_fallen(seat))
		return;
	processor->state = PROCESSOR_FALLEN;
	processor->fall = crew_fall_of(seat);
	crew_check(crew);
}

/* Whoever took this seat becomes a member, or is told to stop. */
static void admit(struct crew *crew, uint32_t listed, struct crew_seat *seat,
                  uint64_t limit_ticks)
{
	struct processor *const processor = &crew->machine->processors.list[listed];
	struct crew_member *const member = &seat->member;

	member->apic_id = processor->apic_id;
	member->listed = listed;
	if (!gets_ready(seat, limit_ticks)) {
		member->lost = true;
		give_up(crew, processor, seat);
		return;
	}
	describe(processor, seat);
	member->acpi_uid = processor->acpi_uid;
	member->acpi_uid_known = processor->acpi_uid_known;
	member->loose_stamps = (seat->differences & DIFFERS_LFENCE) != 0 &&
	                       (crew->machine->features & FEATURE_LFENCE_WAITS) != 0;
	set_nodes(member, processor, &crew->machine->nodes, (uintptr_t)seat);
	member->distance = topology_distance(&crew->boot.topology, &member->topology);
	if (processor->state != PROCESSOR_STARTED) {
		(void)crew_run(crew, member, park, NULL);
		return;
	}
	crew->count++;
	member->number = crew->count;
	crew->members[crew->count] = member;
}

static struct crew_seat *seat_of(const struct crew *crew, uint32_t seats,
                                 uint32_t apic_id)
{
	for (uint32_t i = 0; i < seats; i++) {
		struct start_seat *const seat = &crew->start_seats[i];

		if (atomic_load_explicit(&seat->taken, memory_order_acquire) != 0 &&
		    seat->apic_id == apic_id)
			return seat->context;
	}
	return NULL;
}

/* The page tables of all are the boot processor's. */
static uint32_t needs(const struct machine *machine, uint32_t plants)
{
	const uint32_t nx = UINT32_C(1) << 20;
	const uint32_t what_none_has = UINT32_C(1) << 10;

	return ((machine->features & FEATURE_NX) != 0 ? nx : 0) |
	       ((plants & PLANT_UNFIT_CPU) != 0 ? what_none_has : 0);
}

static void start_others(struct crew *crew, const struct crew_spec *spec)
{
	struct machine *const machine = spec->machine;
	const uint64_t hz = machine->tsc_rate.best;
	const struct start start = {
		.low = spec->low,
		.apic = &crew->boot.apic,
		.processors = &machine->processors,
		.asked = crew->seat_count,
		.seats = crew->start_seats,
		.needs = needs(machine, spec->plants),
		.ticks_per_ms = hz != 0 ? hz / 1000 + 1 : FASTEST_TICKS_PER_MS,
		.patience_ms = PATIENCE_MS,
	};
	const uint64_t patience = start.patience_ms * start.ticks_per_ms;
	uint32_t seats;

	for (uint32_t i = 0; i < crew->seat_count; i++)
		prepare_seat(crew, i);
	seats = start_processors(&start);
	for (uint32_t i = 1; i <= crew->seat_count; i++) {
		struct crew_seat *const seat =
			seat_of(crew, seats, machine->processors.list[i].apic_id);

		if (seat != NULL)
			admit(crew, i, seat, patience);
	}
}

static const char *why_not_all(const struct crew *crew, const struct crew_spec *spec)
{
	const struct processors *const processors = &spec->machine->processors;

	if (processors->count == 1)
		return NULL;
	if (spec->low == 0)
		return "no memory below 1 MiB to start them in";
	if (crew->boot.apic.mode == APIC_OFF)
		return "the local APIC is off";
	if (crew->seat_count + 1 < processors->count)
		return "the option cpus";
	return processors->left_out != 0 ? "more than this program has room for" : NULL;
}

void crew_start(struct crew *crew, const struct crew_spec *spec)
{
	const struct processors *const processors = &spec->machine->processors;

	crew->machine = spec->machine;
	crew->root = spec->root;
	crew->plants = spec->plants;
	crew->on_fallen = spec->on_fallen;
	crew->on_dropped = spec->on_dropped;
	crew->context = spec->context;
	prepare_boot(crew, spec);
	spec->machine->not_asked_why = why_not_all(crew, spec);
	if (crew->seat_count != 0 && crew->boot.apic.mode != APIC_OFF)
		start_others(crew, spec);
	crew->owns_all = crew->count + 1 == processors->count &&
	                 processors->left_out == 0 && processors->boot_processor_listed;
}
