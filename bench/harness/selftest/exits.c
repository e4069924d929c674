#include "bench/harness/selftest/exits.h"

#include "lib/stats/stats.h"
#include "lib/x86/control.h"

#define SAMPLES 101u
#define TAKEN_SPINS 100000u /* until an interrupt to this processor must have come */

/* What the instructions need, and what they cost without any. */
struct probe {
	const struct exits_spec *spec;
	uint64_t cr3, cr4;
	struct {
		uint64_t pcid, address;
	} descriptor; /* of INVPCID */
	uint32_t destination;
	struct apic_command command;
	int64_t reference; /* CPUID's, once it is known */
};

struct instruction {
	const char *name;
	uint32_t count; /* in run */
	void (*run)(const struct probe *probe);
	bool (*prepare)(struct probe *probe); /* NULL: nothing; false: not to be had */
	void (*without)(const struct probe *probe);        /* what run has besides */
	const char *(*lacking)(const struct probe *probe); /* NULL: nothing */
};

static void do_nothing(const struct probe *probe)
{
	(void)probe;
}

static void do_cpuid(const struct probe *probe)
{
	(void)probe;
	(void)cpuid(0, 0);
}

static void do_rdtsc(const struct probe *probe)
{
	(void)probe;
	(void)rdtsc_ordered();
}

static void do_mov_cr3(const struct probe *probe)
{
	write_cr3(probe->cr3);
}

static void do_invlpg(const struct probe *probe)
{
	invlpg((uintptr_t)probe);
}

static void do_invpcid(const struct probe *probe)
{
	invpcid(INVPCID_ADDRESS, &probe->descriptor);
}

static void do_pge(const struct probe *probe)
{
	write_cr4(probe->cr4 & ~CR4_PGE);
	write_cr4(probe->cr4);
}

static void do_icr(const struct probe *probe)
{
	const struct apic_command *const command = &probe->command;

	if (command->icr != 0)
		*(volatile uint32_t *)command->icr = command->low;
	else
		wrmsr(MSR_X2APIC_ICR, (uint64_t)command->high << 32 | command->low);
}

/* The interrupt that is pending is taken behind the second instruction. */
static void do_hlt(const struct probe *probe)
{
	(void)probe;
	__asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}

static void do_nop(const struct probe *probe)
{
	(void)probe;
	__asm__ volatile("sti\n\tnop\n\tcli" : : : "memory");
}

static const char *lacks_invpcid(const struct probe *probe)
{
	return (probe->spec->machine->features & FEATURE_INVPCID) != 0 ? NULL
	                                                               : "invpcid";
}

static const char *lacks_apic(const struct probe *probe)
{
	return smp_apic(probe->spec->smp)->mode == APIC_OFF ? "the APIC is off" : NULL;
}

static const char *lacks_other(const struct probe *probe)
{
	if (smp_count(probe->spec->smp) == 0)
		return "one processor";
	return lacks_apic(probe);
}

static bool aim_at(struct probe *probe, uint32_t destination)
{
	return apic_aim(smp_apic(probe->spec->smp), destination, VECTOR_WAKE,
	                &probe->command);
}

static bool aim_at_other(struct probe *probe)
{
	return aim_at(probe, smp_cpu(probe->spec->smp, 1)->apic_id);
}

static bool aim_at_self(struct probe *probe)
{
	return aim_at(probe, smp_self()->apic_id);
}

/* Takes what is pending: false if nothing comes, and HLT would not end. */
static bool interrupt_comes(struct probe *probe)
{
	const uint32_t before = atomic_load(&smp_self()->wakes);

	if (!aim_at_self(probe))
		return false;
	do_icr(probe);
	for (uint32_t i = 0; i < TAKEN_SPINS; i++) {
		do_nop(probe);
		if (atomic_load(&smp_self()->wakes) != before)
			return true;
	}
	return false;
}

/* One that is pending when HLT comes, so that it ends at once. */
static bool send_to_self(struct probe *probe)
{
	if (!interrupt_comes(probe) || !aim_at_self(probe))
		return false;
	do_icr(probe);
	return true;
}

