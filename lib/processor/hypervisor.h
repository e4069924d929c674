#pragma once
/*
 * The hypervisor that a guest runs under, and what it says of clocks, by CPUID's leaves
 * 4000_0000H to 4000_FFFFH, which processors leave to software (SDM 2A "CPUID—CPU
 * Identification"; APM 3 appendix E "Obtaining Processor Information Via the CPUID
 * Instruction").  Pure: nothing is asked but a cpuid_source.
 */
#include "lib/processor/cpuid_source.h"
#include "lib/stream/record.h"

#include <stdbool.h>
#include <stdint.h>

/* A hypervisor that plays another answers as that first, and as itself 100H further. */
#define HYPERVISOR_SIGNATURES 4u
#define HYPERVISOR_TEXT 13u

/* Facilities of a clock, a bit each. */
enum hypervisor_clock {
	CLOCK_KVM = 1 << 0,          /* MSRs 11H, 12H */
	CLOCK_KVM_NEW = 1 << 1,      /* MSRs 4B56_4D00H, 4B56_4D01H */
	CLOCK_KVM_STABLE = 1 << 2,   /* no step back between processors */
	CLOCK_HV_COUNTER = 1 << 3,   /* MSR 4000_0020H */
	CLOCK_HV_TSC = 1 << 4,       /* the page that MSR 4000_0021H places */
	CLOCK_HV_FREQUENCY = 1 << 5, /* MSRs 4000_0022H, 4000_0023H */
	CLOCK_HV_INVARIANT = 1 << 6, /* MSR 4000_0118H */
	CLOCK_XEN_EMULATED = 1 << 7, /* RDTSC is answered by Xen */
};

enum hypervisor_stolen {
	STOLEN_NOT_SAID,
	STOLEN_NO,
	STOLEN_BY_MSR,
	STOLEN_BY_HYPERCALL
};

struct hypervisor {
	uint32_t leaf[HYPERVISOR_SIGNATURES]; /* of each signature */
	char signature[HYPERVISOR_SIGNATURES][HYPERVISOR_TEXT];
	unsigned count;   /* 0: no hypervisor says that it is one */
	const char *name; /* "KVM"; NULL: none, or no signature is known */
	bool is_emulator; /* it interprets or translates: its costs are no processor's
	                   */
	uint32_t clocks;  /* enum hypervisor_clock */
	uint64_t tsc_hz;  /* as it says; 0: nothing */
	enum hypervisor_stolen stolen;
};

/*
 * Where CPUID's hypervisor bit is clear, processors may answer with their last leaf:
 * then only signatures that are known count.  The one that is known at the highest leaf
 * gives the name, as in Linux.
 */
struct hypervisor hypervisor_read(const struct cpuid_source *source, bool bit);

/* Nothing of no hypervisor. */
void hypervisor_record(const struct hypervisor *hypervisor, struct record *record);

/* True if MSR C001_0131H exists and says whether SEV is on (APM 2 "Secure Encrypted
 * Virtualization", "SEV_STATUS MSR"). */
bool hypervisor_has_sev_status(const struct cpuid_source *source);

/* "TDX", "SEV", "SEV-ES" or "SEV-SNP"; NULL: the guest's memory is not encrypted. */
const char *hypervisor_encryption(const struct cpuid_source *source,
                                  uint64_t sev_status);
