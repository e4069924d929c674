#include "bench/harness/nested/nested_verify.h"

#include "lib/options/config.h"
#include "lib/x86/control.h"
#include "lib/x86/insn.h"

/* So that a displacement of four bytes is left of the address. */
#define FAR UINT64_C(0x10000000)

struct trial {
	struct nested *nested;
	const struct nested_cell *cell;
	const struct nested_page *page;
	bool does_nothing; /* the control arm, or broken on purpose */
	uint64_t before, after;
};

/* As the body of paging/tlb_op.c: what svm_guest_run() does for an intercepted one. */
static void invlpg_by_displacement(uint64_t va)
{
	__asm__ volatile("invlpg 0x10000000(%0)" : : "S"(va - FAR) : "memory");
}

static void reload_cr3(void)
{
	__asm__ volatile("mov %0, %%cr3" : : "b"(read_cr3()) : "memory");
}

static void change(const struct trial *trial, bool back)
{
	const struct nested_page *const page = trial->page;

	if (trial->cell->change == CHANGE_GUEST)
		*(volatile uint64_t *)page->guest_entry =
			back ? page->old_guest : page->new_guest;
	else
		*(volatile uint64_t *)page->nested_entry =
			back ? page->old_nested : page->new_nested;
}

static void act_as_guest(const struct trial *trial)
{
	switch (trial->cell->act) {
	case ACT_GUEST_CR3:
	case ACT_EXIT_CR3:
		reload_cr3();
		break;
	case ACT_GUEST_INVLPGA:
		invlpga(trial->page->va, NESTED_ASID);
		break;
	default:
		invlpg_by_displacement(trial->page->va);
	}
}

/* In the guest. */
static void read_before(void *argument)
{
	struct trial *const trial = argument;

	trial->before = load_word(trial->page->va);
}

static void read_after(void *argument)
{
	struct trial *const trial = argument;

	trial->after = load_word(trial->page->va);
}

static bool is_intercepted(enum nested_act act)
{
	return act == ACT_EXIT_INVLPG || act == ACT_EXIT_CR3;
}

/* The control of what the host does at an exit has the exit: it may drop things. */
static void try_within(void *argument)
{
	struct trial *const trial = argument;

	read_before(trial);
	change(trial, false);
	if (!trial->does_nothing || is_intercepted(trial->cell->act))
		act_as_guest(trial);
	read_after(trial);
}

static void act_as_host(const struct trial *trial)
{
	switch (trial->cell->act) {
	case ACT_INVLPGA:
		invlpga(trial->page->va, NESTED_ASID);
		break;
	case ACT_INVLPGA_OTHER:
		invlpga(trial->page->va, NESTED_OTHER_ASID);
		break;
	case ACT_HOST_INVLPG:
		invlpg(trial->page->va);
		break;
	case ACT_HOST_FLUSH:
		control_drop_all();
		break;
	default: /* done by VMRUN */
		break;
	}
}

static void intercept(struct vmcb *vmcb, enum nested_act act)
{
	if (act == ACT_EXIT_INVLPG)
		vmcb_intercept(vmcb, INTERCEPT_INVLPG, true);
	if (act == ACT_EXIT_CR3)
		vmcb_intercept(vmcb, INTERCEPT_CR3_WRITE, true);
}

static bool try_over_two(struct trial *trial)
{
	struct svm_guest *const guest = &trial->nested->guest;
	bool came_back = svm_guest_run(guest, read_before, trial, TLB_CONTROL_ALL);

	change(trial, false);
	if (!trial->does_nothing) {
		act_as_host(trial);
		if (trial->cell->act == ACT_NEW_ASID)
			guest->vmcb->asid = NESTED_OTHER_ASID;
	}
	came_back =
		came_back && svm_guest_run(guest, read_after, trial,
	                                   trial->does_nothing ? TLB_CONTROL_NOTHING
	                                                       : trial->cell->control);
	guest->vmcb->asid = NESTED_ASID;
	return came_back;
}

/* Everything is dropped before each. */
static bool try_once(struct trial *trial)
{
	struct svm_guest *const guest = &trial->nested->guest;
	bool came_back;

	trial->before = trial->after = 0;
	if (!nested_act_is_guests(trial->cell->act)) {
		came_back = try_over_two(trial);
	} else {
		intercept(guest->vmcb, trial->cell->act);
		guest->only_exits = trial->does_nothing;
		came_back = svm_guest_run(guest, try_within, trial, TLB_CONTROL_ALL);
		vmcb_intercept(guest->vmcb, INTERCEPT_INVLPG, false);
		vmcb_intercept(guest->vmcb, INTERCEPT_CR3_WRITE, false);
		guest->only_exits = false;
	}
	change(trial, true);
	return came_back;
}

/* An operation of the table of its kind may be broken by that name. */
static bool is_broken(const struct config *config, const struct nested_cell *cell)
{
	switch (cell->act) {
	case ACT_GUEST_INVLPG:
	case ACT_EXIT_INVLPG:
		return config_breaks(config, "invlpg");
	case ACT_GUEST_CR3:
	case ACT_EXIT_CR3:
		return config_breaks(config, "cr3_reload");
	default:
		return config_breaks(config, cell->op);
	}
}

bool nested_verify(const struct nested_trials *trials, const struct nested_cell *cell,
                   struct staleness *staleness)
{
	struct trial trial = { .nested = trials->nested, .cell = cell };
	const bool broken = is_broken(trials->config, cell);

	*staleness = (struct staleness){ .trials = trials->trials };
	for (uint32_t i = 0; i < trials->trials; i++) {
		trial.page = &trials->nested->pages[i % NESTED_PAGES];
		for (unsigned arm = 0; arm < 2; arm++) {
			trial.does_nothing = arm == 0 || broken;
			if (!try_once(&trial))
				return false;
			*(arm == 0 ? &staleness->stale_control
			           : &staleness->stale_after) +=
				trial.after == NESTED_OLD;
			staleness->unprepared += trial.before != NESTED_OLD ||
			                         (trial.after != NESTED_OLD &&
			                          trial.after != NESTED_NEW);
		}
	}
	return true;
}
