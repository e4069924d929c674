#pragma once
/*
 * What we run on.  Written once at the start, const afterwards; becomes
 * machine.csv.
 */
#include "lib/machine/acpi.h"
#include "lib/machine/acpi_nodes.h"
#include "lib/machine/physical.h"
#include "lib/machine/watchdog.h"
#include "lib/options/config.h"
#include "lib/processor/cache_leaf.h"
#include "lib/processor/hypervisor.h"
#include "lib/processor/tlb_leaf.h"
#include "lib/processor/tsc_rate.h"
#include "lib/stream/record.h"

#include <stdbool.h>
#include <stdint.h>

enum feature {
	FEATURE_RDTSCP = 1 << 0,
	FEATURE_INVARIANT_TSC = 1 << 1,
	FEATURE_PGE = 1 << 2,
	FEATURE_PCID = 1 << 3,
	FEATURE_INVPCID = 1 << 4,
	FEATURE_NX = 1 << 5,
	FEATURE_1G_PAGES = 1 << 6,
	FEATURE_X2APIC = 1 << 7,
	FEATURE_LA57 = 1 << 8,
	FEATURE_SMEP = 1 << 9,
	FEATURE_SMAP = 1 << 10,
	FEATURE_HYPERVISOR = 1 << 11,
	FEATURE_INVLPGB = 1 << 12,
	FEATURE_TCE = 1 << 13,
	FEATURE_LFENCE_WAITS = 1 << 14, /* not CPUID alone: see control.h */
	FEATURE_CLFLUSH = 1 << 15,
	FEATURE_HYBRID = 1 << 16, /* its cores are of more than one type */
	FEATURE_RAR = 1 << 17,    /* not CPUID alone: IA32_CORE_CAPABILITIES */
};

/* Where the time comes from, found out by how it behaves (bench/harness). */
enum environment {
	ENV_UNKNOWN,
	ENV_HW,
	ENV_VM,
	ENV_TCG,
	ENV_TCG_ICOUNT,
	ENV_BOCHS,
	ENV_MODEL, /* a modelled machine: tests/silicon */
};

/* What the timing is valid for. */
enum timing {
	TIMING_NOT_VALID,
	TIMING_VALID, /* hardware */
	TIMING_VM,    /* this guest of a hypervisor, and no hardware */
};

/* A counter of core cycles, read with RDPMC. */
struct cycle_counter {
	bool usable;
	bool broken;    /* it counts, but not cycles */
	uint32_t rdpmc; /* ECX */
	const char *name;
};

/* How SMIs are counted. */
enum smi_counter { SMI_UNSEEN, SMI_BY_MSR, SMI_BY_EVENT };

/* A register of turbo and power settings, as it was found. */
struct power_msr {
	uint32_t msr; /* 0: no register */
	bool known;   /* else it faulted */
	uint64_t value;
};

#define PINNED_MSRS 4u

/* Registers that pin=1 has changed on one processor: the values before. */
struct pins {
	struct power_msr msr[PINNED_MSRS];
	uint32_t count;
};

#define POWER_MSRS 8u

struct registers {
	uint64_t cr0, cr3, cr4, efer, pat, apic_base;
};

#define MACHINE_TEXT 80u

/* Of IA32_ARCH_CAPABILITIES: no rogue data cache load, so no need for isolation. */
#define ARCH_CAPABILITIES_RDCL_NO (UINT64_C(1) << 0)

/* Of IA32_CORE_CAPABILITIES: Remote Action Request. */
#define CORE_CAPABILITIES_RAR (UINT64_C(1) << 1)

