/*
 * What measurements of a machine have to find: silicon_truth MACHINE-FILE [QUESTION
 * ...] prints lines "what,name,low,high" from its parameters, in micro-ticks of the
 * TSC (a loop of a thousand turns multiplies what is rounded off), or entries, pages or
 * PCIDs.  A QUESTION is SIDE-SIZE-PAGES, as data-4k-64: what translation adds to an
 * access over so many pages in turn; with +window behind it, as data-4k-64+window,
 * where the windows' page of 2 MiB is used once in each turn as well, and what that
 * costs. What is not known is left out.
 *
 * Of the processor that measures: the first one's type of core.  Exit status: 0, or 2
 * for a file or a question that is none.
 */
#include "tests/silicon/truth/truth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USAGE = 2 };

#define FILE_BYTES 65536u

static const char *const side_names[SILICON_SIDES] = { "data", "code" };
static const char *const size_names[SILICON_SIZES] = { "4k", "2m", "1g" };

/*
 * Where the pages of each size begin: which set a page goes to hangs on it.  A PML4
 * entry each, the large ones further up.
 */
static const uint64_t begins[SILICON_SIZES] = {
	[SILICON_4K] = UINT64_C(0xffffa80000000000),
	[SILICON_2M] = UINT64_C(0xffffa98000000000),
	[SILICON_1G] = UINT64_C(0xffffb40000000000),
};

/* The page that windows run in and have their descriptors in. */
#define WINDOW_BEGINS UINT64_C(0xffff900000000000)
#define PIECES 512u
#define PIECE_BYTES UINT64_C(4096)
#define WITH_WINDOW "+window"

static _Noreturn void refuse(const char *what, const char *why)
{
	fprintf(stderr, "silicon_truth: %s: %s\n", what, why);
	exit(USAGE);
}

static void read_machine(const char *path, struct machine_params *params)
{
	static char text[FILE_BYTES];
	struct silicon_error error;
	FILE *const file = fopen(path, "re");
	size_t length;

	if (file == NULL)
		refuse(path, "cannot be opened");
	length = fread(text, 1, FILE_BYTES - 1, file);
	if (ferror(file) != 0 || length == FILE_BYTES - 1)
		refuse(path, "cannot be read, or is longer than 64 KiB");
	fclose(file);
	text[length] = '\0';
	if (!machine_params_read(text, path, params, &error)) {
		fprintf(stderr, "silicon_truth: %s\n", error.text);
		exit(USAGE);
	}
}

static void print(const char *what, const char *name, struct silicon_answer answer)
{
	if (answer.known)
		printf("%s,%s,%" PRIu64 ",%" PRIu64 "\n", what, name, answer.low,
		       answer.high);
}

static void print_facts(const struct machine_params *params)
{
	const struct silicon_core_type *const type =
		&params->core_types[params->cores[0]];
	const struct {
		const char *name;
		uint64_t value;
	} facts[] = {
		{ "tsc_khz", params->tsc_khz },
		{ "la57", params->la57 },
		{ "smep_drops", params->smep_drops },
		{ "fractured_2m", type->fractured >> SILICON_2M & 1 },
		{ "fractured_1g", type->fractured >> SILICON_1G & 1 },
		{ "pde", type->uppers[UPPER_PDE] },
		{ "pdpte", type->uppers[UPPER_PDPTE] },
		{ "pml4e", type->uppers[UPPER_PML4E] },
		{ "pml5e", type->uppers[UPPER_PML5E] },
		{ "l1_lines", (uint64_t)type->l1.sets * type->l1.ways },
		{ "coalesce", type->arrays[0].coalesce },
		{ "prefetch", type->prefetch },
		{ "invlpgb_pages", params->invlpgb_pages },
	};

	for (unsigned i = 0; i < sizeof facts / sizeof facts[0]; i++)
		printf("fact,%s,%" PRIu64 ",%" PRIu64 "\n", facts[i].name,
		       facts[i].value, facts[i].value);
}

static void print_costs(const struct machine_params *params)
{
	for (unsigned cost = 0; cost < SILICON_COST_COUNT; cost++) {
		const struct silicon_question question = {
			.kind = TRUTH_COST,
			.core_type = params->cores[0],
			.cost = (enum silicon_cost)cost,
		};

		print("cost", silicon_cost_name(question.cost),
		      silicon_truth(params, &question));
	}
}

