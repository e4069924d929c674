#include "efi/stick/options.h"

#include "efi/network/http_server.h"
#include "efi/network/pxe_server.h"
#include "lib/base/text.h"
#include "lib/boot/load_options.h"

#define CONFIG_BYTES_MAX ((UINTN)64 << 10)
#define SHOWN_BYTES 12u

static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;

static void reject(struct config *config, const char *source, const char *reason)
{
	const struct text_slice name = { "tlbmark.cfg", 11 };

	config_reject(config, source, 0, name, reason);
}

static EFI_STATUS read_from_server(const struct firmware *firmware, char *text,
                                   UINTN *size)
{
	const UINTN capacity = *size;
	const EFI_STATUS status = pxe_server_read(firmware, "tlbmark.cfg", text, size);

	if (status != EFI_NOT_FOUND)
		return status;
	*size = capacity;
	return http_server_read(firmware, "tlbmark.cfg", text, size);
}

/* Where a tlbmark.cfg is: on a volume, or without one on the server. */
static EFI_STATUS read_bytes(const struct firmware *firmware,
                             const struct volume *volume, char *text, UINTN *size)
{
	if (volume == NULL)
		return read_from_server(firmware, text, size);
	if (!volume_has(volume, "tlbmark.cfg"))
		return EFI_NOT_FOUND;
	return volume_read(volume, "tlbmark.cfg", text, size);
}

/* Bytes that are not text make lines that are not understood, which are named. */
static void read_config(const struct firmware *firmware, const struct volume *volume,
                        struct config *config, const char *source)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	UINTN size = CONFIG_BYTES_MAX;
	char *text = NULL;

	if (EFI_ERROR(boot->AllocatePool(EfiLoaderData, size, (void **)&text))) {
		reject(config, source, "no memory to read it");
		return;
	}

	const EFI_STATUS status = read_bytes(firmware, volume, text, &size);

	if (status == EFI_BUFFER_TOO_SMALL)
		reject(config, source, "larger than 64 KiB");
	else if (status != EFI_NOT_FOUND && EFI_ERROR(status))
		reject(config, source, "cannot be read");
	else if (status != EFI_NOT_FOUND)
		config_read_file(config, source, text, size);
	boot->FreePool(text);
}

/* Its first bytes, so that somebody may know whose they are. */
static void reject_data(struct config *config, const EFI_LOADED_IMAGE *image,
                        const char *reason)
{
	const uint8_t *const bytes = image->LoadOptions;
	struct line line;

	line_clear(&line);
	line_format(&line, "%u bytes,", image->LoadOptionsSize);
	for (UINT32 i = 0; i < image->LoadOptionsSize && i < SHOWN_BYTES; i++)
		line_format(&line, " %02x", bytes[i]);
	config_reject(config, "command line", 0,
	              (struct text_slice){ line.text, line.length }, reason);
}

static void read_command_line(struct config *config, const EFI_LOADED_IMAGE *image,
                              char *text, char *shown, size_t capacity)
{
	switch (load_options_read(image->LoadOptions, image->LoadOptionsSize, text,
	                          OPTIONS_CHARS)) {
	case LOAD_OPTIONS_NONE:
		break;
	case LOAD_OPTIONS_TEXT:
		config_read_words(config, "command line", text);
		text_copy(shown, capacity, text);
		break;
	case LOAD_OPTIONS_LONG:
		reject_data(config, image, "too long");
		text_copy(shown, capacity, "(too long, ignored)");
		break;
	case LOAD_OPTIONS_OTHER:
		reject_data(config, image, "not text");
		text_copy(shown, capacity, "(not text, ignored)");
		break;
	}
}

void options_read(const struct firmware *firmware, const struct volumes *volumes,
                  struct config *config, char *text, char *shown, size_t capacity)
{
	EFI_LOADED_IMAGE *image = NULL;

	if (volumes->count == 0 || !volumes->list[0].is_own)
		read_config(firmware, NULL, config, "boot server");
	for (unsigned i = 0; i < volumes->count; i++)
		read_config(firmware, &volumes->list[i], config,
		            volumes->list[i].is_own ? "tlbmark.cfg" : "TLBMARK");
	if (!EFI_ERROR(firmware->table->BootServices->HandleProtocol(
		    firmware->image, &loaded_image_guid, (void **)&image)))
		read_command_line(config, image, text, shown, capacity);
}
