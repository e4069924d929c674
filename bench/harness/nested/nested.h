#pragma once
/*
 * The guest of `nested` and what it works on: its VMCB, its nested page tables, and
 * pages whose translations are changed under it.  Its CR3 names the program's own
 * tables, so that whatever the host can run the guest can, at the same address.
 */
#include "bench/harness/nested/nested_cell.h"
#include "bench/harness/space/workspace.h"
#include "lib/x86/svm/guest.h"
#include "lib/x86/svm/svm.h"

/* Pages that are changed, one after the other, so that no trial meets the one before.
 */
#define NESTED_PAGES 8u

/* A page of 4 KiB in the guest's tables and in the nested ones. */
struct nested_page {
	uint64_t va;
	uint64_t *guest_entry;           /* of the guest's tables */
	uint64_t *nested_entry;          /* of the frame that it names */
	uint64_t old_guest, new_guest;   /* values of the entries */
	uint64_t old_nested, new_nested; /* of the old frame, and onto the new one */
};

/* What is read through a page: through its old translation, or its new one. */
#define NESTED_OLD UINT64_C(0x01d)
#define NESTED_NEW UINT64_C(0x3e3)

/* An experiment with a guest. */
struct nested_run {
	struct nested *nested;
	const struct nested_setting *setting;
	window_code *windows[2]; /* that the guest runs, by arm */
	const struct priming *priming[2];
	struct priming inner; /* that the guest does for a window of the host */
	uint32_t trips;
	bool is_on;
	bool gave_up;
	const char *reason; /* why */
};

#define NESTED_RUNS 32u

struct nested_setting;

struct nested {
	const char *lacks; /* why no guest can be run; NULL if one can */
	struct svm_leaf leaf;
	struct workspace *workspace;
	uint64_t memory_end;
	uint64_t host_save; /* physical */
	struct svm_found found;
	struct svm_frames frames;
	struct svm_guest guest;
	/* Roots of nested tables for walks, by the page that what is walked is in. */
	uint64_t roots[LEVEL_PDPT + 1]; /* 0: not made yet */
	struct nested_page pages[NESTED_PAGES];
	struct tally tallies[NESTED_ACTS];   /* of what was verified of each */
	struct nested_run runs[NESTED_RUNS]; /* by number of the experiment */
};

#define NESTED_ASID 1u
#define NESTED_OTHER_ASID 2u

/*
 * Makes it at the first call, in frames of the workspace's pool.  NULL: no memory;
 * nested->lacks says what else is missing.
 */
struct nested *nested_open(struct workspace *workspace, const struct machine *machine);

/* Frames that it takes. */
uint64_t nested_frames(void);

/*
 * EFER.SVME on, and the guest as new; as it was again with nested_end().  False, and
 * nested->lacks: it cannot be set, or a guest did not come back before.
 */
bool nested_begin(struct nested *nested);
void nested_end(const struct nested *nested);
