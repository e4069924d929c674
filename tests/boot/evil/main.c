#include "efi/firmware/console.h"
#include "efi/stick/volume.h"
#include "tests/boot/evil/evil.h"

#define PROGRAM "EFI\\BOOT\\TLBMARK.EFI"
#define CONFIG "evil.cfg"
#define MARK "marked"
#define STARTED "started"

#define MOK_LIST "mok.esl"

#define MOK_MOST ((UINTN)4096)
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

static EFI_HANDLE device_of(const struct firmware *firmware, const struct evil *evil,
                            EFI_HANDLE own)
{
	if (evil->in_ram)
		return evil_ram_disk(firmware, own);
	return evil->chained ? marked_device(firmware, own) : own;
}

/* What `mokutil --import` and its question at the next start come to. */
static EFI_STATUS enrol(const struct firmware *firmware, const struct volume *volume)
{
	static EFI_GUID shim_guid = {
		0x605dab50,
		0xe046,
		0x4300,
		{ 0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23 },
	};
	static char list[MOK_MOST];
	CHAR16 name[] = L"MokList";
	UINTN bytes = sizeof list;
	const EFI_STATUS status = volume_read(volume, MOK_LIST, list, &bytes);

	if (EFI_ERROR(status))
		return status;
	return firmware->table->RuntimeServices->SetVariable(
		name, &shim_guid,
		EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS, bytes,
		list);
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
	if (!EFI_ERROR(status) && evil->shim)
		its->FilePath = own->FilePath;
	if (!EFI_ERROR(status))
		its->DeviceHandle = device_of(firmware, evil, own->DeviceHandle);
	if (!EFI_ERROR(status))
		evil_loader(firmware, evil, *program);
	return status;
}

/* As a boot loader whose first choice is another system. */
static void start_another(const struct firmware *firmware, const struct volume *volume)
{
	if (!volume_has(volume, STARTED)) {
		(void)volume_make_folder(volume, STARTED);
		return;
	}
	console_print(firmware, "evil: the other system starts\n");
	firmware->table->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0,
	                                              NULL);
}

/* The program has these bytes; data is the device of its second volume, or NULL. */
static void misbehave(const struct firmware *firmware, struct evil *evil,
                      EFI_HANDLE data, void *bytes, UINTN size)
{
	evil_copies(firmware, evil);
	evil_boot_services(firmware, evil);
	evil_map(firmware, evil);
	evil_shim(firmware, evil, bytes, size);
	evil_files(firmware, evil);
	evil_infos(firmware, evil);
	evil_blocks(firmware, evil, data);
	evil_runtime_services(firmware, evil);
	evil_mor(firmware, evil);
	evil_screen(firmware, evil);
	evil_madt(firmware, evil);
	evil_lvt(evil);
	evil_la57(firmware, evil);
	evil_acpi(firmware, evil);
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
	if (evil.once)
		start_another(&firmware, &volumes.list[0]);
	if (EFI_ERROR(volume_read(&volumes.list[0], PROGRAM, bytes, &size)) ||
	    EFI_ERROR(load(&firmware, &evil, bytes, size, &program)))
		return fail(&firmware, PROGRAM " cannot be loaded", EFI_LOAD_ERROR);
	if (evil.mok && EFI_ERROR(enrol(&firmware, &volumes.list[0])))
		return fail(&firmware, MOK_LIST " is not taken", EFI_LOAD_ERROR);
	if (volumes.count == VOLUMES)
		data = volumes.list[1].device;
	volumes_close(&volumes);
	misbehave(&firmware, &evil, data, bytes, size);
	console_print(&firmware, "evil: starting the program\n");

	const UINT64 before = evil_loader_pages(boot);

	boot->StartImage(program, NULL, NULL);
	console_print(&firmware, evil_loader_pages(boot) > before
	                                 ? "evil: memory was not given back\n"
	                                 : "evil: all memory was given back\n");
	/* Returning would free what the firmware now calls. */
	console_print(&firmware, "evil: the program has ended\n");
	for (;;)
		boot->Stall(STALL_US);
}
