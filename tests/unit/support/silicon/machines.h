#pragma once
/* The machines of tests/silicon/machines; tests run in the tree's own folder. */
#include "tests/unit/support/silicon/world.h"

#define MACHINES "tests/silicon/machines"

static const char *const machine_names[] = {
	"atom", "client_zen4", "golden_cove", "gracemont", "haswell", "hybrid",
	"odd",  "skylake_x",   "tiny",        "zen3",      "zen5",
};

#define MACHINE_COUNT (sizeof machine_names / sizeof machine_names[0])

/* The text, and what it says. */
static inline const char *read_machine(const char *name, struct machine_params *params)
{
	static char text[65536];
	struct silicon_error error;
	char path[256];
	FILE *file;

	snprintf(path, sizeof path, MACHINES "/%s.machine", name);
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("no %s", path);

	const size_t length = fread(text, 1, sizeof text - 1, file);

	fclose(file);
	text[length] = '\0';
	if (!machine_params_read(text, path, params, &error))
		fail_msg("%s", error.text);
	return text;
}

static inline void open_machine(const char *name)
{
	static struct machine_params params;

	world_open(read_machine(name, &params));
}
