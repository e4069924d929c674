#pragma once
/* The file systems of the stick: where the program came from, and TLBMARK. */
#include "efi/firmware.h"
#include "lib/line.h"

#define VOLUMES 2u
#define VOLUME_PATH 256u

struct volume {
	EFI_FILE_HANDLE root;
	const char *name; /* for people */
	bool is_own;      /* the one the program came from */
	bool is_read_only;
};

struct volumes {
	const struct firmware *firmware;
	struct volume list[VOLUMES];
	unsigned count;
};

/*
 * The one the program came from, and the one labelled TLBMARK of the same disk.  Where
 * the program came from no file system, as over a network, that of any disk.
 */
void volumes_open(const struct firmware *firmware, struct volumes *volumes);
void volumes_close(struct volumes *volumes);

/*
 * A whole file, by its path from the root.  *bytes is how much fits, then how much was
 * read; EFI_BUFFER_TOO_SMALL if there is more.
 */
EFI_STATUS volume_read(const struct volume *volume, const char *path, void *to,
                       UINTN *bytes);

/* True if there is such a file or folder. */
bool volume_has(const struct volume *volume, const char *path);

/* The folder, if it is not there yet; its parent must be. */
EFI_STATUS volume_make_folder(const struct volume *volume, const char *path);

/*
 * A new file that has its name only once its content was read back: FAT loses what was
 * cached.  EFI_ACCESS_DENIED if there is a file of that name, which stays as it is;
 * EFI_WARN_WRITE_FAILURE, which is no error, if it is whole but is called NAME.tmp
 * still.
 */
EFI_STATUS volume_write(const struct firmware *firmware, const struct volume *volume,
                        const char *folder, const char *name, const void *bytes,
                        UINTN length);

/* The same in place of an older file, which goes when the new one is whole. */
EFI_STATUS volume_replace(const struct firmware *firmware, const struct volume *volume,
                          const char *folder, const char *name, const void *bytes,
                          UINTN length);

void volume_delete(const struct volume *volume, const char *path);

/* What a status of the above means, for people. */
const char *volume_problem(EFI_STATUS status);
