#include "lib/machine/processors_record.h"

#define TEXT 600u

static void put_field(struct line *line, const char *name, uint64_t value)
{
	line_format(line, "%s%s=%lu", line->length != 0 ? " " : "", name, value);
}

static void put_differences(struct line *line, unsigned differences)
{
	static const char *const names[] = {
		"control_registers", "pat", "mtrrs", "apic_mode", "lfence", "smi_lvt",
	};

	const char *before = " differs=";

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		if ((differences >> i & 1) == 0)
			continue;
		line_format(line, "%s%s", before, names[i]);
		before = "+";
	}
}

/* "apic=2 uid=1 package=0 die=0 ..."; what is not known is not there. */
static void describe(const struct processor *processor, const struct processor *boot,
                     struct line *line)
{
	const struct topology *const topology = &processor->topology;

	line_clear(line);
	put_field(line, "apic", processor->apic_id);
	if (processor->acpi_uid_known)
		put_field(line, "uid", processor->acpi_uid);
	put_field(line, "package", topology->package);
	put_field(line, "die", topology->die);
	if (topology->node_known)
		put_field(line, "node", topology->node);
	if (processor->srat_node_known)
		put_field(line, "srat_node", processor->srat_node);
	put_field(line, "cache", topology->cache);
	put_field(line, "cluster", topology->cluster);
	put_field(line, "core", topology->core);
	put_field(line, "thread", topology->within[TOPOLOGY_THREAD]);
	if (topology->core_type != CORE_UNKNOWN)
		line_format(line, " type=%s", core_type_name(topology->core_type));
	line_format(line, " distance=%s",
	            distance_name(topology_distance(&boot->topology, topology)));
	if (processor->tsc_adjust_known)
		line_format(line, " tsc_adjust=0x%lx", processor->tsc_adjust);
	put_differences(line, processor->differences);
}

static void put_started(const struct processors *processors, struct record *record)
{
	for (uint32_t i = 0; i < processors->count; i++) {
		const struct processor *const processor = &processors->list[i];
		struct line line;
		char key[16];
		char text[TEXT];

		if (processor->state != PROCESSOR_STARTED)
			continue;
		format_text(key, sizeof key, "cpu_%u", i);
		describe(processor, &processors->list[0], &line);
		line_to_string(&line, text, sizeof text);
		record_fact(record, key, "%s", text);
	}
}

void processors_put_fault(struct line *line, const struct processor_fault *fault)
{
	line_format(line, " vector=%lu error=0x%lx rip=0x%lx cr2=0x%lx", fault->vector,
	            fault->error, fault->rip, fault->cr2);
}

static bool has_failed(const struct processor *processor)
{
	return processor->state != PROCESSOR_STARTED &&
	       processor->state != PROCESSOR_NOT_ASKED;
}

/* A line for each, because there may be many: cpu_failed_3, by the place in the list.
 */
static void put_failed(const struct processors *processors, struct record *record)
{
	uint32_t failed = 0;

	for (uint32_t i = 0; i < processors->count; i++)
		failed += has_failed(&processors->list[i]);
	record_fact(record, "cpus_failed", "%u", failed);
	for (uint32_t i = 0; i < processors->count; i++) {
		const struct processor *const processor = &processors->list[i];
		struct line line;
		char key[24];
		char text[TEXT];

		if (!has_failed(processor))
			continue;
		format_text(key, sizeof key, "cpu_failed_%u", i);
		line_clear(&line);
		line_format(&line, "apic=%u: %s", processor->apic_id,
		            processor_reason(processor->state));
		put_differences(&line, processor->differences);
		if (processor->state == PROCESSOR_FAULTED)
			processors_put_fault(&line, &processor->fault);
		line_to_string(&line, text, sizeof text);
		record_fact(record, key, "%s", text);
	}
}

void processors_record(const struct processors *processors, const char *why_not,
                       struct record *record)
{
	record_fact(record, "cpus_found", "%u",
	            processors->count + processors->left_out);
	record_fact(record, "cpus_source", "%s", processors_source(processors));
	record_fact(record, "boot_cpu_listed", "%d", processors->boot_processor_listed);
	record_fact(record, "cpus_started", "%u",
	            processors_count(processors, PROCESSOR_STARTED));
	record_fact(record, "cpus_not_asked", "%u",
	            processors_count(processors, PROCESSOR_NOT_ASKED) +
	                    processors->left_out);
	record_fact(record, "cpus_not_asked_why", "%s", why_not);
	put_failed(processors, record);
	put_started(processors, record);
}
