#include "bench/harness/cpu_port.h"

#include "lib/x86/insn.h"

static uint64_t read_word(const struct verify_port *port, uint64_t va)
{
	(void)port;
	return *(const volatile uint64_t *)va;
}

static void run_window(const struct verify_port *port, bool control, uint64_t va)
{
	const struct cpu_port *const cpu_port = (const struct cpu_port *)port;
	struct window_args args = workspace_args(cpu_port->workspace, va);

	(control ? cpu_port->nothing : cpu_port->op)(&args);
}

/* Every plain way but the one under test; one of them is enough. */
static void forget(const struct verify_port *port, enum mechanism avoided,
                   const uint64_t *pages, unsigned count)
{
	const struct cpu_port *const cpu_port = (const struct cpu_port *)port;
	const uint64_t cr4 = read_cr4();

	if ((avoided & BY_CR4_PGE) == 0) {
		write_cr4(cr4 & ~CR4_PGE);
		write_cr4(cr4);
	}
	if ((avoided & BY_CR3) == 0)
		write_cr3(address_space_cr3(&cpu_port->workspace->space));
	if ((avoided & BY_INVLPG) == 0)
		for (unsigned i = 0; i < count; i++)
			invlpg(pages[i]);
}

enum err cpu_port_open(struct cpu_port *cpu_port, struct workspace *workspace,
                       const struct body *body)
{
	const struct window_spec op = { .body = body, .copies = 1 };
	const struct window_spec nothing = { .body = &tlb_op_none->body };

	*cpu_port = (struct cpu_port){
		.port = { .read = read_word, .run = run_window, .forget = forget },
		.op = workspace_window(workspace, &op, ALIAS_GLOBAL),
		.nothing = workspace_window(workspace, &nothing, ALIAS_GLOBAL),
		.workspace = workspace,
	};
	return cpu_port->op != NULL && cpu_port->nothing != NULL ? ERR_NONE
	                                                         : ERR_NO_MEMORY;
}
