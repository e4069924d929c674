/* What is left to say of the started processors when all is done. */
#include "bench/harness/smp/smp_start.h"
#include "lib/base/line.h"
#include "lib/machine/processors_record.h"

static void put_number(struct record *record, const char *key, uint64_t value)
{
	record_fact(record, key, "%lu", value);
}

/* cpu_N_WHAT, where cpu_N is its line in machine.csv. */
static void put_of(struct record *record, const struct smp_cpu *member,
                   const char *what, const char *value)
{
	char key[40];

	record_fact(record,
	            format_text(key, sizeof key, "cpu_%u%s", member->listed, what),
	            "%s", value);
}

/* "lo=-12 hi=30 rounds=20000", in ticks; nothing where it is not known. */
static void put_offset(struct record *record, const struct smp_cpu *member)
{
	const struct tsc_offset *const offset = &member->offset;
	char text[100];

	if (offset->rounds == 0)
		return;
	put_of(record, member, "_tsc_offset",
	       format_text(text, sizeof text, "lo=%ld hi=%ld rounds=%u", offset->lo,
	                   offset->hi, offset->rounds));
}

static void put_lost(struct record *record, const struct cpu_area *area)
{
	struct line line;
	char text[160];

	line_clear(&line);
	if (smp_has_faulted(area)) {
		const struct processor_fault fault = smp_fault_of(area);

		line_put(&line, "took an exception");
		processors_put_fault(&line, &fault);
	} else {
		line_put(&line, "did not answer in time");
	}
	line_to_string(&line, text, sizeof text);
	put_of(record, &area->smp_cpu, "_lost", text);
}

static uint32_t strays_of(const struct smp *smp)
{
	uint32_t strays = 0;

	for (unsigned i = 0; i <= smp->count; i++)
		strays += atomic_load(&smp->cpus[i]->nmis_stray);
	return strays;
}

static uint32_t spurious_of(const struct smp *smp)
{
	uint32_t spurious = 0;

	for (unsigned i = 0; i <= smp->count; i++)
		spurious += atomic_load(&smp->cpus[i]->spurious);
	return spurious;
}

void smp_begin_measuring(struct smp *smp)
{
	smp->measuring = true;
	smp->strays_before = strays_of(smp);
	smp->spurious_before = spurious_of(smp);
}

/* What the boot processor has still: it was prepared long ago. */
static void put_smi_entries(struct record *record, const struct smp *smp)
{
	const struct apic_smi_entries entries = apic_smi_entries(&smp->boot.apic);
	struct line line;
	char text[80];

	line_clear(&line);
	apic_smi_entries_put(&line, &entries);
	line_to_string(&line, text, sizeof text);
	record_fact(record, "smi_lvt", "%s", text);
}

void smp_record(const struct smp *smp, struct record *record)
{
	uint32_t lost = 0;
	uint32_t run_over = 0;

	/* A fault may come before any other is started. */
	if (smp->cpus[0] == NULL)
		return;
	for (unsigned i = 0; i <= smp->count; i++)
		lost += smp->cpus[i]->lost;
	for (uint32_t i = 0; i < smp->area_count; i++)
		run_over += !smp_canaries_live(cpu_area_at(smp, i));
	record_begin(record, FILE_MACHINE);
	put_number(record, "cpus_lost", lost);
	put_number(record, "stacks_run_over", run_over);
	put_number(record, "cpus_pinned",
	           smp->pinned + (smp->machine->pinned.count != 0));
	if (smp->boot.apic.mode != APIC_OFF)
		put_smi_entries(record, smp);
	put_number(record, "nmis_stray", strays_of(smp) - smp->strays_before);
	put_number(record, "interrupts_spurious",
	           spurious_of(smp) - smp->spurious_before);
	for (unsigned i = 1; i <= smp->count; i++) {
		const struct smp_cpu *const member = smp->cpus[i];

		put_offset(record, member);
		if (member->lost)
			put_lost(record, cpu_area_of(smp->cpus[i]));
	}
	record_end(record);
}