struct machine {
	char run_id[CONFIG_TEXT];
	char date[24]; /* UTC, of the firmware's clock */
	/* Processor */
	char vendor[13];
	char brand[49];
	uint32_t family, model, stepping;
	uint64_t microcode; /* 0: not readable */
	/* IA32_ARCH_CAPABILITIES, where CPUID has it. */
	bool arch_capabilities_known;
	uint64_t arch_capabilities;
	/* The same of IA32_CORE_CAPABILITIES. */
	bool core_capabilities_known;
	uint64_t core_capabilities;
	uint32_t features;      /* enum feature */
	uint32_t invlpgb_pages; /* that one INVLPGB takes at most; 0: there is none */
	const char *invlpgb_refused; /* why it is not used though reported; or NULL */
	struct hypervisor hypervisor;
	bool tsc_adjust_known;
	uint64_t tsc_adjust;
	struct tlb_sizes tlb;      /* as CPUID says */
	struct cache_sizes caches; /* the same of the boot processor's */
	const char *not_asked_why; /* some processors; NULL: all were asked to start */
	struct processors processors;
	struct nodes nodes;
	/* Firmware */
	char firmware[MACHINE_TEXT];
	uint32_t firmware_revision;
	uint32_t uefi_revision;
	char load_options[MACHINE_TEXT];
	const char *shim; /* its word on this program; NULL: it was not asked */
	char volumes[2 * MACHINE_TEXT]; /* of the stick, and what disks they are on */
	char board[MACHINE_TEXT];       /* as SMBIOS has it; empty: no name */
	uint32_t identity; /* this machine's among others, at every start */
	/* Memory */
	uint64_t memory_bytes; /* conventional and boot-services memory */
	uint64_t highest_byte; /* end of the highest RAM region */
	struct physical physical;
	bool mor_known;
	uint8_t mor;            /* MemoryOverwriteRequestControl */
	uint64_t beyond_bytes;  /* listed where there are no addresses */
	uint64_t image_address; /* where the firmware loaded the program */
	uint64_t pool_bytes;
	uint64_t pool_wanted_bytes;
	uint64_t giant_frame;  /* 1 GiB aligned RAM that may be read; 0: none */
	uint64_t giants;       /* two GiB of our own, 1 GiB aligned; 0: none */
	uint64_t hpet_address; /* 0: none */
	uint16_t console_port; /* of the UART that the SPCR names; 0: none */
	const char *madt; /* what became of reading it; NULL: it was not looked for */
	const char *acpi; /* the list of tables; NULL: there is no ACPI */
	const char *fadt; /* what became of reading it; NULL: it was not looked for */
	bool x2apic_opt_out;   /* firmware wants APICs to stay in xAPIC mode */
	bool x2apic_remapping; /* its tables have IOMMUs for APICs in x2APIC mode */
	struct acpi_reset reset;
	struct watchdog watchdog; /* resets where the firmware hangs */
	uint32_t exit_tries;
	uint32_t transports; /* enum transport: those in use */
	/* Time */
	struct acpi_pm_timer pm_timer; /* port 0: none */
	enum smi_counter smi_counter;
	struct tsc_rate tsc_rate;
	enum environment env;
	const char *env_doubt; /* what speaks against a real processor; NULL: nothing */
	uint32_t quantum;      /* ticks: greatest common divisor of TSC steps */
	struct cycle_counter cycle_counter;
	enum timing timing;
	const char *timing_reason; /* why, or why not */
	/* Power */
	struct power_msr power[POWER_MSRS];
	struct pins pinned; /* of the boot processor */
	bool has_aperf;     /* APERF and MPERF exist */
	/* Control registers */
	bool la57;             /* five-level paging is on while it measures */
	const char *la57_fact; /* how it came to that; NULL: nobody asked yet */
	struct registers found;
	struct registers used;
};

const char *environment_name(enum environment env);

/* As timing_valid has it: "0", "1", "vm". */
const char *timing_name(enum timing timing);

/* Name as in CPUID tables; the bits are those of enum feature. */
const char *feature_name(enum feature feature);

/* From now on there is none; why becomes a line of machine.csv. */
void machine_refuse_invlpgb(struct machine *machine, const char *why);

/*
 * What the TSC is taken to run at where no source says: for a share of time, what most
 * machines do; for a timeout, more than any machine does, as it must not end early.
 */
#define TSC_HZ_USUAL UINT64_C(2000000000)
#define TSC_HZ_HIGHEST UINT64_C(6000000000)

/* Ticks of the TSC in a second; guess where that is not known. */
static inline uint64_t tsc_hz_or(const struct machine *machine, uint64_t guess)
{
	return machine->tsc_rate.best != 0 ? machine->tsc_rate.best : guess;
}

/* The part that is known before anything was measured or could go wrong. */
void machine_record(const struct machine *machine, const struct config *config,
                    struct record *record);

/* What the clock of this machine turned out to be, and whether to believe it. */
void machine_record_timing(const struct machine *machine, struct record *record);

/* Delta APERF / delta MPERF, in thousandths, of the blocks that were kept. */
struct frequency {
	int64_t lowest, highest; /* 0: never read */
};

/* Nothing where it was never read. */
void machine_record_frequency(const struct frequency *frequency, struct record *record);

/* Row counts and CRC-32 of all other files: the last thing delivered. */
void machine_record_files(struct record *record);