static const struct instruction instructions[] = {
	{ "cpuid", 1, do_cpuid, NULL, do_nothing, NULL },
	{ "rdtsc", 1, do_rdtsc, NULL, do_nothing, NULL },
	{ "mov_cr3", 1, do_mov_cr3, NULL, do_nothing, NULL },
	{ "invlpg", 1, do_invlpg, NULL, do_nothing, NULL },
	{ "invpcid", 1, do_invpcid, NULL, do_nothing, lacks_invpcid },
	{ "pge", 2, do_pge, NULL, do_nothing, NULL },
	{ "icr", 1, do_icr, aim_at_other, do_nothing, lacks_other },
	{ "icr_self", 1, do_icr, aim_at_self, do_nothing, lacks_apic },
	{ "hlt", 1, do_hlt, send_to_self, do_nop, lacks_apic },
};

/* Interrupts are off, and taken behind each one. */
static bool take(struct probe *probe, const struct instruction *of,
                 void (*run)(const struct probe *), int64_t *ticks)
{
	for (unsigned i = 0; i < SAMPLES; i++) {
		if (of->prepare != NULL && !of->prepare(probe))
			return false;

		const uint64_t before = rdtsc_ordered();

		run(probe);
		ticks[i] = (int64_t)(rdtsc_ordered() - before);
		do_nop(probe);
	}
	return true;
}

static bool costs(struct probe *probe, const struct instruction *of,
                  struct two_levels *levels)
{
	int64_t with[SAMPLES], without[SAMPLES];

	if (!take(probe, of, of->without, without) || !take(probe, of, of->run, with))
		return false;
	sort_ticks(without, SAMPLES);
	for (unsigned i = 0; i < SAMPLES; i++)
		with[i] -= without[SAMPLES / 2];
	*levels = two_levels_of(with, SAMPLES);
	return true;
}

static void record_text(struct record *record, const char *name, const char *after,
                        const char *value)
{
	char key[32];

	format_text(key, sizeof key, "exits_%s%s", name, after);
	record_fact(record, key, "%s", value);
}

static enum exit_verdict try_one(struct probe *probe, const struct instruction *of)
{
	struct record *const record = probe->spec->record;
	const char *why = of->lacking != NULL ? of->lacking(probe) : NULL;
	struct two_levels levels;
	struct line line;
	char text[80];

	if (why == NULL && !costs(probe, of, &levels))
		why = "no interrupt comes";
	if (why != NULL) {
		record_text(record, of->name, "",
		            format_text(text, sizeof text, "skipped: %s", why));
		return EXIT_UNCLEAR;
	}
	if (of->run == do_cpuid)
		probe->reference = exit_reference(&levels, probe->spec->add_milli);

	const enum exit_verdict verdict =
		exit_verdict(&levels, of->count, probe->reference);

	record_text(record, of->name, "", exit_verdict_name(verdict));
	line_clear(&line);
	exit_put_levels(&levels, &line);
	line_to_string(&line, text, sizeof text);
	record_text(record, of->name, "_ticks", text);
	return verdict;
}

struct exits_found exits_find(const struct exits_spec *spec)
{
	struct probe probe = {
		.spec = spec,
		.cr3 = read_cr3(),
		.cr4 = read_cr4(),
		.descriptor.address = (uintptr_t)&probe,
	};
	struct exits_found found = { EXIT_UNCLEAR, EXIT_UNCLEAR };

	record_begin(spec->record, FILE_MACHINE);
	if (spec->machine->env != ENV_VM) {
		record_fact(spec->record, "exits", "skipped: not a virtual machine");
		record_end(spec->record);
		return found;
	}

	const uint64_t flags = interrupts_off();

	for (unsigned i = 0; i < sizeof instructions / sizeof instructions[0]; i++) {
		const enum exit_verdict verdict = try_one(&probe, &instructions[i]);

		if (instructions[i].run == do_cpuid)
			found.cpuid = verdict;
		if (instructions[i].run == do_rdtsc)
			found.rdtsc = verdict;
	}
	interrupts_as(flags);
	record_end(spec->record);
	return found;
}
