#include "efi/stick/marker_file.h"

/* Of a run's own folder. */
#define MARK "tlbmark.run"

/* What was written last, if the machine was switched off before it got its name. */
#define STAGED ".tmp"

/* tlbmark-12345678.run and its NUL. */
#define NAME 21u

/* One for each machine: a stick that goes round has news of all of them. */
static void name_of(uint32_t machine, char name[NAME])
{
	format_text(name, NAME, "tlbmark-%08x.run", machine);
}

static bool read_one(const struct volume *volume, const char *path,
                     struct run_marker *marker)
{
	char text[LINE_CAPACITY];
	UINTN bytes = sizeof text;

	*marker = (struct run_marker){ 0 };
	return !EFI_ERROR(volume_read(volume, path, text, &bytes)) &&
	       run_marker_read(marker, text, bytes) == ERR_NONE;
}

/* The newer of the two that may be there. */
static bool read_in(const struct volume *volume, const char *folder, const char *name,
                    struct run_marker *marker)
{
	char path[VOLUME_PATH];
	struct run_marker staged;

	format_text(path, sizeof path, "%s\\%s", folder, name);

	const bool is_there = read_one(volume, path, marker);

	format_text(path, sizeof path, "%s\\%s" STAGED, folder, name);
	if (!read_one(volume, path, &staged))
		return is_there;
	if (!is_there || staged.sequence > marker->sequence)
		*marker = staged;
	return true;
}

void marker_file_read(const struct volumes *volumes, uint32_t machine,
                      struct run_marker *marker)
{
	char name[NAME];

	*marker = (struct run_marker){ .machine = machine };
	name_of(machine, name);
	for (unsigned i = 0; i < volumes->count; i++) {
		struct run_marker here;

		/* Somebody may have given it another's name. */
		if (read_in(&volumes->list[i], RESULTS_FOLDER, name, &here) &&
		    here.machine == machine && here.sequence > marker->sequence)
			*marker = here;
	}
}

bool marker_file_is_pending_on(const struct volume *volume, uint32_t machine)
{
	struct run_marker here;
	char name[NAME];

	name_of(machine, name);
	return read_in(volume, RESULTS_FOLDER, name, &here) &&
	       here.machine == machine && here.state == RUN_MARKER_PENDING;
}

/* The old one goes only when its successor is whole beside it. */
static EFI_STATUS replace(const struct volumes *volumes, const struct volume *volume,
                          const char *name, const struct line *text)
{
	const EFI_STATUS status = volume_make_folder(volume, RESULTS_FOLDER);

	if (EFI_ERROR(status))
		return status;
	return volume_replace(volumes->firmware, volume, RESULTS_FOLDER, name,
	                      text->text, text->length);
}

/*
 * One on each volume that had one.  Where there is no room for it the old one goes, if
 * another volume has the new one: that is read, and the old one is of no use.
 */
EFI_STATUS marker_file_write(const struct volumes *volumes, struct run_marker *marker)
{
	EFI_STATUS status[VOLUMES] = { EFI_NOT_FOUND };
	bool written = false;
	struct line text;
	char name[NAME];
	char path[VOLUME_PATH];

	marker->sequence++;
	run_marker_write(marker, &text);
	name_of(marker->machine, name);
	format_text(path, sizeof path, RESULTS_FOLDER "\\%s", name);
	for (unsigned i = 0; i < volumes->count; i++) {
		const struct volume *const volume = &volumes->list[i];

		status[i] = EFI_SUCCESS;
		if (written && !volume_has(volume, path))
			continue;
		status[i] = replace(volumes, volume, name, &text);
		written = written || !EFI_ERROR(status[i]);
	}
	for (unsigned i = 0; i < volumes->count && written; i++)
		if (EFI_ERROR(status[i]))
			volume_delete(&volumes->list[i], path);
	return written ? EFI_SUCCESS : status[0];
}

bool marker_file_has_folder(const struct volumes *volumes, const char *folder)
{
	char path[VOLUME_PATH];

	format_text(path, sizeof path, RESULTS_FOLDER "\\%s", folder);
	for (unsigned i = 0; i < volumes->count; i++)
		if (volume_has(&volumes->list[i], path))
			return true;
	return false;
}

EFI_STATUS marker_file_mark(const struct firmware *firmware,
                            const struct volume *volume, const char *path,
                            const struct run_marker *marker,
                            enum run_marker_state state)
{
	struct run_marker mark = *marker;
	struct line text;

	mark.state = state;
	run_marker_write(&mark, &text);
	return volume_replace(firmware, volume, path, MARK, text.text, text.length);
}

enum run_marker_state marker_file_mark_of(const struct volume *volume, const char *path,
                                          const struct run_marker *marker)
{
	struct run_marker mark;

	if (!read_in(volume, path, MARK, &mark) || mark.nonce != marker->nonce)
		return RUN_MARKER_NONE;
	return mark.state;
}
