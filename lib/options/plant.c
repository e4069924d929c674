#include "lib/options/plant.h"

const char *plant_parse(struct text_slice list, uint32_t *plants)
{
	static const struct {
		const char *name;
		enum plant plant;
	} known[] = {
		{ "pf", PLANT_PF },
		{ "ebs", PLANT_EBS },
		{ "stray", PLANT_STRAY },
		{ "memory", PLANT_MEMORY },
		{ "stack", PLANT_STACK },
		{ "irq", PLANT_IRQ },
		{ "deaf", PLANT_DEAF },
		{ "load", PLANT_LOAD },
		{ "unfenced", PLANT_UNFENCED },
		{ "ghost_cpu", PLANT_GHOST_CPU },
		{ "no_low_memory", PLANT_NO_LOW_MEMORY },
		{ "fallen_cpu", PLANT_FALLEN_CPU },
		{ "space", PLANT_SPACE },
		{ "mute_cpu", PLANT_MUTE_CPU },
		{ "missing_flush", PLANT_MISSING_FLUSH },
		{ "moved_clock", PLANT_MOVED_CLOCK },
		{ "odd_cpu", PLANT_ODD_CPU },
		{ "unfit_cpu", PLANT_UNFIT_CPU },
		{ "stray_nmi", PLANT_STRAY_NMI },
		{ "lost_store", PLANT_LOST_STORE },
		{ "other_core", PLANT_OTHER_CORE },
		{ "other_broken", PLANT_OTHER_BROKEN },
		{ "lost_core", PLANT_LOST_CORE },
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
	*plants = chosen;
	return NULL;
}
