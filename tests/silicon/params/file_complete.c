/* What must agree when a file has been read. */
#include "tests/silicon/params/reader.h"

#include <stddef.h>

static bool has_first_level(const struct silicon_core_type *core,
                            enum silicon_side side)
{
	for (uint32_t i = 0; i < core->array_count; i++)
		if (core->arrays[i].level == 1 &&
		    (core->arrays[i].sides >> side & 1) != 0 &&
		    (core->arrays[i].sizes & 1) != 0)
			return true;
	return false;
}

static const struct silicon_leaf *leaf_of(const struct silicon_core_type *core,
                                          uint32_t leaf)
{
	for (uint32_t i = 0; i < core->leaf_count; i++)
		if (core->leaves[i].leaf == leaf && core->leaves[i].subleaf == 0)
			return &core->leaves[i];
	return NULL;
}

/* A file that says both, and not the same, would show a machine that there is not. */
static bool leaves_agree(const struct reader *reader,
                         const struct silicon_core_type *core)
{
	const struct machine_params *const params = reader->params;
	enum { EBX = 1, ECX, EDX };
	const struct {
		bool has;
		uint32_t leaf;
		unsigned index, bit;
		const char *reason;
	} bits[] = {
		{ params->pcid, 1, ECX, 17, "pcid: CPUID says otherwise" },
		{ params->invpcid, 7, EBX, 10, "invpcid: CPUID says otherwise" },
		{ params->pge, 1, EDX, 13, "pge: CPUID says otherwise" },
		{ params->smep, 7, EBX, 7, "smep: CPUID says otherwise" },
		{ params->nx, 0x80000001, EDX, 20, "nx: CPUID says otherwise" },
		{ params->giants, 0x80000001, EDX, 26, "1g: CPUID says otherwise" },
		{ params->la57, 7, ECX, 16, "la57: CPUID says otherwise" },
		{ params->invlpgb, 0x80000008, EBX, 3,
		  "invlpgb: CPUID says otherwise" },
		{ params->tce, 0x80000001, ECX, 17, "tce: CPUID says otherwise" },
	};

	for (unsigned i = 0; i < sizeof bits / sizeof bits[0]; i++) {
		const struct silicon_leaf *const leaf = leaf_of(core, bits[i].leaf);

		if (leaf != NULL && (leaf->registers[bits[i].index] >> bits[i].bit &
		                     1) != (bits[i].has ? 1u : 0u))
			return reader_refuse(reader, bits[i].reason);
	}
	return true;
}

/* The bit says that there is an MSR, which says the rest: it may be set without. */
static bool core_capabilities_agree(const struct reader *reader,
                                    const struct silicon_core_type *core)
{
	const struct silicon_leaf *const leaf = leaf_of(core, 7);

	if (reader->params->rar &&
	    (leaf == NULL || (leaf->registers[3] >> 30 & 1) == 0))
		return reader_refuse(reader, "rar: CPUID says otherwise");
	return true;
}

bool params_complete(const struct reader *reader)
{
	struct machine_params *const params = reader->params;

	if (params->tsc_khz == 0 || params->core_khz == 0)
		return reader_refuse(reader, "tsc_khz and core_khz are missing");
	if (params->core_count == 0)
		return reader_refuse(reader, "no cores");
	if (params->invlpgb && params->invlpgb_pages == 0)
		return reader_refuse(reader, "invlpgb_pages is missing");
	if (params->cores_per_package == 0)
		params->cores_per_package = params->core_count;
	for (uint32_t i = 0; i < params->core_type_count; i++) {
		const struct silicon_core_type *const core = &params->core_types[i];

		if (!has_first_level(core, SILICON_DATA) ||
		    !has_first_level(core, SILICON_CODE))
			return reader_refuse(reader,
			                     "a core without first-level 4k entries of "
			                     "data or of code");
		if (!leaves_agree(reader, core) ||
		    !core_capabilities_agree(reader, core))
			return false;
	}
	return true;
}
