#include "bench/harness/nested/nested_shape.h"

#include "bench/harness/nested/nested.h"
#include "bench/harness/nested/nested_tables.h"
#include "bench/harness/walk/walk_shape.h"
#include "lib/x86/insn.h"
#include "paging/invlpga.h"

/* A function that the guest is called with: what is done before a window, and it. */
struct piece {
	const struct priming *priming; /* NULL: nothing */
	window_code *window;           /* NULL: only that */
	struct window_args *args;
};

static void nothing(void *argument)
{
	(void)argument;
}

static void play(void *argument)
{
	const struct piece *const piece = argument;

	if (piece->priming != NULL)
		piece->priming->prime(piece->priming);
	if (piece->window != NULL)
		piece->window(piece->args);
}

/* A guest that did not come back is not run again. */
static void give_up(struct nested_run *run, const char *reason)
{
	run->reason = reason;
	run->gave_up = true;
	run->nested->lacks = reason;
}

static void run_piece(struct nested_run *run, struct piece *piece)
{
	struct svm_guest *const guest = &run->nested->guest;

	if (!svm_guest_run(guest, play, piece, TLB_CONTROL_NOTHING))
		give_up(run, guest->fault);
}

static const struct nested_setting *setting_of(const struct nested_run *run)
{
	return run->setting;
}

static void intercept(struct nested_run *run, bool intercepted)
{
	struct vmcb *const vmcb = run->nested->guest.vmcb;

	if (setting_of(run)->intercepted) {
		vmcb_intercept(vmcb, INTERCEPT_INVLPG, intercepted);
		vmcb_intercept(vmcb, INTERCEPT_CR3_WRITE, intercepted);
	}
}

/* Primed without an exit: only the window is to have them. */
static void in_guest(struct window_args *args, bool b)
{
	struct nested_run *const run = args->context;
	struct piece first = { .priming = run->priming[b] };
	struct piece then = { .window = run->windows[b], .args = args };

	if (!setting_of(run)->intercepted) {
		first.window = then.window;
		first.args = args;
		run_piece(run, &first);
		return;
	}
	run_piece(run, &first);
	intercept(run, true);
	run_piece(run, &then);
	intercept(run, false);
}

static void a_in_guest(struct window_args *args)
{
	in_guest(args, false);
}

static void b_in_guest(struct window_args *args)
{
	in_guest(args, true);
}

/* The guest is where it met its VMMCALL, and meets it again. */
static void make_trips(struct window_args *args, uint32_t count)
{
	struct nested_run *const run = args->context;
	struct vmcb *const vmcb = run->nested->guest.vmcb;

	vmcb->tlb_control = (uint8_t)setting_of(run)->control;
	args->t0 = rdtsc_ordered();
	svm_round_trips((uint64_t)vmcb, count);
	args->t1 = args->t2 = rdtsc_ordered();
	vmcb->tlb_control = TLB_CONTROL_NOTHING;
	if (vmcb->exit_code != VMEXIT_VMMCALL && vmcb->exit_code != VMEXIT_NMI)
		give_up(run, vmcb_exit_text(vmcb->exit_code));
}

static void no_trips(struct window_args *args)
{
	make_trips(args, 0);
}

static void all_trips(struct window_args *args)
{
	const struct nested_run *const run = args->context;

	make_trips(args, run->trips);
}

static void prime_guest(const struct priming *priming)
{
	struct nested_run *const run = priming->context;

	run_piece(run, &(struct piece){ .priming = &run->inner });
}

static const char *equip_trips(struct experiment *experiment, struct nested_run *run)
{
	run->trips = experiment->spec.copies_b;
	experiment->pair = (struct pair){
		.a = no_trips,
		.b = all_trips,
		.span = SPAN_OPERATION,
		.divisor = experiment->spec.divisor,
	};
	return NULL;
}

static window_code *make_invlpga(const struct plan *plan, uint32_t copies)
{
	const struct target target = workspace_target(TARGET_4K);
	const struct window_spec window = {
		.body = &invlpga_body,
		.copies = copies,
		.first = target.first,
		.stride = (int64_t)target.stride,
	};

	return workspace_window(plan->workspace, &window, ALIAS_GLOBAL);
}

static const char *equip_invlpga(const struct plan *plan, struct experiment *experiment,
                                 struct nested_run *run)
{
	const struct experiment_spec *const spec = &experiment->spec;
	const struct aim aim = plan_aim(spec);

	if (workspace_map_working_set(plan->workspace, spec->working_pages) !=
	            ERR_NONE ||
	    workspace_map_target(plan->workspace, TARGET_4K, spec->target_pages) !=
	            ERR_NONE)
		return NO_MEMORY;
	run->inner = plan_priming(plan, spec);
	experiment->priming = (struct priming){ .prime = prime_guest, .context = run };
	experiment->pair = (struct pair){
		.a = make_invlpga(plan, 0),
		.b = make_invlpga(plan, spec->copies_b),
		.args = workspace_args(plan->workspace, spec->op, &aim, false, 0),
		.priming = &experiment->priming,
		.span = SPAN_OPERATION,
		.divisor = spec->divisor,
	};
	experiment->pair.args.operands.type = NESTED_ASID;
	return experiment->pair.a == NULL || experiment->pair.b == NULL ? NO_MEMORY
	                                                                : NULL;
}

