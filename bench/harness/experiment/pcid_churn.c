#include "bench/harness/experiment/pcid_churn.h"

#include "bench/harness/window/emit.h"
#include "lib/x86/insn.h"
#include "lib/x86/mapped.h"

/*
 * RDI: CR3 of the first, RSI: of home, RDX: first page, RCX: how many PCIDs, R8: pages
 * in each.  The last instruction is the only one that needs the stack, and at home
 * again.
 */
BODY(churn, "xor %eax, %eax\n"
            "1:\n"
            "mov %rdi, %cr3\n"
            "inc %rdi\n"
            "mov %r8, %r9\n"
            "2:\n"
            "test %r9, %r9\n"
            "jz 3f\n"
            "mov (%rdx,%rax), %r10d\n"
            "add $0x1000, %eax\n"
            "and $0xffffff, %eax\n"
            "dec %r9\n"
            "jmp 2b\n"
            "3:\n"
            "dec %rcx\n"
            "jnz 1b\n"
            "mov %rsi, %cr3\n"
            "ret")

static const struct body pcid_churn_body = { BODY_RANGE(churn) };

typedef void pcid_churn_code(uint64_t cr3, uint64_t home, uint64_t first,
                             uint64_t pcids, uint64_t pages);

/* What the code above wraps around at. */
_Static_assert(VISITED_PAGES *PAGE_BYTES == 0xffffff + 1, "pages");

enum err pcid_churn_open(struct workspace *workspace, const struct pcid_churn *churn)
{
	if (churn->pcids == 0)
		return ERR_NONE;
	if (workspace->churn_code == 0) {
		const struct room room =
			workspace_room(workspace, body_bytes(&pcid_churn_body));

		if (room.read == 0)
			return ERR_NO_MEMORY;
		(void)emit_body(room.written, &pcid_churn_body);
		(void)cpuid(0, 0);
		workspace->churn_code = room.read;
	}
	return workspace_map_target(workspace, TARGET_4K,
	                            churn->pages == 0 ? 0 : VISITED_PAGES);
}

/* Each is loaded with bit 63 clear. */
void pcid_churn_clear(struct workspace *workspace)
{
	const uint64_t root = workspace->space.root;

	if (workspace->pcids_are_clear)
		return;
	for (uint64_t pcid = PCIDS - 1; pcid != PCID_HOME; pcid--)
		write_cr3(root | pcid);
	write_cr3(root | PCID_HOME);
	workspace->pcids_are_clear = true;
}

void pcid_churn_make(const struct workspace *workspace, const struct pcid_churn *churn)
{
	const uint64_t root = workspace->space.root;
	const uint64_t home = root | PCID_HOME | CR3_KEEP;

	if (churn->pcids == 0) {
		write_cr3(home);
		return;
	}
	((pcid_churn_code *)mapped_code(workspace->churn_code))(
		root | VISITED_FIRST | (churn->flush ? 0 : CR3_KEEP), home,
		workspace_target(TARGET_4K).base, churn->pcids, churn->pages);
}
