#include "bench/harness/verify/cpu_port.h"

#include "lib/x86/control.h"
#include "lib/x86/insn.h"
#include "lib/x86/mapped.h"

static uint64_t read_word(const struct verify_port *port, uint64_t va)
{
	(void)port;
	return load_word(va);
}

/*
 * What was fetched, or decoded, before an operation may be run behind it where nothing
 * serialises: INVLPG and MOV to CR do, INVPCID is not named among them (SDM 3A 10.3
 * "Serializing Instructions").  The matrix asks whether the translation is gone, so
 * CPUID comes first, in both arms.  A hypervisor leaves the guest for it: nothing is
 * timed here.
 */
static uint64_t call_code(const struct verify_port *port, uint64_t va)
{
	(void)port;
	(void)cpuid(0, 0);
	return ((uint32_t(*)(void))mapped_code(va))();
}

static void run_window(const struct verify_port *port, bool control,
                       const struct aim *aim)
{
	const struct cpu_port *const cpu_port = (const struct cpu_port *)port;
	struct window_args args =
		workspace_args(cpu_port->workspace, cpu_port->op, aim, cpu_port->pcide,
	                       cpu_port->descriptor.read);
	window_code *const op =
		aim->pcid == PCID_HOME ? cpu_port->here : cpu_port->named;

	if (cpu_port->op->takes_descriptor)
		*cpu_port->descriptor.written = invpcid_descriptor_of(aim);
	(control ? cpu_port->nothing : op)(&args);
}

static void load_cr3(const struct verify_port *port, uint64_t value)
{
	(void)port;
	write_cr3(value);
}

/* Every PCID in use is loaded once with bit 63 clear, home last. */
static void forget_by_cr3(const struct cpu_port *cpu_port)
{
	const uint64_t root = cpu_port->workspace->space.root;

	for (uint64_t pcid = PCID_COUNT - 1; cpu_port->pcide && pcid != 0; pcid--)
		write_cr3(root | pcid);
	write_cr3(root | PCID_HOME);
}

/*
 * Every plain way but the one under test; one of them is enough.  INVPCID is there for
 * the operations on CR4: without it only INVLPG would be left to drop global pages, and
 * there are CPUs that let these stay while CR4.PCIDE is set.
 */
static void forget(const struct verify_port *port, enum mechanism avoided,
                   const uint64_t *pages, unsigned count)
{
	const struct cpu_port *const cpu_port = (const struct cpu_port *)port;
	const struct invpcid_descriptor nothing_named = { 0 };

	if ((avoided & BY_CR4) == 0)
		control_drop_all();
	if ((avoided & BY_CR3) == 0)
		forget_by_cr3(cpu_port);
	if ((avoided & BY_INVLPG) == 0)
		for (unsigned i = 0; i < count; i++)
			invlpg(pages[i]);
	if (cpu_port->has_invpcid && (avoided & BY_INVPCID) == 0)
		invpcid(INVPCID_ALL_GLOBAL, &nothing_named);
}

static window_code *make(struct workspace *workspace, const struct tlb_op *op,
                         const struct body *body, uint32_t copies)
{
	const enum alias alias = op->runs_flat ? ALIAS_FLAT : ALIAS_GLOBAL;
	const struct window_spec spec = { .body = body, .copies = copies };

	return workspace_window(workspace, &spec, alias);
}

enum err cpu_port_open(struct cpu_port *cpu_port, struct workspace *workspace,
                       const struct tlb_op *op, bool broken)
{
	const struct aim here = { .pcid = PCID_HOME };
	const struct aim named = { .pcid = PCID_TARGET };
	const uint32_t copies = broken ? 0 : 1;

	*cpu_port = (struct cpu_port){
		.port = {
			.read = read_word,
			.call = call_code,
			.run = run_window,
			.load_cr3 = load_cr3,
			.trials = VERIFY_TRIALS,
			.forget = forget,
		},
		.workspace = workspace,
		.op = op,
		.here = make(workspace, op, tlb_op_body(op, &here), copies),
		.named = make(workspace, op, tlb_op_body(op, &named), copies),
		.nothing = make(workspace, op, &tlb_op_none->body, 0),
		.descriptor = workspace_descriptors(workspace, 1),
	};
	return cpu_port->here == NULL || cpu_port->named == NULL ||
	                       cpu_port->nothing == NULL ||
	                       cpu_port->descriptor.read == 0
	               ? ERR_NO_MEMORY
	               : ERR_NONE;
}