/* What the other shape has made, to be run by the guest, priming and all. */
static const char *equip_inner(const struct plan *plan, struct experiment *experiment,
                               struct nested_run *run, const struct shape *inner)
{
	struct pair *const pair = &experiment->pair;
	const char *const lacks = inner->equip(plan, experiment);

	if (lacks != NULL)
		return lacks;
	run->windows[0] = pair->a;
	run->windows[1] = pair->b;
	run->priming[0] = pair->priming;
	run->priming[1] = pair->priming_b != NULL ? pair->priming_b : pair->priming;
	pair->a = a_in_guest;
	pair->b = b_in_guest;
	pair->priming = pair->priming_b = NULL;
	return NULL;
}

/* Nested tables with pages of that size for the walked page, and for its tables. */
static bool split_walked(const struct walk_pages *pages, struct frame_pool *pool,
                         uint64_t root, enum level level)
{
	bool fits =
		nested_tables_split(pool, root, pages->leaf & PTE_FRAME, level) != NULL;

	for (unsigned page = 0; page < WALKED_PAGES; page++) {
		fits = fits &&
		       nested_tables_split(pool, root, (uint64_t)pages->entries[page],
		                           level) != NULL;
		for (unsigned i = 0; i < pages->levels_above; i++)
			fits = fits &&
			       nested_tables_split(pool, root,
			                           (uint64_t)pages->above[page][i],
			                           level) != NULL;
	}
	return fits;
}

static const char *make_root(struct nested *nested, enum level level)
{
	struct workspace *const workspace = nested->workspace;

	if (nested->roots[level] != 0)
		return NULL;
	nested->roots[level] = nested_tables_make(workspace->pool, nested->memory_end);
	if (nested->roots[level] == 0 ||
	    !split_walked(&workspace->walk_pages, workspace->pool, nested->roots[level],
	                  level))
		return NO_MEMORY;
	return NULL;
}

static const char *equip_walk(const struct plan *plan, struct experiment *experiment,
                              struct nested_run *run)
{
	const char *const lacks = equip_inner(plan, experiment, run, &shape_walk);

	return lacks != NULL ? lacks : make_root(run->nested, setting_of(run)->page);
}

static const char *equip_how(const struct plan *plan, struct experiment *experiment,
                             struct nested_run *run)
{
	switch (setting_of(run)->how) {
	case NESTED_TRIPS:
		return equip_trips(experiment, run);
	case NESTED_INVLPGA:
		return equip_invlpga(plan, experiment, run);
	case NESTED_REPEAT:
		return equip_inner(plan, experiment, run, &shape_repeat);
	case NESTED_WALK:
		return equip_walk(plan, experiment, run);
	case NESTED_WALK_HOST:
		break;
	}
	return shape_walk.equip(plan, experiment);
}

static const char *equip(const struct plan *plan, struct experiment *experiment)
{
	const struct nested_setting *const setting = experiment->spec.setting;
	struct nested *const nested = nested_open(plan->workspace, plan->machine);
	const unsigned number = (unsigned)(experiment - plan->experiments);
	const char *lacks;

	if (nested == NULL || number >= NESTED_RUNS)
		return NO_MEMORY;
	if (nested->lacks != NULL)
		return nested->lacks;
	if (!nested->leaf.flushes_by_asid && setting->control == TLB_CONTROL_ASID)
		return "SVM cannot flush by ASID";
	nested->runs[number] = (struct nested_run){
		.nested = nested,
		.setting = setting,
	};
	lacks = equip_how(plan, experiment, &nested->runs[number]);
	experiment->pair.args.context = &nested->runs[number];
	experiment->pair.gave_up = &nested->runs[number].gave_up;
	return lacks;
}

static struct nested_run *run_of(const struct experiment *experiment)
{
	return experiment->pair.args.context;
}

/* One call, so that the guest has met its VMMCALL. */
static void begin(struct experiment *experiment)
{
	struct nested_run *const run = run_of(experiment);
	struct nested *const nested = run->nested;

	run->is_on = nested_begin(nested);
	if (!run->is_on) {
		give_up(run, nested->lacks);
		return;
	}
	if (setting_of(run)->how == NESTED_WALK)
		nested->guest.vmcb->nested_cr3 = nested->roots[setting_of(run)->page];
	if (!svm_guest_run(&nested->guest, nothing, NULL, TLB_CONTROL_ALL))
		give_up(run, nested->guest.fault);
}

static void end(struct experiment *experiment)
{
	struct nested_run *const run = run_of(experiment);

	if (run->is_on)
		nested_end(run->nested);
	run->is_on = false;
}

static struct mishap mishap(const struct experiment *experiment)
{
	const struct nested_run *const run = run_of(experiment);

	return run->gave_up ? (struct mishap){ ROW_FAILED, run->reason }
	                    : (struct mishap){ ROW_OK, NULL };
}

static void tell(const struct experiment *experiment, struct row *row)
{
	const struct nested_run *const run = run_of(experiment);
	const enum nested_act act = setting_of(run)->act;

	if (act != NESTED_ACTS)
		row->believed = tally_believed(&run->nested->tallies[act]);
}

const struct shape shape_nested = {
	.equip = equip,
	.begin = begin,
	.end = end,
	.mishap = mishap,
	.is_verified_apart = true,
	.tell = tell,
};

/* Three more roots, and for each the tables of the walked pages' own. */
uint64_t nested_shape_frames(void)
{
	return 3 * (8 + UINT64_C(3) * WALKED_PAGES) + walk_pages_frames(false);
}
