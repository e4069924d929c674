#include "efi/firmware/mp_services.h"

/* Not among gnu-efi's headers. */
static EFI_GUID mp_services_guid = {
	0x3fdda605,
	0xa76e,
	0x4f46,
	{ 0xad, 0x29, 0x12, 0xf4, 0x53, 0x1b, 0x3d, 0x08 },
};

#define STATUS_ENABLED (UINT32_C(1) << 1)

struct mp_processor {
	uint64_t id; /* APIC id */
	uint32_t status;
	uint32_t package, core, thread;
	uint64_t extended[3]; /* if it is asked for; room for what comes after */
	uint64_t spare[8];
};

/* Only what is called here has its type. */
struct mp_services {
	EFI_STATUS(EFIAPI *get_number)
	(struct mp_services *self, UINTN *count, UINTN *enabled);
	EFI_STATUS(EFIAPI *get_info)
	(struct mp_services *self, UINTN number, struct mp_processor *processor);
};

void mp_services_read(const struct firmware *firmware, struct processors *processors)
{
	struct mp_services *services = NULL;
	UINTN count = 0;
	UINTN enabled = 0;

	if (EFI_ERROR(firmware->table->BootServices->LocateProtocol(
		    &mp_services_guid, NULL, (void **)&services)) ||
	    EFI_ERROR(services->get_number(services, &count, &enabled)))
		return;
	for (UINTN i = 0; i < count; i++) {
		struct mp_processor processor = { 0 };

		if (EFI_ERROR(services->get_info(services, i, &processor)) ||
		    (processor.status & STATUS_ENABLED) == 0 ||
		    processor.id > UINT32_MAX)
			continue;
		processors_add(processors, (uint32_t)processor.id, UID_UNKNOWN,
		               LISTED_BY_MP_SERVICES);
	}
}
