#include "efi/network/child.h"

/* Timers count units of 100 ns (UEFI 2.10 7.1 "SetTimer()"). */
#define UNITS_PER_MS UINT64_C(10000)

/* Between two polls. */
#define PAUSE_US 200u

#define LEAST_MS 15000u
#define BYTES_PER_MS 64u

EFI_STATUS child_open(const struct firmware *firmware, EFI_HANDLE interface,
                      EFI_GUID *binding, EFI_GUID *protocol, struct child *child)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_STATUS status;

	*child = (struct child){ .firmware = firmware };
	status = boot->HandleProtocol(interface, binding, (void **)&child->binding);
	if (EFI_ERROR(status))
		return status;
	status = child->binding->create_child(child->binding, &child->handle);
	if (EFI_ERROR(status))
		return status;
	status = boot->HandleProtocol(child->handle, protocol, &child->protocol);
	if (!EFI_ERROR(status))
		status = boot->CreateEvent(0, 0, NULL, NULL, &child->done);
	if (EFI_ERROR(status))
		(void)child->binding->destroy_child(child->binding, child->handle);
	return status;
}

void child_close(struct child *child)
{
	(void)child->binding->destroy_child(child->binding, child->handle);
	(void)child->firmware->table->BootServices->CloseEvent(child->done);
}

EFI_STATUS child_wait(const struct child *child, EFI_STATUS(EFIAPI *poll)(void *this),
                      uint32_t milliseconds)
{
	EFI_BOOT_SERVICES *const boot = child->firmware->table->BootServices;
	EFI_EVENT deadline = NULL;
	EFI_STATUS status = boot->CreateEvent(EVT_TIMER, 0, NULL, NULL, &deadline);

	if (EFI_ERROR(status))
		return status;
	status = boot->SetTimer(deadline, TimerRelative, milliseconds * UNITS_PER_MS);
	while (!EFI_ERROR(status) && EFI_ERROR(boot->CheckEvent(child->done))) {
		(void)poll(child->protocol);
		if (!EFI_ERROR(boot->CheckEvent(deadline)))
			status = EFI_TIMEOUT;
		else
			boot->Stall(PAUSE_US);
	}
	(void)boot->CloseEvent(deadline);
	return status;
}

uint32_t child_deadline(UINTN bytes)
{
	return LEAST_MS + (uint32_t)(bytes / BYTES_PER_MS);
}
