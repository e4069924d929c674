#include "lib/machine/processors.h"

struct processor *processors_find(struct processors *processors, uint32_t apic_id)
{
	for (uint32_t i = 0; i < processors->count; i++)
		if (processors->list[i].apic_id == apic_id)
			return &processors->list[i];
	return NULL;
}

void processors_add(struct processors *processors, uint32_t apic_id, uint32_t acpi_uid,
                    enum processor_source source)
{
	struct processor *processor = processors_find(processors, apic_id);

	if (apic_id == UINT32_MAX)
		return;
	if (processor == NULL) {
		if (processors->count == PROCESSORS) {
			processors->left_out++;
			return;
		}
		processor = &processors->list[processors->count++];
		*processor = (struct processor){ .apic_id = apic_id };
	}
	processor->sources |= (uint8_t)source;
	if (!processor->acpi_uid_known && acpi_uid != UID_UNKNOWN) {
		processor->acpi_uid = acpi_uid;
		processor->acpi_uid_known = true;
	}
}

void processors_put_first(struct processors *processors, uint32_t apic_id)
{
	struct processor *found = processors_find(processors, apic_id);

	processors->boot_processor_listed = found != NULL;
	if (found == NULL) {
		if (processors->count == PROCESSORS) {
			processors->count--;
			processors->left_out++;
		}
		processors_add(processors, apic_id, UID_UNKNOWN, LISTED_BY_ITSELF);
		found = &processors->list[processors->count - 1];
	}

	const struct processor first = *found;

	for (; found != processors->list; found--)
		found[0] = found[-1];
	processors->list[0] = first;
}

const char *processors_source(const struct processors *processors)
{
	static const char *const names[] = {
		"neither MADT nor MP services",
		"MADT",
		"MP services",
		"MADT and MP services",
	};
	unsigned sources = 0;

	for (uint32_t i = 0; i < processors->count; i++)
		sources |= processors->list[i].sources;
	return names[sources & (LISTED_BY_MADT | LISTED_BY_MP_SERVICES)];
}

uint32_t processors_count(const struct processors *processors,
                          enum processor_state state)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < processors->count; i++)
		if (processors->list[i].state == state)
			count++;
	return count;
}

const char *processor_reason(enum processor_state state)
{
	static const char *const reasons[] = {
		[PROCESSOR_NOT_ASKED] = "not asked",
		[PROCESSOR_STARTED] = "",
		[PROCESSOR_SILENT] = "did not come though asked twice",
		[PROCESSOR_STUCK] = "came and was not heard of again",
		[PROCESSOR_UNREACHED] = "its id is beyond the reach of xAPIC mode",
		[PROCESSOR_STRANGE] = "its registers are not the boot processor's",
		[PROCESSOR_UNFIT] = "no NX bit or one that stays disabled",
		[PROCESSOR_FAULTED] = "took an exception while it got ready",
	};

	return reasons[state];
}
