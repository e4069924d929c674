#include "lib/machine/processors_record.h"

#include "lib/base/csv.h"

#define TEXT 600u

static void put_text(struct record *record, const char *key, const char *value)
{
	struct line line;

	csv_pair_text(&line, key, value);
	record_line(record, &line);
}

static void put_number(struct record *record, const char *key, uint64_t value)
{
	struct line line;

	csv_pair_u64(&line, key, value);
	record_line(record, &line);
}

static void put_field(struct line *line, const char *name, uint64_t value)
{
	if (line->length != 0)
		line_put_char(line, ' ');
	line_put(line, name);
	line_put_char(line, '=');
	line_put_u64(line, value);
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
		line_put(line, before);
		line_put(line, names[i]);
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
	if (topology->core_type != CORE_UNKNOWN) {
		line_put(line, " type=");
		line_put(line, core_type_name(topology->core_type));
	}
	line_put(line, " distance=");
	line_put(line, distance_name(topology_distance(&boot->topology, topology)));
	if (processor->tsc_adjust_known) {
		line_put(line, " tsc_adjust=0x");
		line_put_hex(line, processor->tsc_adjust, 1);
	}
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
		line_clear(&line);
		line_put(&line, "cpu_");
		line_put_u64(&line, i);
		line_to_string(&line, key, sizeof key);
		describe(processor, &processors->list[0], &line);
		line_to_string(&line, text, sizeof text);
		put_text(record, key, text);
	}
}

static void put_hex(struct line *line, const char *name, uint64_t value)
{
	line_put(line, name);
	line_put_hex(line, value, 1);
}

void processors_put_fall(struct line *line, const struct processor_fall *fall)
{
	line_put(line, " vector=");
	line_put_u64(line, fall->vector);
	put_hex(line, " error=0x", fall->error);
	put_hex(line, " rip=0x", fall->rip);
	put_hex(line, " cr2=0x", fall->cr2);
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
	put_number(record, "cpus_failed", failed);
	for (uint32_t i = 0; i < processors->count; i++) {
		const struct processor *const processor = &processors->list[i];
		struct line line;
		char key[24];
		char text[TEXT];

		if (!has_failed(processor))
			continue;
		line_clear(&line);
		line_put(&line, "cpu_failed_");
		line_put_u64(&line, i);
		line_to_string(&line, key, sizeof key);
		line_clear(&line);
		put_field(&line, "apic", processor->apic_id);
		line_put(&line, ": ");
		line_put(&line, processor_reason(processor->state));
		put_differences(&line, processor->differences);
		if (processor->state == PROCESSOR_FALLEN)
			processors_put_fall(&line, &processor->fall);
		line_to_string(&line, text, sizeof text);
		put_text(record, key, text);
	}
}

void processors_record(const struct processors *processors, const char *why_not,
                       struct record *record)
{
	put_number(record, "cpus_found",
	           (uint64_t)processors->count + processors->left_out);
	put_text(record, "cpus_source", processors_source(processors));
	put_number(record, "boot_cpu_listed", processors->boot_processor_listed);
	put_number(record, "cpus_started",
	           processors_count(processors, PROCESSOR_STARTED));
	put_number(record, "cpus_not_asked",
	           processors_count(processors, PROCESSOR_NOT_ASKED) +
	                   processors->left_out);
	put_text(record, "cpus_not_asked_why", why_not == NULL ? "" : why_not);
	put_failed(processors, record);
	put_started(processors, record);
}
