#include "efi/options.h"

#include "lib/text.h"

#define CONFIG_BYTES_MAX ((UINTN)64 << 10)
#define OPTIONS_CHARS_MAX 512u

static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;
static EFI_GUID file_system_guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
static EFI_GUID volume_label_guid = EFI_FILE_SYSTEM_VOLUME_LABEL_INFO_ID;

static EFI_FILE_HANDLE open_volume(const struct firmware *firmware, EFI_HANDLE device)
{
	EFI_FILE_IO_INTERFACE *io = NULL;
	EFI_FILE_HANDLE root = NULL;

	if (EFI_ERROR(firmware->table->BootServices->HandleProtocol(
		    device, &file_system_guid, (void **)&io)))
		return NULL;
	return EFI_ERROR(io->OpenVolume(io, &root)) ? NULL : root;
}

static void reject(struct config *config, const char *source, const char *reason)
{
	const struct text_slice name = { "tlbmark.cfg", 11 };

	config_reject(config, source, 0, name, reason);
}

static void read_config(const struct firmware *firmware, EFI_FILE_HANDLE root,
                        struct config *config, const char *source)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_FILE_HANDLE file = NULL;
	UINTN size = CONFIG_BYTES_MAX + 1;
	char *text = NULL;
	CHAR16 name[] = L"tlbmark.cfg";

	if (EFI_ERROR(root->Open(root, &file, name, EFI_FILE_MODE_READ, 0)))
		return;
	if (EFI_ERROR(boot->AllocatePool(EfiLoaderData, size, (void **)&text)))
		reject(config, source, "no memory to read it");
	else if (EFI_ERROR(file->Read(file, &size, text)))
		reject(config, source, "cannot be read");
	else if (size > CONFIG_BYTES_MAX)
		reject(config, source, "larger than 64 KiB");
	else
		config_read_file(config, source, text, size);
	if (text != NULL)
		boot->FreePool(text);
	file->Close(file);
}

static bool is_labelled_tlbmark(EFI_FILE_HANDLE root)
{
	static const CHAR16 label[] = L"TLBMARK";
	struct {
		CHAR16 text[64];
	} info;
	UINTN size = sizeof info;

	if (EFI_ERROR(root->GetInfo(root, &volume_label_guid, &size, &info)))
		return false;
	for (unsigned i = 0; i < sizeof label / sizeof label[0]; i++)
		if (info.text[i] != label[i])
			return false;
	return true;
}

static void read_data_partition(const struct firmware *firmware, EFI_HANDLE own,
                                struct config *config)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_HANDLE *devices = NULL;
	UINTN count = 0;

	if (EFI_ERROR(boot->LocateHandleBuffer(ByProtocol, &file_system_guid, NULL,
	                                       &count, &devices)))
		return;
	for (UINTN i = 0; i < count; i++) {
		EFI_FILE_HANDLE root = NULL;

		if (devices[i] == own)
			continue;
		root = open_volume(firmware, devices[i]);
		if (root == NULL)
			continue;
		if (is_labelled_tlbmark(root))
			read_config(firmware, root, config, "TLBMARK");
		root->Close(root);
	}
	boot->FreePool(devices);
}

/*
 * Boot managers put binary data of their own where a command line may be: it counts
 * as text only if every character is printable and a NUL ends it.
 */
static bool load_options_text(const EFI_LOADED_IMAGE *image, char *text)
{
	const CHAR16 *const wide = image->LoadOptions;
	const unsigned length = image->LoadOptionsSize / sizeof(CHAR16);

	if (wide == NULL || length == 0 || length > OPTIONS_CHARS_MAX)
		return false;
	for (unsigned i = 0; i < length; i++) {
		if (wide[i] == 0) {
			text[i] = '\0';
			return true;
		}
		if (wide[i] < ' ' || wide[i] > '~')
			return false;
		text[i] = (char)wide[i];
	}
	return false;
}

void options_read(const struct firmware *firmware, struct config *config,
                  char *load_options, size_t capacity)
{
	EFI_LOADED_IMAGE *image = NULL;
	char text[OPTIONS_CHARS_MAX];

	if (EFI_ERROR(firmware->table->BootServices->HandleProtocol(
		    firmware->image, &loaded_image_guid, (void **)&image)))
		return;

	EFI_FILE_PROTOCOL *const root = open_volume(firmware, image->DeviceHandle);

	if (root != NULL) {
		read_config(firmware, root, config, "tlbmark.cfg");
		root->Close(root);
	}
	read_data_partition(firmware, image->DeviceHandle, config);
	if (load_options_text(image, text)) {
		config_read_words(config, "command line", text);
		text_copy(load_options, capacity, text);
	} else if (image->LoadOptionsSize != 0) {
		text_copy(load_options, capacity, "(not text, ignored)");
	}
}
