/* What a program is told of itself: who has loaded it, which file it is, its options.
 */
#include "tests/boot/evil/evil.h"

static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;

/* "\\EFI\\BOOT" and "TLBMARK.EFI", in two nodes as GRUB has them. */
static const struct {
	UINT8 folder[4];
	CHAR16 folder_name[10];
	UINT8 file[4];
	CHAR16 file_name[12];
	UINT8 end[4];
} named = {
	.folder = { 4, 4, 4 + 20, 0 },
	.folder_name = L"\\EFI\\BOOT",
	.file = { 4, 4, 4 + 24, 0 },
	.file_name = L"TLBMARK.EFI",
	.end = { 0x7f, 0xff, 4, 0 },
};

static EFI_LOADED_IMAGE *image_of(const struct firmware *firmware, EFI_HANDLE handle)
{
	EFI_LOADED_IMAGE *image = NULL;

	if (EFI_ERROR(firmware->table->BootServices->HandleProtocol(
		    handle, &loaded_image_guid, (void **)&image)))
		return NULL;
	return image;
}

/* As a boot manager that leaves itself as the parent. */
static EFI_HANDLE some_driver(const struct firmware *firmware)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_HANDLE *images = NULL;
	EFI_HANDLE driver = NULL;
	UINTN count = 0;

	if (EFI_ERROR(boot->LocateHandleBuffer(ByProtocol, &loaded_image_guid, NULL,
	                                       &count, &images)))
		return NULL;
	for (UINTN i = 0; i < count && driver == NULL; i++)
		if (image_of(firmware, images[i])->ImageCodeType == EfiBootServicesCode)
			driver = images[i];
	boot->FreePool(images);
	return driver;
}

/* As if the firmware had found it where it finds this one, or as who came between. */
static void set_origin(const struct firmware *firmware, enum loader loader,
                       const EFI_LOADED_IMAGE *own, EFI_LOADED_IMAGE *its)
{
	its->FilePath = own->FilePath;
	switch (loader) {
	case LOADER_FIRMWARE:
		its->ParentHandle = own->ParentHandle;
		break;
	case LOADER_DRIVER:
		its->ParentHandle = some_driver(firmware);
		break;
	case LOADER_NAMED:
		its->FilePath = (EFI_DEVICE_PATH *)&named;
		break;
	case LOADER_SILENT:
		its->FilePath = NULL;
		break;
	}
}

/* Attributes, length of the path, "A", a partition's path, and the text. */
static const struct {
	UINT8 head[6];
	CHAR16 description[2];
	UINT8 file[4];
	CHAR16 name[2];
	UINT8 end[4];
	CHAR16 text[12];
} whole = {
	.head = { 1, 0, 0, 0, 12, 0 },
	.description = L"A",
	.file = { 4, 4, 8, 0 },
	.name = L"\\",
	.end = { 0x7f, 0xff, 4, 0 },
	.text = L"tlb pages=7",
};

static void set_options(enum options options, EFI_LOADED_IMAGE *its)
{
	static const CHAR16 wide[] = L"tlb pages=7";
	static const char narrow[] = "tlb pages=7";
	static const UINT8 data[] = { 0, 0, 'B', 'O' };

	switch (options) {
	case OPTIONS_NONE:
		break;
	case OPTIONS_BARE:
		its->LoadOptions = (void *)wide;
		its->LoadOptionsSize = sizeof wide - sizeof *wide;
		break;
	case OPTIONS_NARROW:
		its->LoadOptions = (void *)narrow;
		its->LoadOptionsSize = sizeof narrow - 1;
		break;
	case OPTIONS_WHOLE:
		its->LoadOptions = (void *)&whole;
		its->LoadOptionsSize = sizeof whole;
		break;
	case OPTIONS_DATA:
		its->LoadOptions = (void *)data;
		its->LoadOptionsSize = sizeof data;
		break;
	}
}

void evil_loader(const struct firmware *firmware, const struct evil *evil,
                 EFI_HANDLE program)
{
	const EFI_LOADED_IMAGE *const own = image_of(firmware, firmware->image);
	EFI_LOADED_IMAGE *const its = image_of(firmware, program);
	enum loader loader = evil->loader;

	if (own == NULL || its == NULL)
		return;
	set_origin(firmware, loader, own, its);
	if (evil->chained && loader == LOADER_FIRMWARE)
		its->ParentHandle = firmware->image;
	set_options(evil->options, its);
}
