#include "lib/machine/machine.h"

#include "lib/base/csv.h"
#include "lib/machine/physical_record.h"
#include "lib/machine/processors_record.h"
#include "version.h"

static const char *const feature_names[] = {
	"rdtscp",  "invariant_tsc", "pge",          "pcid",    "invpcid", "nx",
	"1g",      "x2apic",        "la57",         "smep",    "smap",    "hypervisor",
	"invlpgb", "tce",           "lfence_waits", "clflush", "hybrid",
};

#define FEATURES (sizeof feature_names / sizeof feature_names[0])

const char *environment_name(enum environment env)
{
	static const char *const names[] = {
		[ENV_UNKNOWN] = "unknown",
		[ENV_HW] = "hw",
		[ENV_VM] = "vm",
		[ENV_TCG] = "tcg",
		[ENV_TCG_ICOUNT] = "tcg_icount",
		[ENV_BOCHS] = "bochs",
	};

	return names[env];
}

const char *feature_name(enum feature feature)
{
	for (unsigned i = 0; i < FEATURES; i++)
		if ((uint32_t)feature == UINT32_C(1) << i)
			return feature_names[i];
	return "?";
}

void machine_refuse_invlpgb(struct machine *machine, const char *why)
{
	machine->features &= ~(uint32_t)FEATURE_INVLPGB;
	machine->invlpgb_pages = 0;
	machine->invlpgb_refused = why;
}

static void put_text(struct record *record, const char *key, const char *value)
{
	struct line line;

	csv_pair_text(&line, key, value);
	record_line(record, &line);
}

static void put_u64(struct record *record, const char *key, uint64_t value)
{
	struct line line;

	csv_pair_u64(&line, key, value);
	record_line(record, &line);
}

/* For what 0 means that it is not known. */
static void put_u64_or_empty(struct record *record, const char *key, uint64_t value)
{
	if (value != 0)
		put_u64(record, key, value);
	else
		put_text(record, key, "");
}

static void put_hex(struct record *record, const char *key, uint64_t value)
{
	struct line line;

	csv_pair_hex(&line, key, value);
	record_line(record, &line);
}

static void put_processor(const struct machine *machine, struct record *record)
{
	struct line features;
	char text[256];

	put_text(record, "vendor", machine->vendor);
	put_text(record, "brand", machine->brand);
	put_u64(record, "family", machine->family);
	put_u64(record, "model", machine->model);
	put_u64(record, "stepping", machine->stepping);
	if (machine->invlpgb_pages != 0)
		put_u64(record, "invlpgb_pages", machine->invlpgb_pages);
	if (machine->invlpgb_refused != NULL)
		put_text(record, "invlpgb_refused", machine->invlpgb_refused);
	if (machine->microcode != 0)
		put_hex(record, "microcode", machine->microcode);
	else
		put_text(record, "microcode", "not readable");
	line_clear(&features);
	for (unsigned i = 0; i < FEATURES; i++) {
		if ((machine->features >> i & 1) == 0)
			continue;
		if (features.length != 0)
			line_put_char(&features, ' ');
		line_put(&features, feature_names[i]);
	}
	line_to_string(&features, text, sizeof text);
	put_text(record, "features", text);
	put_text(record, "hypervisor", machine->hypervisor);
	put_text(record, "acpi", machine->acpi == NULL ? "" : machine->acpi);
	put_text(record, "madt", machine->madt == NULL ? "" : machine->madt);
	put_text(record, "fadt", machine->fadt == NULL ? "" : machine->fadt);
	processors_record(&machine->processors, machine->not_asked_why, record);
}

/* In a conflict there is no rate to give: each source is shown, none is chosen. */
static void put_rate(const struct tsc_rate *rate, struct record *record)
{
	put_u64_or_empty(record, "tsc_hz", rate->conflict ? 0 : rate->best);
	put_text(record, "tsc_hz_source",
	         rate->conflict    ? "conflict"
	         : rate->best == 0 ? "none"
	                           : rate_source_name(rate->source));
	for (unsigned i = 0; i < RATE_SOURCES; i++) {
		struct line line;
		char key[32];

		line_clear(&line);
		line_put(&line, "tsc_hz_");
		line_put(&line, rate_source_name((enum rate_source)i));
		line_to_string(&line, key, sizeof key);
		put_u64_or_empty(record, key, rate->hz[i]);
	}
	if (rate->checked)
		put_u64(record, "tsc_hz_disagreement_ppm", rate->disagreement_ppm);
	else
		put_text(record, "tsc_hz_disagreement_ppm", "");
}

