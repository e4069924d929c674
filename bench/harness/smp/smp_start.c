#include "bench/harness/smp/smp_start.h"

#include "lib/options/injected_fault.h"
#include "lib/x86/control.h"
#include "lib/x86/identify.h"
#include "lib/x86/insn.h"
#include "lib/x86/leaves.h"

/*
 * The machine is not measured yet, and an emulator on a busy host, for which time
 * stands still, need not call itself one.  On hardware only a processor that is not
 * there takes so long, and all that are not there take it together.
 */
#define START_TIMEOUT_MS 2000u

#define CANARY UINT64_C(0x5ca1ab1ec0ffee00)
#define CANARY_WORDS 8u

uint32_t smp_wanted(const struct processors *processors, const struct config *config)
{
	const uint32_t others = processors->count - 1;

	return config->cpus != 0 && config->cpus - 1 < others ? config->cpus - 1
	                                                      : others;
}

static uint64_t frames_for(uint64_t bytes)
{
	return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
}

static uint64_t slot_frames(uint32_t others)
{
	return frames_for(others * sizeof(struct start_slot));
}

uint64_t smp_frames(uint32_t others)
{
	return others * frames_for(sizeof(struct cpu_area)) + slot_frames(others);
}

enum err smp_alloc(struct smp *smp, struct frame_pool *pool, uint32_t others)
{
	const uint64_t frames = frames_for(sizeof(struct cpu_area));

	if (others == 0)
		return ERR_NONE;

	const uint64_t areas = frame_alloc_run(pool, others * frames, PAGE_BYTES);
	const uint64_t start_slots =
		frame_alloc_run(pool, slot_frames(others), PAGE_BYTES);

	if (areas == 0 || start_slots == 0)
		return ERR_NO_MEMORY;
	smp->areas = areas;
	smp->area_bytes = frames * PAGE_BYTES;
	smp->area_count = others;
	smp->start_slots = (struct start_slot *)start_slots;
	return ERR_NONE;
}

struct cpu_area *cpu_area_at(const struct smp *smp, uint32_t i)
{
	return (struct cpu_area *)(smp->areas + i * smp->area_bytes);
}

struct cpu_area *cpu_area_of(struct smp_cpu *member)
{
	return (struct cpu_area *)((uintptr_t)member -
	                           offsetof(struct cpu_area, smp_cpu));
}

uint64_t smp_guard(const struct smp *smp, uint32_t i)
{
	return (uintptr_t)cpu_area_at(smp, i)->guard;
}

struct bottoms {
	uint64_t *of[4];
};

static struct bottoms bottoms_of(struct cpu_area *area)
{
	return (struct bottoms){ {
		(uint64_t *)(uintptr_t)area->stack,
		(uint64_t *)(uintptr_t)area->nmi_stack,
		(uint64_t *)(uintptr_t)area->double_fault_stack,
		(uint64_t *)(uintptr_t)area->machine_check_stack,
	} };
}

static void plant_canaries(struct cpu_area *area)
{
	const struct bottoms bottoms = bottoms_of(area);

	for (unsigned i = 0; i < 4; i++)
		for (unsigned word = 0; word < CANARY_WORDS; word++)
			bottoms.of[i][word] = CANARY | word;
}

bool smp_canaries_live(struct cpu_area *area)
{
	const struct bottoms bottoms = bottoms_of(area);

	for (unsigned i = 0; i < 4; i++)
		for (unsigned word = 0; word < CANARY_WORDS; word++)
			if (bottoms.of[i][word] != (CANARY | word))
				return false;
	return true;
}

static void prepare_cpu(struct smp *smp, struct smp_cpu *member, struct cpu *cpu)
{
	member->smp = smp;
	member->cpu = cpu;
	member->posted = SMP_FIRST_GENERATION;
	atomic_store(&member->request.generation, SMP_FIRST_GENERATION);
}

static void prepare_area(struct smp *smp, uint32_t i)
{
	struct cpu_area *const area = cpu_area_at(smp, i);

	prepare_cpu(smp, &area->smp_cpu, &area->cpu);
	plant_canaries(area);
	smp->start_slots[i] = (struct start_slot){
		.stack_top = (uintptr_t)(&area->stack + 1),
		.run = smp_enter,
		.context = area,
		.apic_base = smp->boot.apic.base,
	};
}

