/*
 * SHIM_LOCK (shim, README and shim.h): shim loads and starts a second stage by itself,
 * and has it know whether that goes on verifying what comes next.
 */
#include "efi/takeover/shim.h"

#include "efi/firmware/console.h"

#include <string.h>

#define FILE_BYTES ((UINTN)4 << 20)
#define PATH_CHARS 128u

/* What shim starts, in its own folder, if it is not told anything else. */
#define SECOND_STAGE "grubx64.efi"

/* Of the PE headers, what no loader changes: COFF header, and what follows to the base.
 */
#define PE_OFFSET 0x3cu
#define PE_SAME_FROM 4u
#define PE_SAME_BYTES 44u

extern const char image_base[] __asm__("ImageBase")
	__attribute__((visibility("hidden")));

/* Its functions are no UEFI calls: shim is compiled with the System V ABI. */
struct shim_lock {
	EFI_STATUS(__attribute__((sysv_abi)) * verify)(const void *file, UINT32 bytes);
};

static EFI_GUID shim_lock_guid = {
	0x605dab50,
	0xe046,
	0x4300,
	{ 0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23 },
};
static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;

static bool is_own(const uint8_t *file, UINTN bytes)
{
	const uint32_t at = *(const uint32_t *)(image_base + PE_OFFSET) + PE_SAME_FROM;

	return bytes > at + PE_SAME_BYTES &&
	       memcmp(file, image_base, PE_OFFSET + 4) == 0 &&
	       memcmp(file + at, image_base + at, PE_SAME_BYTES) == 0;
}

/* The path of what was started, which under shim may be shim's; "" if there is none. */
static void own_path(const struct firmware *firmware, char path[PATH_CHARS])
{
	EFI_LOADED_IMAGE *image = NULL;
	unsigned length = 0;

	path[0] = '\0';
	if (EFI_ERROR(firmware->table->BootServices->HandleProtocol(
		    firmware->image, &loaded_image_guid, (void **)&image)) ||
	    image->FilePath == NULL ||
	    DevicePathType(image->FilePath) != MEDIA_DEVICE_PATH ||
	    DevicePathSubType(image->FilePath) != MEDIA_FILEPATH_DP)
		return;

	const FILEPATH_DEVICE_PATH *const node = (const void *)image->FilePath;
	const unsigned chars = ((unsigned)DevicePathNodeLength(&node->Header) -
	                        (unsigned)SIZE_OF_FILEPATH_DEVICE_PATH) /
	                       sizeof(CHAR16);

	for (unsigned i = 0; i < chars && i + 1 < PATH_CHARS; i++) {
		const CHAR16 c = node->PathName[i];

		if (c == 0)
			break;
		if (length == 0 && c == L'\\')
			continue;
		path[length++] = (char)(c & 0x7f);
	}
	path[length] = '\0';
}

/* Puts the name of shim's second stage in place of the last name of a path. */
static void put_second_stage(char path[PATH_CHARS])
{
	unsigned folder = 0;

	for (unsigned i = 0; path[i] != '\0'; i++)
		if (path[i] == '\\')
			folder = i + 1;
	if (folder + sizeof SECOND_STAGE <= PATH_CHARS)
		memcpy(path + folder, SECOND_STAGE, sizeof SECOND_STAGE);
}

/* How much was read of the file that this program is; 0 if it was not found. */
static UINTN read_own(const struct program *program, uint8_t *file)
{
	char path[PATH_CHARS];

	own_path(&program->firmware, path);
	for (unsigned i = 0; i < 2 && program->volumes.count != 0; i++) {
		UINTN bytes = FILE_BYTES;

		if (path[0] != '\0' && program->volumes.list[0].is_own &&
		    !EFI_ERROR(volume_read(&program->volumes.list[0], path, file,
		                           &bytes)) &&
		    is_own(file, bytes))
			return bytes;
		put_second_stage(path);
	}
	return 0;
}

void shim_take_part(struct program *program)
{
	EFI_BOOT_SERVICES *const boot = program->firmware.table->BootServices;
	struct shim_lock *lock = NULL;
	uint8_t *file = NULL;

	if (EFI_ERROR(boot->LocateProtocol(&shim_lock_guid, NULL, (void **)&lock)) ||
	    EFI_ERROR(boot->AllocatePool(EfiLoaderData, FILE_BYTES, (void **)&file)))
		return;

	const UINTN bytes = read_own(program, file);

	/* Asking alone lets it be left; what is in memory cannot be verified any more.
	 */
	if (bytes == 0) {
		(void)lock->verify(image_base, 1);
		program->machine.shim = "own file not found";
	} else {
		program->machine.shim = EFI_ERROR(lock->verify(file, (UINT32)bytes))
		                                ? "refused"
		                                : "verified";
	}
	boot->FreePool(file);
	console_format(&program->firmware,
	               "tlbmark: started by shim; its word on this program: %s\n",
	               program->machine.shim);
}