static void put_firmware(const struct machine *machine, struct record *record)
{
	put_text(record, "board", machine->board);
	put_text(record, "firmware", machine->firmware);
	put_hex(record, "firmware_revision", machine->firmware_revision);
	put_hex(record, "uefi_revision", machine->uefi_revision);
	put_text(record, "load_options", machine->load_options);
	put_text(record, "volumes", machine->volumes);
	put_u64(record, "exit_boot_services_tries", machine->exit_tries);
	put_u64(record, "memory_bytes", machine->memory_bytes);
	put_hex(record, "memory_end", machine->highest_byte);
	physical_record(&machine->physical, record);
	if (machine->mor_known)
		put_hex(record, "memory_overwrite_request", machine->mor);
	else
		put_text(record, "memory_overwrite_request", "");
	put_u64(record, "memory_beyond_bytes", machine->beyond_bytes);
	put_hex(record, "image_address", machine->image_address);
	put_u64(record, "pool_bytes", machine->pool_bytes);
	put_u64(record, "pool_wanted_bytes", machine->pool_wanted_bytes);
	if (machine->hpet_address != 0)
		put_hex(record, "hpet_address", machine->hpet_address);
	else
		put_text(record, "hpet_address", "");
	put_text(record, "shim", machine->shim == NULL ? "" : machine->shim);
	put_text(record, "watchdog",
	         machine->watchdog.name == NULL ? "" : machine->watchdog.name);
	put_u64(record, "x2apic_opt_out", machine->x2apic_opt_out);
	put_u64(record, "x2apic_remapping", machine->x2apic_remapping);
}

static void put_registers(const struct machine *machine, struct record *record)
{
	put_hex(record, "cr0_found", machine->found.cr0);
	put_hex(record, "cr0_used", machine->used.cr0);
	put_hex(record, "cr3_found", machine->found.cr3);
	put_hex(record, "cr4_found", machine->found.cr4);
	put_hex(record, "cr4_used", machine->used.cr4);
	put_hex(record, "efer_found", machine->found.efer);
	put_hex(record, "efer_used", machine->used.efer);
	put_hex(record, "pat_found", machine->found.pat);
	put_hex(record, "pat_used", machine->used.pat);
	put_hex(record, "apic_base", machine->found.apic_base);
	if ((machine->features & FEATURE_TCE) != 0)
		put_u64(record, "efer_tce", machine->used.efer >> 15 & 1);
	else
		put_text(record, "efer_tce", "");
	if (machine->tsc_adjust_known)
		put_hex(record, "tsc_adjust", machine->tsc_adjust);
	else
		put_text(record, "tsc_adjust", "");
}

static void put_msr_key(struct line *line, char *key, size_t capacity,
                        const char *prefix, uint32_t msr)
{
	line_clear(line);
	line_put(line, prefix);
	line_put_hex(line, msr, 3);
	line_to_string(line, key, capacity);
}

/* A register that faulted is there with an empty value. */
static void put_power(const struct machine *machine, struct record *record)
{
	struct line line;
	char key[32];

	for (unsigned i = 0; i < POWER_MSRS && machine->power[i].msr != 0; i++) {
		const struct power_msr *const power = &machine->power[i];

		put_msr_key(&line, key, sizeof key, "power_msr_", power->msr);
		if (power->known)
			put_hex(record, key, power->value);
		else
			put_text(record, key, "");
	}
	for (uint32_t i = 0; i < machine->pinned.count; i++) {
		put_msr_key(&line, key, sizeof key, "pinned_msr_",
		            machine->pinned.msr[i].msr);
		put_hex(record, key, machine->pinned.msr[i].value);
	}
}

static void put_bad_options(const struct config *config, struct record *record)
{
	put_u64(record, "bad_options", config->bad_count);
	for (uint32_t i = 0; i < config->bad_count && i < CONFIG_BAD_KEPT; i++) {
		struct line line;
		char key[24];
		char text[256];

		line_clear(&line);
		line_put(&line, "bad_option_");
		line_put_u64(&line, i + 1);
		line_to_string(&line, key, sizeof key);
		config_describe_bad(config, i, &line);
		line_to_string(&line, text, sizeof text);
		put_text(record, key, text);
	}
}

