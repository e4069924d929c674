#include "lib/processor/hypervisor.h"

#include "lib/base/line.h"
#include "lib/base/text.h"

#define LEAF_FIRST 0x40000000u
#define LEAF_STEP 0x100u
#define LEAF_END 0x40010000u
#define LEAF_TIMING 0x40000010u /* EAX: the TSC's rate in kHz */
#define LEAF_TDX 0x21u

struct known {
	const char *signature, *name;
	bool is_emulator;
};

static const struct known all_known[] = {
	{ "TCGTCGTCGTCG", "QEMU TCG", true },
	{ "tlbmarkmodel", "a modelled machine", true },
	{ "KVMKVMKVM", "KVM", false },
	{ "Linux KVM Hv", "KVM", false },
	{ "Microsoft Hv", "Hyper-V", false },
	{ "VMwareVMware", "VMware", false },
	{ "XenVMMXenVMM", "Xen", false },
	{ "VBoxVBoxVBox", "VirtualBox", false },
	{ "bhyve bhyve ", "bhyve", false },
	{ "ACRNACRNACRN", "ACRN", false },
	{ "prl hyperv  ", "Parallels", false },
	{ " lrpepyh  vr", "Parallels", false },
	{ "OpenBSDVMM58", "OpenBSD vmm", false },
	{ "___ NVMM ___", "NVMM", false },
	{ "HAXMHAXMHAXM", "HAXM", false },
	{ "Jailhouse", "Jailhouse", false },
};

static const struct known *known_as(const char *signature)
{
	for (unsigned i = 0; i < sizeof all_known / sizeof all_known[0]; i++)
		if (text_equal(signature, all_known[i].signature))
			return &all_known[i];
	return NULL;
}

static struct cpuid_regs ask(const struct cpuid_source *source, uint32_t leaf)
{
	return source->leaf(source, leaf, 0);
}

/* Linux's Documentation/virt/kvm/x86/cpuid.rst. */
static void read_kvm(const struct cpuid_source *source, uint32_t base,
                     struct hypervisor *hypervisor)
{
	const uint32_t features = ask(source, base + 1).eax;

	hypervisor->clocks |= (features >> 0 & 1) != 0 ? CLOCK_KVM : 0;
	hypervisor->clocks |= (features >> 3 & 1) != 0 ? CLOCK_KVM_NEW : 0;
	hypervisor->clocks |= (features >> 24 & 1) != 0 ? CLOCK_KVM_STABLE : 0;
	hypervisor->stolen = (features >> 5 & 1) != 0 ? STOLEN_BY_MSR : STOLEN_NO;
}

/*
 * Hypervisor Top Level Functional Specification, "Feature Discovery": what a partition
 * may read, in EAX, and that the registers of the rates are there, EDX[8].
 */
static void read_hyper_v(const struct cpuid_source *source, uint32_t base,
                         struct hypervisor *hypervisor)
{
	const struct cpuid_regs features = ask(source, base + 3);
	const bool has_rates =
		(features.eax >> 11 & 1) != 0 && (features.edx >> 8 & 1) != 0;

	hypervisor->clocks |= (features.eax >> 1 & 1) != 0 ? CLOCK_HV_COUNTER : 0;
	hypervisor->clocks |= (features.eax >> 9 & 1) != 0 ? CLOCK_HV_TSC : 0;
	hypervisor->clocks |= has_rates ? CLOCK_HV_FREQUENCY : 0;
	hypervisor->clocks |= (features.eax >> 15 & 1) != 0 ? CLOCK_HV_INVARIANT : 0;
}

/* Xen's public/arch-x86/cpuid.h, leaf 4: EAX[0] emulated, ECX the rate in kHz. */
static void read_xen(const struct cpuid_source *source, uint32_t base,
                     struct hypervisor *hypervisor)
{
	hypervisor->stolen = STOLEN_BY_HYPERCALL; /* VCPUOP_get_runstate_info */
	if (ask(source, base).eax < base + 3)
		return;

	const struct cpuid_regs time = ask(source, base + 3);

	hypervisor->clocks |= (time.eax & 1) != 0 ? CLOCK_XEN_EMULATED : 0;
	hypervisor->tsc_hz = time.ecx * UINT64_C(1000);
}

/* "Hv#1": the leaves behind base mean what Hyper-V's do, whoever answers ("Linux KVM
 * Hv"). */
static bool is_like_hyper_v(const struct cpuid_source *source, uint32_t base)
{
	return ask(source, base + 1).eax == 0x31237648;
}

static void read_clocks(const struct cpuid_source *source, uint32_t base,
                        const char *name, struct hypervisor *hypervisor)
{
	if (text_equal(name, "Hyper-V") || is_like_hyper_v(source, base))
		read_hyper_v(source, base, hypervisor);
	else if (text_equal(name, "KVM"))
		read_kvm(source, base, hypervisor);
	else if (text_equal(name, "Xen"))
		read_xen(source, base, hypervisor);
	else if (text_equal(name, "VMware"))
		hypervisor->stolen = STOLEN_BY_HYPERCALL; /* VMWARE_CMD_STEALCLOCK */
}

