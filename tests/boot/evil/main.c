#include "efi/console.h"
#include "efi/volume.h"
#include "tests/boot/evil/evil.h"

#define PROGRAM "EFI\\BOOT\\TLBMARK.EFI"
#define CONFIG "evil.cfg"
#define MARK "marked"

#define PROGRAM_MOST ((UINTN)1 << 20)
#define CONFIG_MOST 512u
#define STALL_US ((UINTN)1000000)

static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;
static EFI_GUID file_system_guid = SIMPLE_FILE_SYSTEM_PROTOCOL;

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

static EFI_STATUS fail(const struct firmware *firmware, const char *what,
                       EFI_STATUS status)
{
	console_print(firmware, "evil: ");
	console_print(firmware, what);
	console_print(firmware, "\n");
	return status;
}

/* The first file system that has MARK; the device given if there is none. */
static EFI_HANDLE marked_device(const struct firmware *firmware, EFI_HANDLE device)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_HANDLE *devices = NULL;
	UINTN count = 0;

	if (EFI_ERROR(boot->LocateHandleBuffer(ByProtocol, &file_system_guid, NULL,
	                                       &count, &devices)))
		return device;
	for (UINTN i = 0; i < count; i++) {
		struct volume volume = { 0 };
		EFI_FILE_IO_INTERFACE *io = NULL;

		if (EFI_ERROR(boot->HandleProtocol(devices[i], &file_system_guid,
		                                   (void **)&io)) ||
		    EFI_ERROR(io->OpenVolume(io, &volume.root)))
			continue;
		if (volume_has(&volume, MARK))
			device = devices[i];
		volume.root->Close(volume.root);
	}
	boot->FreePool(devices);
	return device;
}

/* As if it had been taken from the device of this one, or from another. */
static EFI_STATUS load(const struct firmware *firmware, const struct evil *evil,
                       void *bytes, UINTN size, EFI_HANDLE *program)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_LOADED_IMAGE *own = NULL;
	EFI_LOADED_IMAGE *its = NULL;
	EFI_STATUS status =
		boot->LoadImage(FALSE, firmware->image, NULL, bytes, size, program);

	if (!EFI_ERROR(status))
		status = boot->HandleProtocol(firmware->image, &loaded_image_guid,
		                              (void **)&own);
	if (!EFI_ERROR(status))
		status = boot->HandleProtocol(*program, &loaded_image_guid,
		                              (void **)&its);
	if (!EFI_ERROR(status))
		its->DeviceHandle = evil->chained
		                            ? marked_device(firmware, own->DeviceHandle)
		                            : own->DeviceHandle;
	return status;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	const struct firmware firmware = { .image = image, .table = table };
	EFI_BOOT_SERVICES *const boot = table->BootServices;
	struct volumes volumes;
	struct evil evil;
	char text[CONFIG_MOST];
	UINTN length = sizeof text;
	UINTN size = PROGRAM_MOST;
	EFI_HANDLE program = NULL;
	EFI_HANDLE data = NULL;
	void *bytes = NULL;

	volumes_open(&firmware, &volumes);
	if (volumes.count == 0 ||
	    EFI_ERROR(boot->AllocatePool(EfiLoaderData, size, &bytes)))
		return fail(&firmware, "no file system, or no memory", EFI_LOAD_ERROR);
	if (EFI_ERROR(volume_read(&volumes.list[0], CONFIG, text, &length)) ||
	    !evil_read(&evil, text, length))
		return fail(&firmware, CONFIG " is not understood", EFI_LOAD_ERROR);
	if (EFI_ERROR(volume_read(&volumes.list[0], PROGRAM, bytes, &size)) ||
	    EFI_ERROR(load(&firmware, &evil, bytes, size, &program)))
		return fail(&firmware, PROGRAM " cannot be loaded", EFI_LOAD_ERROR);
	if (volumes.count == VOLUMES)
		data = volumes.list[1].device;
	volumes_close(&volumes);
	evil_copies(&firmware, &evil);
	evil_boot_services(&firmware, &evil);
	evil_files(&firmware, &evil);
	evil_infos(&firmware, &evil);
	evil_blocks(&firmware, &evil, data);
	evil_runtime_services(&firmware, &evil);
	evil_screen(&firmware, &evil);
	evil_madt(&firmware, &evil);
	console_print(&firmware, "evil: starting the program\n");
	boot->StartImage(program, NULL, NULL);
	/* Returning would free what the firmware now calls. */
	console_print(&firmware, "evil: the program has ended\n");
	for (;;)
		boot->Stall(STALL_US);
}
