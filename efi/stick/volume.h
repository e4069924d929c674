#pragma once
/* The file systems of the stick: where the program came from, and TLBMARK. */
#include "efi/firmware/firmware.h"
#include "efi/stick/readback.h"
#include "lib/base/line.h"
#include "lib/boot/medium.h"

#define VOLUMES 2u
#define VOLUME_PATH 256u

struct volume {
	EFI_FILE_HANDLE root;
	const char *name; /* for people */
	bool is_own;      /* the one the program came from */
	bool is_read_only;
	EFI_HANDLE device;
	enum medium medium;
	bool is_kept_out_of; /* nothing is written there, unless consent_at_start()
	                        allows it */
	struct readback readback;
};

struct volumes {
	const struct firmware *firmware;
	struct volume list[VOLUMES];
	unsigned count;
};

/*
 * The one the program came from, and the one labelled TLBMARK of the same disk.  Where
 * the program came from no file system, as over a network, that of any disk.  Those
 * disks are connected first: firmware that starts fast connects what it starts from
 * alone.
 */
void volumes_open(const struct firmware *firmware, struct volumes *volumes);
void volumes_close(struct volumes *volumes);

/* True if some volume is on an internal disk, and is not to be written. */
bool volumes_are_kept_out_of(const struct volumes *volumes);

/* What was found, as "NAME (MEDIUM), NAME (MEDIUM)"; "none". */
void volumes_describe(const struct volumes *volumes, struct line *line);

/*
 * A whole file, by its path from the root.  *bytes is how much fits, then how much was
 * read; EFI_BUFFER_TOO_SMALL if there is more.
 */
EFI_STATUS volume_read(const struct volume *volume, const char *path, void *to,
                       UINTN *bytes);

/* True if there is such a file or folder. */
bool volume_has(const struct volume *volume, const char *path);

/* What follows writes, or is refused with EFI_SECURITY_VIOLATION: is_kept_out_of. */

/* The folder, if it is not there yet; its parent must be. */
EFI_STATUS volume_make_folder(const struct volume *volume, const char *path);

/* True if a file has these bytes, for the firmware's driver and on the device. */
bool volume_holds(const struct firmware *firmware, const struct volume *volume,
                  const char *path, const void *bytes, UINTN length);

/*
 * A file that has its name only once its content was read back, from the device where
 * that can be asked: FAT loses what was cached.  An older file of that name goes when
 * the new one is whole.  EFI_WARN_WRITE_FAILURE, which is no error, if it is whole but
 * is called NAME.tmp still.
 */
EFI_STATUS volume_replace(const struct firmware *firmware, const struct volume *volume,
                          const char *folder, const char *name, const void *bytes,
                          UINTN length);

void volume_delete(const struct volume *volume, const char *path);

/* What a status of the above means, for people. */
const char *volume_problem(EFI_STATUS status);