static void set_nodes(struct smp_cpu *member, const struct processor *processor,
                      const struct nodes *nodes, uint64_t memory)
{
	member->node = processor->srat_node_known ? processor->srat_node : NODE_UNKNOWN;
	member->memory_node = node_of(nodes, memory);
}

static void prepare_boot(struct smp *smp, const struct smp_spec *spec)
{
	struct smp_cpu *const boot = &smp->boot;
	struct processor *const processor = &spec->machine->processors.list[0];
	struct topology_leaves leaves;

	prepare_cpu(smp, boot, spec->cpu);
	boot->apic = apic_found();
	if (boot->apic.mode != APIC_OFF) {
		apic_prepare(&boot->apic, VECTOR_SPURIOUS, true);
		smp->takes_nmi = apic_takes_nmi(&boot->apic);
		smp->smi_entries = apic_smi_entries(&boot->apic);
	}
	boot->apic_id = processor->apic_id;
	boot->acpi_uid = processor->acpi_uid;
	boot->acpi_uid_known = processor->acpi_uid_known;
	leaves_read(&leaves, is_amd(spec->machine));
	topology_decode(&leaves, &boot->topology);
	inject_core_type(spec->injected_faults, false, &boot->topology);
	boot->tsc_adjust = spec->machine->tsc_adjust;
	boot->tsc_adjust_known = spec->machine->tsc_adjust_known;
	boot->mwait_kinds = leaves_mwait_kinds();
	set_nodes(boot, processor, &spec->machine->nodes, (uintptr_t)boot);
	boot->distance = DISTANCE_SELF;
	boot->offset = (struct tsc_offset){ .rounds = 1 };
	spec->cpu->local = boot;
	spec->cpu->on_interrupt = smp_on_interrupt;
	spec->cpu->on_nmi = smp_take_nmi;
	processor->state = PROCESSOR_STARTED;
	processor->topology = boot->topology;
	processor->tsc_adjust = boot->tsc_adjust;
	processor->tsc_adjust_known = boot->tsc_adjust_known;
	smp->cpus[0] = boot;
	smp->mtrr_digest = control_mtrr_digest();
}

/* For one that is not admitted: nobody asked for it, or it is not as the others are. */
static void park(struct smp_cpu *me, void *unused)
{
	(void)me;
	(void)unused;
	for (;;) {
		cli();
		hlt();
	}
}

static bool is_ready(const struct cpu_area *area)
{
	return atomic_load_explicit(&area->smp_cpu.answer.generation,
	                            memory_order_acquire) == SMP_FIRST_GENERATION;
}

static bool gets_ready(struct cpu_area *area, uint64_t limit_ticks)
{
	const uint64_t from = rdtsc_ordered();

	while (!is_ready(area)) {
		if (smp_has_faulted(area))
			return false;
		if (rdtsc_ordered() - from > limit_ticks) {
			smp_grace(limit_ticks);
			return is_ready(area);
		}
		cpu_relax();
	}
	return true;
}

static enum processor_state judge(const struct cpu_area *area)
{
	const unsigned fatal = DIFFERS_CONTROL | DIFFERS_APIC_MODE;

	return (area->differences & fatal) != 0 ? PROCESSOR_STRANGE : PROCESSOR_STARTED;
}

static void describe(struct processor *processor, struct cpu_area *area)
{
	processor->state = judge(area);
	processor->differences = area->differences;
	processor->topology = area->smp_cpu.topology;
	processor->tsc_adjust = area->smp_cpu.tsc_adjust;
	processor->tsc_adjust_known = area->smp_cpu.tsc_adjust_known;
}

static void give_up(struct smp *smp, struct processor *processor,
                    const struct cpu_area *area)
{
	processor->state = PROCESSOR_STUCK;
	if (!smp_has_faulted(area))
		return;
	processor->state = PROCESSOR_FAULTED;
	processor->fault = smp_fault_of(area);
	smp_check(smp);
}

