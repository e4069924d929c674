#include "lib/options/injected_fault.h"

const char *injected_faults_parse(struct text_slice list, uint32_t *injected_faults)
{
	static const struct {
		const char *name;
		enum injected_fault plant;
	} known[] = {
		{ "pf", INJECT_PF },
		{ "ebs", INJECT_EBS },
		{ "stray", INJECT_STRAY },
		{ "memory", INJECT_MEMORY },
		{ "stack", INJECT_STACK },
		{ "irq", INJECT_IRQ },
		{ "deaf", INJECT_DEAF },
		{ "load", INJECT_LOAD },
		{ "unfenced", INJECT_UNFENCED },
		{ "ghost_cpu", INJECT_GHOST_CPU },
		{ "no_low_memory", INJECT_NO_LOW_MEMORY },
		{ "fallen_cpu", INJECT_FALLEN_CPU },
		{ "space", INJECT_SPACE },
		{ "mute_cpu", INJECT_MUTE_CPU },
		{ "missing_flush", INJECT_MISSING_FLUSH },
		{ "moved_clock", INJECT_MOVED_CLOCK },
		{ "odd_cpu", INJECT_ODD_CPU },
		{ "unfit_cpu", INJECT_UNFIT_CPU },
		{ "stray_nmi", INJECT_STRAY_NMI },
		{ "lost_store", INJECT_LOST_STORE },
		{ "other_core", INJECT_OTHER_CORE },
		{ "other_broken", INJECT_OTHER_BROKEN },
		{ "lost_core", INJECT_LOST_CORE },
	};
	uint32_t chosen = 0;

	while (list.length != 0) {
		const struct text_slice name = text_trim(text_split(list, ',', &list));
		uint32_t found = 0;

		for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++)
			if (text_is(name, known[i].name))
				found = known[i].plant;
		if (found == 0)
			return "no such plant";
		chosen |= found;
	}
	*injected_faults = chosen;
	return NULL;
}