static void put_options(const struct config *config, struct record *record)
{
	put_text(record, "profile", config->profile->name);
	put_text(record, "only", config->only);
	put_u64(record, "cpus", config->cpus);
	put_u64(record, "pages", config->primed_pages);
	put_u64(record, "seed", config->seed);
	put_u64(record, "raw", config->raw);
	put_u64(record, "pin", config->pin);
	put_text(record, "core_types", config->all_core_types ? "all" : "boot");
	put_u64(record, "allow_internal", config->allow_internal);
	put_text(record, "selftest_break", config->broken_op);
	put_hex(record, "selftest_plants", config->injected_faults);
	put_bad_options(config, record);
}

static void put_transports(uint32_t transports, struct record *record)
{
	struct line line;
	char text[CONFIG_TEXT];

	line_clear(&line);
	transport_names(transports, &line);
	line_to_string(&line, text, sizeof text);
	put_text(record, "transport", text);
}

void machine_record(const struct machine *machine, const struct config *config,
                    struct record *record)
{
	record_begin(record, FILE_MACHINE);
	put_text(record, "program", "tlbmark " TLBMARK_VERSION);
	put_text(record, "commit", TLBMARK_COMMIT);
	put_text(record, "run_id", machine->run_id);
	put_text(record, "date", machine->date);
	put_rate(&machine->tsc_rate, record);
	put_processor(machine, record);
	tlb_record(&machine->tlb, record);
	put_firmware(machine, record);
	put_registers(machine, record);
	put_power(machine, record);
	put_options(config, record);
	put_transports(machine->transports, record);
	record_end(record);
}

static void put_counters(const struct machine *machine, struct record *record)
{
	put_text(record, "cycle_counter",
	         machine->cycle_counter.usable ? machine->cycle_counter.name : "");
	put_text(record, "smi_counter",
	         machine->smi_counter == SMI_BY_MSR     ? "MSR 34H"
	         : machine->smi_counter == SMI_BY_EVENT ? "event 2BH"
	                                                : "");
}

static void put_milli(struct record *record, const char *key, int64_t thousandths)
{
	struct line line;
	struct csv csv = csv_begin(&line);

	csv_text(&csv, key);
	csv_milli(&csv, thousandths);
	record_line(record, &line);
}

void machine_record_frequency(const struct frequency *frequency, struct record *record)
{
	if (frequency->highest == 0)
		return;
	record_begin(record, FILE_MACHINE);
	put_milli(record, "aperf_mperf_lowest", frequency->lowest);
	put_milli(record, "aperf_mperf_highest", frequency->highest);
	record_end(record);
}

void machine_record_timing(const struct machine *machine, struct record *record)
{
	record_begin(record, FILE_MACHINE);
	put_text(record, "env", environment_name(machine->env));
	put_text(record, "env_doubt",
	         machine->env_doubt == NULL ? "" : machine->env_doubt);
	put_u64(record, "quantum_ticks", machine->quantum);
	put_u64(record, "timing_valid", machine->timing_valid);
	put_text(record, "timing_reason", machine->timing_reason);
	put_counters(machine, record);
	record_end(record);
}

static void put_file(struct record *record, enum file file)
{
	const struct file_total total = record->totals[file];
	const uint32_t heading = file_columns(file) != NULL ? 1 : 0;
	struct line line;
	char key[64];
	char crc[9];

	if (total.lines == 0)
		return;
	line_clear(&line);
	line_put(&line, "file_");
	line_put(&line, file_name(file));
	line_put(&line, "_rows");
	line_to_string(&line, key, sizeof key);
	put_u64(record, key, total.lines - heading);

	line_clear(&line);
	line_put_hex(&line, total.crc32, 8);
	line_to_string(&line, crc, sizeof crc);
	line_clear(&line);
	line_put(&line, "file_");
	line_put(&line, file_name(file));
	line_put(&line, "_crc32");
	line_to_string(&line, key, sizeof key);
	put_text(record, key, crc);
}

void machine_record_files(struct record *record)
{
	record_begin(record, FILE_MACHINE);
	for (unsigned file = 0; file < FILE_COUNT; file++)
		if (file != FILE_MACHINE)
			put_file(record, (enum file)file);
	record_end(record);
}