/* Admits whoever took this slot, or tells it to stop. */
static void admit(struct smp *smp, uint32_t listed, struct cpu_area *area,
                  uint64_t limit_ticks)
{
	struct processor *const processor = &smp->machine->processors.list[listed];
	struct smp_cpu *const member = &area->smp_cpu;

	member->apic_id = processor->apic_id;
	member->listed = listed;
	if (!gets_ready(area, limit_ticks)) {
		member->lost = true;
		give_up(smp, processor, area);
		return;
	}
	describe(processor, area);
	member->acpi_uid = processor->acpi_uid;
	member->acpi_uid_known = processor->acpi_uid_known;
	member->loose_stamps = (area->differences & DIFFERS_LFENCE) != 0 &&
	                       (smp->machine->features & FEATURE_LFENCE_WAITS) != 0;
	set_nodes(member, processor, &smp->machine->nodes, (uintptr_t)area);
	member->distance = topology_distance(&smp->boot.topology, &member->topology);
	if (processor->state != PROCESSOR_STARTED) {
		(void)smp_run_on(smp, member, park, NULL);
		return;
	}
	smp->count++;
	member->number = smp->count;
	smp->cpus[smp->count] = member;
}

static struct cpu_area *area_of(const struct smp *smp, uint32_t taken, uint32_t apic_id)
{
	for (uint32_t i = 0; i < taken; i++) {
		struct start_slot *const slot = &smp->start_slots[i];

		if (atomic_load_explicit(&slot->taken, memory_order_acquire) != 0 &&
		    slot->apic_id == apic_id)
			return slot->context;
	}
	return NULL;
}

/* The page tables of all are the boot processor's. */
static uint32_t needs(const struct machine *machine, uint32_t injected_faults)
{
	const uint32_t nx = UINT32_C(1) << 20;
	const uint32_t what_none_has = UINT32_C(1) << 10;

	return ((machine->features & FEATURE_NX) != 0 ? nx : 0) |
	       ((injected_faults & INJECT_UNFIT_CPU) != 0 ? what_none_has : 0);
}

static void start_others(struct smp *smp, const struct smp_spec *spec)
{
	struct machine *const machine = spec->machine;
	const struct start start = {
		.low = spec->low,
		.apic = &smp->boot.apic,
		.processors = &machine->processors,
		.asked = smp->area_count,
		.slots = smp->start_slots,
		.needs = needs(machine, spec->injected_faults),
		.ticks_per_ms = tsc_hz_or(machine, TSC_HZ_HIGHEST) / 1000 + 1,
		.timeout_ms = START_TIMEOUT_MS,
	};
	const uint64_t timeout = start.timeout_ms * start.ticks_per_ms;
	uint32_t taken;

	for (uint32_t i = 0; i < smp->area_count; i++)
		prepare_area(smp, i);
	taken = start_processors(&start);
	for (uint32_t i = 1; i <= smp->area_count; i++) {
		struct cpu_area *const area =
			area_of(smp, taken, machine->processors.list[i].apic_id);

		if (area != NULL)
			admit(smp, i, area, timeout);
	}
}

static const char *why_not_all(const struct smp *smp, const struct smp_spec *spec)
{
	const struct processors *const processors = &spec->machine->processors;

	if (processors->count == 1)
		return NULL;
	if (spec->low == 0)
		return "no memory below 1 MiB to start them in";
	if (smp->boot.apic.mode == APIC_OFF)
		return "the local APIC is off";
	if (smp->area_count + 1 < processors->count)
		return "the option cpus";
	return processors->left_out != 0 ? "more than this program has room for" : NULL;
}

void smp_start(struct smp *smp, const struct smp_spec *spec)
{
	const struct processors *const processors = &spec->machine->processors;

	smp->machine = spec->machine;
	smp->root = spec->root;
	smp->injected_faults = spec->injected_faults;
	smp->on_faulted = spec->on_faulted;
	smp->on_dropped = spec->on_dropped;
	smp->context = spec->context;
	prepare_boot(smp, spec);
	spec->machine->not_asked_why = why_not_all(smp, spec);
	if (smp->area_count != 0 && smp->boot.apic.mode != APIC_OFF)
		start_others(smp, spec);
	smp->owns_all = smp->count + 1 == processors->count &&
	                processors->left_out == 0 && processors->boot_processor_listed;
}
