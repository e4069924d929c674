#include "bench/harness/nested/nested.h"

#include "bench/harness/nested/nested_tables.h"
#include "lib/x86/insn.h"
#include "lib/x86/mapped.h"
#include "paging/address_space.h"

#define STACK_FRAMES 4u
#define BELOW_DEVICES (UINT64_C(4) << 30)

static uint64_t struct_frames(void)
{
	return (sizeof(struct nested) + PAGE_BYTES - 1) / PAGE_BYTES;
}

/* Itself, VMCB, host save area, stack, pages; tables of the guest and three nested
 * ones.
 */
uint64_t nested_frames(void)
{
	return struct_frames() + 2 + STACK_FRAMES + UINT64_C(4) * NESTED_PAGES + 200;
}

static bool map_page(struct nested *nested, struct nested_page *page, uint64_t old,
                     uint64_t new)
{
	struct workspace *const workspace = nested->workspace;
	const uint64_t flags =
		PTE_PRESENT | PTE_WRITABLE | PTE_ACCESSED | PTE_DIRTY | workspace->nx;
	struct frame_pool *const pool = workspace->pool;

	if (walk_map(pool, workspace->space.root, page->va, old, flags, LEVEL_PT) !=
	    ERR_NONE)
		return false;
	page->guest_entry =
		walk_find(pool, workspace->space.root, page->va, LEVEL_PT).entry;
	page->nested_entry =
		nested_tables_split(pool, nested->frames.nested_cr3, old, LEVEL_PT);
	if (page->nested_entry == NULL)
		return false;
	page->old_guest = *page->guest_entry;
	page->new_guest = new | flags;
	page->old_nested = *page->nested_entry;
	page->new_nested = new | (page->old_nested & ~PTE_FRAME);
	*pool->table_at(old) = NESTED_OLD;
	*pool->table_at(new) = NESTED_NEW;
	return true;
}

/* No two in a row in either half: no processor makes one entry of them. */
static bool map_pages(struct nested *nested)
{
	const uint64_t frames = frame_alloc_run(nested->workspace->pool,
	                                        UINT64_C(4) * NESTED_PAGES, PAGE_BYTES);

	for (unsigned i = 0; frames != 0 && i < NESTED_PAGES; i++) {
		const uint64_t old = frames + UINT64_C(4) * i * PAGE_BYTES;

		nested->pages[i].va = VA_NESTED + UINT64_C(2) * i * PAGE_BYTES;
		if (!map_page(nested, &nested->pages[i], old, old + 2 * PAGE_BYTES))
			return false;
	}
	return frames != 0;
}

static bool make(struct nested *nested)
{
	struct frame_pool *const pool = nested->workspace->pool;
	const uint64_t stack = frame_alloc_run(pool, STACK_FRAMES, PAGE_BYTES);

	nested->host_save = frame_alloc(pool);
	nested->frames = (struct svm_frames){
		.vmcb = frame_alloc(pool),
		.stack = stack + STACK_FRAMES * PAGE_BYTES,
		.nested_cr3 = nested_tables_make(pool, nested->memory_end),
		.asid = NESTED_ASID,
		.flushes_by_asid = nested->leaf.flushes_by_asid,
	};
	return stack != 0 && nested->host_save != 0 && nested->frames.vmcb != 0 &&
	       nested->frames.nested_cr3 != 0 && map_pages(nested);
}

static void nothing(void *argument)
{
	(void)argument;
}

/*
 * Without windows nothing is measured.  Where a model of a processor has the tables, no
 * guest would be on them.
 */
static const char *find_lacks(const struct nested *nested)
{
	const uint64_t here = VA_WINDOW_GLOBAL;

	if (nested->workspace->window_area == 0)
		return "memory";
	return mapped_data(here) != here ? "modelled machines have no SVM"
	                                 : svm_lacks(&nested->leaf);
}

/* One call, to see that it comes back. */
static void try_guest(struct nested *nested)
{
	if (!nested_begin(nested))
		return;
	if (!svm_guest_run(&nested->guest, nothing, NULL, TLB_CONTROL_ALL))
		nested->lacks = nested->guest.fault;
	nested_end(nested);
}

struct nested *nested_open(struct workspace *workspace, const struct machine *machine)
{
	struct nested *const nested =
		workspace->nested != NULL
			? workspace->nested
			: (struct nested *)frame_alloc_run(workspace->pool,
	                                                   struct_frames(), PAGE_BYTES);

	if (nested == NULL || nested == workspace->nested)
		return nested;
	*nested = (struct nested){
		.workspace = workspace,
		.leaf = svm_leaf(),
		.memory_end = machine->highest_byte < BELOW_DEVICES
		                      ? BELOW_DEVICES
		                      : machine->highest_byte,
	};
	workspace->nested = nested;
	nested->lacks = find_lacks(nested);
	if (nested->lacks == NULL && !make(nested))
		nested->lacks = "memory";
	if (nested->lacks == NULL)
		try_guest(nested);
	return nested;
}

bool nested_begin(struct nested *nested)
{
	if (nested->lacks != NULL)
		return false;
	if (!svm_on(nested->host_save, &nested->found)) {
		nested->lacks = "EFER.SVME cannot be set";
		return false;
	}
	svm_guest_open(&nested->guest, &nested->frames);
	return true;
}

void nested_end(const struct nested *nested)
{
	svm_off(&nested->found);
}
