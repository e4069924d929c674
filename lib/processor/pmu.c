#include "lib/processor/pmu.h"

#include <stddef.h>

/* Intel family 6 models, by what the load-walk event is called there. */
static const uint8_t event_08[] = {
	0x3c, 0x3f, 0x45, 0x46,       /* Haswell */
	0x3d, 0x47, 0x4f, 0x56,       /* Broadwell */
	0x4e, 0x5e, 0x55, 0x8e, 0x9e, /* Skylake, Cascade Lake, Kaby Lake */
	0xa5, 0xa6, 0x66,             /* Comet Lake, Cannon Lake */
	0x7d, 0x7e, 0x6a, 0x6c, 0xa7, /* Ice Lake, Rocket Lake */
	0x8c, 0x8d,                   /* Tiger Lake */
};
static const uint8_t event_12[] = {
	0x97, 0x9a, 0xb7, 0xba, 0xbf, /* Alder Lake, Raptor Lake */
	0x8f, 0xcf, 0xad, 0xae,       /* Sapphire, Emerald, Granite Rapids */
	0xaa, 0xac, 0xc5, 0xc6, 0xbd, /* Meteor, Arrow, Lunar Lake */
};

static bool holds(const uint8_t *models, size_t count, uint32_t model)
{
	for (size_t i = 0; i < count; i++)
		if (models[i] == model)
			return true;
	return false;
}

bool pmu_walk_event(bool amd, uint32_t family, uint32_t model, bool efficient,
                    struct pmu_event *event)
{
	if (amd) {
		*event = (struct pmu_event){ 0x45, 0xf0 };
		return family == 0x17 || family == 0x19 || family == 0x1a;
	}
	if (family != 6)
		return false;
	if (holds(event_08, sizeof event_08, model))
		*event = (struct pmu_event){ 0x08, 0x0e };
	else if (holds(event_12, sizeof event_12, model))
		*event = (struct pmu_event){ efficient ? 0x08 : 0x12, 0x0e };
	else
		return false;
	return true;
}

uint64_t pmu_select(struct pmu_event event)
{
	const uint64_t os = UINT64_C(1) << 17;
	const uint64_t enable = UINT64_C(1) << 22;

	return event.event | (uint64_t)event.umask << 8 | os | enable;
}
