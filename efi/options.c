#include "efi/options.h"

#include "lib/text.h"

#define CONFIG_BYTES_MAX ((UINTN)64 << 10)
#define OPTIONS_CHARS_MAX 512u

static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;

static void reject(struct config *config, const char *source, const char *reason)
{
	const struct text_slice name = { "tlbmark.cfg", 11 };

	config_reject(config, source, 0, name, reason);
}

/* Bytes that are not text make lines that are not understood, which are named. */
static void read_config(const struct firmware *firmware, const struct volume *volume,
                        struct config *config, const char *source)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	UINTN size = CONFIG_BYTES_MAX;
	char *text = NULL;

	if (!volume_has(volume, "tlbmark.cfg"))
		return;
	if (EFI_ERROR(boot->AllocatePool(EfiLoaderData, size, (void **)&text))) {
		reject(config, source, "no memory to read it");
		return;
	}

	const EFI_STATUS status = volume_read(volume, "tlbmark.cfg", text, &size);

	if (status == EFI_BUFFER_TOO_SMALL)
		reject(config, source, "larger than 64 KiB");
	else if (EFI_ERROR(status))
		reject(config, source, "cannot be read");
	else
		config_read_file(config, source, text, size);
	boot->FreePool(text);
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

void options_read(const struct firmware *firmware, const struct volumes *volumes,
                  struct config *config, char *load_options, size_t capacity)
{
	EFI_LOADED_IMAGE *image = NULL;
	char text[OPTIONS_CHARS_MAX];

	for (unsigned i = 0; i < volumes->count; i++)
		read_config(firmware, &volumes->list[i], config,
		            volumes->list[i].is_own ? "tlbmark.cfg" : "TLBMARK");
	if (EFI_ERROR(firmware->table->BootServices->HandleProtocol(
		    firmware->image, &loaded_image_guid, (void **)&image)))
		return;
	if (load_options_text(image, text)) {
		config_read_words(config, "command line", text);
		text_copy(load_options, capacity, text);
	} else if (image->LoadOptionsSize != 0) {
		text_copy(load_options, capacity, "(not text, ignored)");
	}
}