static void print_level(const struct machine_params *params,
                        const struct silicon_question *of)
{
	static const struct {
		enum silicon_truth_kind kind;
		const char *name;
	} kinds[] = {
		{ TRUTH_ENTRIES, "entries" },
		{ TRUTH_KNEE, "knee" },
		{ TRUTH_PCIDS, "pcids" },
	};
	char name[SILICON_NAME];

	snprintf(name, sizeof name, "%s-%s-%u", side_names[of->side],
	         size_names[of->size], of->level);
	for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct silicon_question question = *of;

		question.kind = kinds[i].kind;
		print(kinds[i].name, name, silicon_truth(params, &question));
	}
}

static void print_levels(const struct machine_params *params)
{
	struct silicon_question question = { .core_type = params->cores[0] };

	for (unsigned side = 0; side < SILICON_SIDES; side++)
		for (unsigned size = 0; size < SILICON_SIZES; size++)
			for (unsigned level = 1; level <= 2; level++) {
				question.side = (enum silicon_side)side;
				question.size = (enum silicon_size)size;
				question.va = begins[size];
				question.level = level;
				print_level(params, &question);
			}
}

/* Walks, by how many entries they read, all of them in one cache. */
static void print_walks(const struct machine_params *params)
{
	static const char *const names[] = { "l1", "l2", "l3", "memory" };

	for (uint32_t reads = 1; reads <= 5; reads++)
		for (unsigned from = FROM_L1; from <= FROM_MEMORY; from++) {
			const struct silicon_question question = {
				.kind = TRUTH_WALK,
				.core_type = params->cores[0],
				.reads = reads,
				.from = (enum silicon_truth_from)from,
			};
			char name[SILICON_NAME];

			snprintf(name, sizeof name, "%" PRIu32 "-%s", reads,
			         names[from]);
			print("walk", name, silicon_truth(params, &question));
		}
}

/* Index of the name that text begins with, *end behind it and its hyphen. */
static unsigned take_name(const char *text, const char *const *names, unsigned count,
                          const char **end)
{
	for (unsigned i = 0; i < count; i++) {
		const size_t length = strlen(names[i]);

		if (strncmp(text, names[i], length) == 0 && text[length] == '-') {
			*end = text + length + 1;
			return i;
		}
	}
	refuse(text, "not SIDE-SIZE-PAGES");
}

/*
 * Where in its page the window lies is not known, and of a page in pieces it matters:
 * from the least answer to the greatest.
 */
static struct silicon_answer at_any_piece(const struct machine_params *params,
                                          struct silicon_question question)
{
	struct silicon_answer all = { .known = true, .low = UINT64_MAX };

	for (uint64_t piece = 0; piece < PIECES && all.known; piece++) {
		struct silicon_answer one;

		question.besides = WINDOW_BEGINS + piece * PIECE_BYTES;
		one = silicon_truth(params, &question);
		all.known = one.known;
		all.low = one.low < all.low ? one.low : all.low;
		all.high = one.high > all.high ? one.high : all.high;
	}
	return all;
}

static void print_chase(const struct machine_params *params, const char *text)
{
	struct silicon_question question = { .kind = TRUTH_CHASE,
		                             .core_type = params->cores[0],
		                             .la57 = false };
	const char *rest;
	char *end;

	question.side =
		(enum silicon_side)take_name(text, side_names, SILICON_SIDES, &rest);
	question.size =
		(enum silicon_size)take_name(rest, size_names, SILICON_SIZES, &rest);
	question.pages = strtoull(rest, &end, 10);
	question.has_besides = strcmp(end, WITH_WINDOW) == 0;
	if ((*end != '\0' && !question.has_besides) || question.pages == 0 ||
	    question.pages > 1u << 20)
		refuse(text, "no number of pages");
	question.va = begins[question.size];
	if (!question.has_besides) {
		print("chase", text, silicon_truth(params, &question));
		return;
	}
	print("chase", text, at_any_piece(params, question));
	question.kind = TRUTH_BESIDES;
	print("besides", text, at_any_piece(params, question));
}

int main(int argc, char **argv)
{
	static struct machine_params params;

	if (argc < 2)
		refuse("usage",
		       "silicon_truth MACHINE-FILE [SIDE-SIZE-PAGES[+window] ...]");
	read_machine(argv[1], &params);
	print_facts(&params);
	/* Of a clock that is a thousand times as fast milli-ticks are micro-ticks. */
	params.tsc_khz *= 1000;
	print_costs(&params);
	print_levels(&params);
	print_walks(&params);
	for (int i = 2; i < argc; i++)
		print_chase(&params, argv[i]);
	return fflush(stdout) == 0 ? 0 : 1;
}
