#include "lib/machine/machine.h"

#include "lib/base/csv.h"
#include "lib/machine/physical_record.h"
#include "lib/machine/processors_record.h"
#include "version.h"

static const char *const feature_names[] = {
	"rdtscp",  "invariant_tsc", "pge",          "pcid",    "invpcid", "nx",
	"1g",      "x2apic",        "la57",         "smep",    "smap",    "hypervisor",
	"invlpgb", "tce",           "lfence_waits", "clflush", "hybrid",  "rar",
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
		[ENV_MODEL] = "model",
	};

	return names[env];
}

const char *timing_name(enum timing timing)
{
	static const char *const names[] = {
		[TIMING_NOT_VALID] = "0",
		[TIMING_VALID] = "1",
		[TIMING_VM] = "vm",
	};

	return names[timing];
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

/* For what 0 means that it is not known. */
static void put_u64_or_empty(struct record *record, const char *key, uint64_t value)
{
	if (value != 0)
		record_fact(record, key, "%lu", value);
	else
		record_fact(record, key, "%s", "");
}

static void put_hex_if(struct record *record, const char *key, bool is_known,
                       uint64_t value)
{
	if (is_known)
		record_fact(record, key, "0x%lx", value);
	else
		record_fact(record, key, "%s", "");
}

static void put_processor(const struct machine *machine, struct record *record)
{
	struct line features;
	char text[256];

	record_fact(record, "vendor", "%s", machine->vendor);
	record_fact(record, "brand", "%s", machine->brand);
	record_fact(record, "family", "%u", machine->family);
	record_fact(record, "model", "%u", machine->model);
	record_fact(record, "stepping", "%u", machine->stepping);
	if (machine->invlpgb_pages != 0)
		record_fact(record, "invlpgb_pages", "%u", machine->invlpgb_pages);
	if (machine->invlpgb_refused != NULL)
		record_fact(record, "invlpgb_refused", "%s", machine->invlpgb_refused);
	if (machine->microcode != 0)
		record_fact(record, "microcode", "0x%lx", machine->microcode);
	else
		record_fact(record, "microcode", "%s", "not readable");
	if (machine->arch_capabilities_known)
		record_fact(record, "rdcl_no", "%u",
		            (machine->arch_capabilities & ARCH_CAPABILITIES_RDCL_NO) !=
		                    0);
	else
		record_fact(record, "rdcl_no", "%s", "no such MSR");
	if (machine->core_capabilities_known)
		record_fact(record, "rar", "%u",
		            (machine->core_capabilities & CORE_CAPABILITIES_RAR) != 0);
	else
		record_fact(record, "rar", "%s", "no such MSR");
	line_clear(&features);
	for (unsigned i = 0; i < FEATURES; i++) {
		if ((machine->features >> i & 1) == 0)
			continue;
		if (features.length != 0)
			line_put_char(&features, ' ');
		line_put(&features, feature_names[i]);
	}
	line_to_string(&features, text, sizeof text);
	record_fact(record, "features", "%s", text);
	record_fact(record, "hypervisor", "%s", machine->hypervisor.signature[0]);
	hypervisor_record(&machine->hypervisor, record);
	record_fact(record, "acpi", "%s", machine->acpi);
	record_fact(record, "madt", "%s", machine->madt);
	record_fact(record, "fadt", "%s", machine->fadt);
	processors_record(&machine->processors, machine->not_asked_why, record);
}

/* In a conflict there is no rate to give: each source is shown, none is chosen. */
static void put_rate(const struct tsc_rate *rate, struct record *record)
{
	put_u64_or_empty(record, "tsc_hz", rate->conflict ? 0 : rate->best);
	record_fact(record, "tsc_hz_source", "%s",
	            rate->conflict    ? "conflict"
	            : rate->best == 0 ? "none"
	                              : rate_source_name(rate->source));
	for (unsigned i = 0; i < RATE_SOURCES; i++) {
		char key[32];

		format_text(key, sizeof key, "tsc_hz_%s",
		            rate_source_name((enum rate_source)i));
		put_u64_or_empty(record, key, rate->hz[i]);
	}
	if (rate->checked)
		record_fact(record, "tsc_hz_disagreement_ppm", "%u",
		            rate->disagreement_ppm);
	else
		record_fact(record, "tsc_hz_disagreement_ppm", "%s", "");
}

static void put_firmware(const struct machine *machine, struct record *record)
{
	record_fact(record, "board", "%s", machine->board);
	record_fact(record, "firmware", "%s", machine->firmware);
	record_fact(record, "firmware_revision", "0x%x", machine->firmware_revision);
	record_fact(record, "uefi_revision", "0x%x", machine->uefi_revision);
	record_fact(record, "load_options", "%s", machine->load_options);
	record_fact(record, "volumes", "%s", machine->volumes);
	record_fact(record, "exit_boot_services_tries", "%u", machine->exit_tries);
	record_fact(record, "memory_bytes", "%lu", machine->memory_bytes);
	record_fact(record, "memory_end", "0x%lx", machine->highest_byte);
	physical_record(&machine->physical, record);
	put_hex_if(record, "memory_overwrite_request", machine->mor_known,
	           machine->mor);
	record_fact(record, "memory_beyond_bytes", "%lu", machine->beyond_bytes);
	record_fact(record, "image_address", "0x%lx", machine->image_address);
	record_fact(record, "pool_bytes", "%lu", machine->pool_bytes);
	record_fact(record, "pool_wanted_bytes", "%lu", machine->pool_wanted_bytes);
	put_hex_if(record, "hpet_address", machine->hpet_address != 0,
	           machine->hpet_address);
	record_fact(record, "shim", "%s", machine->shim);
	record_fact(record, "watchdog", "%s", machine->watchdog.name);
	record_fact(record, "x2apic_opt_out", "%d", machine->x2apic_opt_out);
	record_fact(record, "x2apic_remapping", "%d", machine->x2apic_remapping);
}

static void put_registers(const struct machine *machine, struct record *record)
{
	record_fact(record, "cr0_found", "0x%lx", machine->found.cr0);
	record_fact(record, "cr0_used", "0x%lx", machine->used.cr0);
	record_fact(record, "cr3_found", "0x%lx", machine->found.cr3);
	record_fact(record, "cr4_found", "0x%lx", machine->found.cr4);
	record_fact(record, "cr4_used", "0x%lx", machine->used.cr4);
	record_fact(record, "la57", "%s", machine->la57_fact);
	record_fact(record, "efer_found", "0x%lx", machine->found.efer);
	record_fact(record, "efer_used", "0x%lx", machine->used.efer);
	record_fact(record, "pat_found", "0x%lx", machine->found.pat);
	record_fact(record, "pat_used", "0x%lx", machine->used.pat);
	record_fact(record, "apic_base", "0x%lx", machine->found.apic_base);
	if ((machine->features & FEATURE_TCE) != 0)
		record_fact(record, "efer_tce", "%lu", machine->used.efer >> 15 & 1);
	else
		record_fact(record, "efer_tce", "%s", "");
	put_hex_if(record, "tsc_adjust", machine->tsc_adjust_known,
	           machine->tsc_adjust);
}

/* A register that faulted is there with an empty value. */
static void put_power(const struct machine *machine, struct record *record)
{
	char key[32];

	for (unsigned i = 0; i < POWER_MSRS && machine->power[i].msr != 0; i++) {
		const struct power_msr *const power = &machine->power[i];

		format_text(key, sizeof key, "power_msr_%03x", power->msr);
		put_hex_if(record, key, power->known, power->value);
	}
	for (uint32_t i = 0; i < machine->pinned.count; i++) {
		format_text(key, sizeof key, "pinned_msr_%03x",
		            machine->pinned.msr[i].msr);
		record_fact(record, key, "0x%lx", machine->pinned.msr[i].value);
	}
}

static void put_bad_options(const struct config *config, struct record *record)
{
	record_fact(record, "bad_options", "%u", config->bad_count);
	for (uint32_t i = 0; i < config->bad_count && i < CONFIG_BAD_KEPT; i++) {
		struct line line;
		char key[24];
		char text[256];

		format_text(key, sizeof key, "bad_option_%u", i + 1);
		config_describe_bad(config, i, &line);
		line_to_string(&line, text, sizeof text);
		record_fact(record, key, "%s", text);
	}
}

static void put_options(const struct config *config, struct record *record)
{
	record_fact(record, "profile", "%s", config->profile->name);
	record_fact(record, "only", "%s", config->only);
	record_fact(record, "cpus", "%u", config->cpus);
	record_fact(record, "pages", "%u", config->primed_pages);
	record_fact(record, "seed", "%lu", config->seed);
	record_fact(record, "raw", "%d", config->raw);
	if (config->lava)
		record_fact(record, "lava", "1");
	record_fact(record, "pin", "%d", config->pin);
	record_fact(record, "core_types", "%s",
	            config->all_core_types ? "all" : "boot");
	record_fact(record, "verify_on", "%s",
	            config_verifies_all(config) ? "all"
	            : config->all_core_types    ? "types"
	                                        : "boot");
	record_fact(record, "allow_internal", "%d", config->allow_internal);
	record_fact(record, "selftest_break", "%s", config->broken_op);
	record_fact(record, "selftest_plants", "0x%x", config->injected_faults);
	put_bad_options(config, record);
}

static void put_transports(uint32_t transports, struct record *record)
{
	struct line line;
	char text[CONFIG_TEXT];

	line_clear(&line);
	transport_names(transports, &line);
	line_to_string(&line, text, sizeof text);
	record_fact(record, "transport", "%s", text);
}

void machine_record(const struct machine *machine, const struct config *config,
                    struct record *record)
{
	record_begin(record, FILE_MACHINE);
	record_fact(record, "program", "%s", "tlbmark " TLBMARK_VERSION);
	record_fact(record, "commit", "%s", TLBMARK_COMMIT);
	record_fact(record, "run_id", "%s", machine->run_id);
	record_fact(record, "date", "%s", machine->date);
	put_rate(&machine->tsc_rate, record);
	put_processor(machine, record);
	tlb_record(&machine->tlb, record);
	cache_record(&machine->caches, record);
	put_firmware(machine, record);
	put_registers(machine, record);
	put_power(machine, record);
	put_options(config, record);
	put_transports(machine->transports, record);
	record_end(record);
}

static void put_counters(const struct machine *machine, struct record *record)
{
	record_fact(record, "cycle_counter", "%s",
	            machine->cycle_counter.usable ? machine->cycle_counter.name : "");
	record_fact(record, "smi_counter", "%s",
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
	record_fact(record, "env", "%s", environment_name(machine->env));
	record_fact(record, "env_doubt", "%s", machine->env_doubt);
	record_fact(record, "quantum_ticks", "%u", machine->quantum);
	record_fact(record, "timing_valid", "%s", timing_name(machine->timing));
	record_fact(record, "timing_reason", "%s", machine->timing_reason);
	put_counters(machine, record);
	record_end(record);
}

static void put_file(struct record *record, enum file file)
{
	const struct file_total total = record->totals[file];
	const uint32_t heading = file_columns(file) != NULL ? 1 : 0;
	char key[64];

	if (total.lines == 0)
		return;
	format_text(key, sizeof key, "file_%s_rows", file_name(file));
	record_fact(record, key, "%u", total.lines - heading);
	format_text(key, sizeof key, "file_%s_crc32", file_name(file));
	record_fact(record, key, "%08x", total.crc32);
}

void machine_record_files(struct record *record)
{
	record_begin(record, FILE_MACHINE);
	for (unsigned file = 0; file < FILE_COUNT; file++)
		if (file != FILE_MACHINE)
			put_file(record, (enum file)file);
	record_end(record);
}