/*
 * VMware's leaf, which QEMU and ACRN have too; Hyper-V and Xen have another meaning for
 * the leaves there.
 */
static void read_timing_leaf(const struct cpuid_source *source,
                             struct hypervisor *hypervisor)
{
	const struct known *const first = known_as(hypervisor->signature[0]);
	const bool is_another = is_like_hyper_v(source, LEAF_FIRST) ||
	                        (first != NULL && (text_equal(first->name, "Hyper-V") ||
	                                           text_equal(first->name, "Xen")));

	if (hypervisor->leaf[0] == LEAF_FIRST && !is_another &&
	    ask(source, LEAF_FIRST).eax >= LEAF_TIMING)
		hypervisor->tsc_hz = ask(source, LEAF_TIMING).eax * UINT64_C(1000);
}

struct hypervisor hypervisor_read(const struct cpuid_source *source, bool bit)
{
	struct hypervisor found = { 0 };

	for (uint32_t leaf = LEAF_FIRST;
	     leaf < LEAF_END && found.count < HYPERVISOR_SIGNATURES;
	     leaf += LEAF_STEP) {
		const struct cpuid_regs r = ask(source, leaf);
		char *const text = found.signature[found.count];

		cpuid_put_text(text, r.ebx);
		cpuid_put_text(text + 4, r.ecx);
		cpuid_put_text(text + 8, r.edx);

		const struct known *const known = known_as(text);

		if (known == NULL && !(bit && leaf == LEAF_FIRST))
			continue;
		found.leaf[found.count++] = leaf;
		if (known == NULL)
			continue;
		found.name = known->name;
		found.is_emulator = found.is_emulator || known->is_emulator;
		read_clocks(source, leaf, known->name, &found);
	}
	if (found.count < HYPERVISOR_SIGNATURES)
		text_copy(found.signature[found.count], HYPERVISOR_TEXT, "");
	if (found.count != 0)
		read_timing_leaf(source, &found);
	return found;
}

static void put_word(struct line *line, const char *word)
{
	if (line->length != 0)
		line_put_char(line, ' ');
	line_put(line, word);
}

static void record_signatures(const struct hypervisor *hypervisor,
                              struct record *record)
{
	struct line line;
	char text[128];

	line_clear(&line);
	for (unsigned i = 0; i < hypervisor->count; i++)
		line_format(&line, "%s%08x=%s", i == 0 ? "" : ", ", hypervisor->leaf[i],
		            hypervisor->signature[i]);
	line_to_string(&line, text, sizeof text);
	record_fact(record, "hypervisor_signatures", "%s", text);
}

static void record_clocks(const struct hypervisor *hypervisor, struct record *record)
{
	static const char *const names[] = {
		"kvm_clock",    "kvm_clock_new",      "kvm_clock_stable",
		"hv_counter",   "hv_tsc_page",        "hv_frequency_msrs",
		"hv_invariant", "xen_rdtsc_emulated",
	};
	struct line line;
	char text[128];

	line_clear(&line);
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((hypervisor->clocks >> i & 1) != 0)
			put_word(&line, names[i]);
	line_to_string(&line, text, sizeof text);
	record_fact(record, "hypervisor_clocks", "%s", text);
}

void hypervisor_record(const struct hypervisor *hypervisor, struct record *record)
{
	static const char *const stolen[] = {
		[STOLEN_NOT_SAID] = "",
		[STOLEN_NO] = "no",
		[STOLEN_BY_MSR] = "msr",
		[STOLEN_BY_HYPERCALL] = "hypercall",
	};

	if (hypervisor->count == 0)
		return;
	record_fact(record, "hypervisor_name", "%s", hypervisor->name);
	record_signatures(hypervisor, record);
	record_clocks(hypervisor, record);
	record_fact(record, "hypervisor_stolen_time", "%s", stolen[hypervisor->stolen]);
}

/* CPUID 8000_001F EAX[1] says that SEV exists, and a host has it too. */
bool hypervisor_has_sev_status(const struct cpuid_source *source)
{
	const bool is_guest = (ask(source, 1).ecx >> 31) != 0;

	return is_guest && (ask(source, 0x8000001fu).eax >> 1 & 1) != 0;
}

const char *hypervisor_encryption(const struct cpuid_source *source,
                                  uint64_t sev_status)
{
	const struct cpuid_regs tdx = ask(source, LEAF_TDX);
	char text[HYPERVISOR_TEXT] = { 0 };

	cpuid_put_text(text, tdx.ebx);
	cpuid_put_text(text + 4, tdx.edx);
	cpuid_put_text(text + 8, tdx.ecx);
	if (text_equal(text, "IntelTDX    "))
		return "TDX";
	if (!hypervisor_has_sev_status(source) || (sev_status & 1) == 0)
		return NULL;
	return (sev_status >> 2 & 1) != 0   ? "SEV-SNP"
	       : (sev_status >> 1 & 1) != 0 ? "SEV-ES"
	                                    : "SEV";
}
