#include "efi/stick/run_marker.h"

/* Of a run's own folder. */
#define MARK "tlbmark.run"

/* What was written last, if the machine was switched off before it got its name. */
#define STAGED ".tmp"

/* One for each machine: a stick that goes round has news of all of them. */
static void name_of(uint32_t machine, struct line *name)
{
	line_clear(name);
	line_put(name, "tlbmark-");
	line_put_hex(name, machine, 8);
	line_put(name, ".run");
}

static void join(char path[VOLUME_PATH], const char *folder, const struct line *name,
                 const char *suffix)
{
	struct line line;
	char text[VOLUME_PATH];

	line_to_string(name, text, sizeof text);
	line_clear(&line);
	line_put(&line, folder);
	line_put_char(&line, '\\');
	line_put(&line, text);
	line_put(&line, suffix);
	line_to_string(&line, path, VOLUME_PATH);
}

static bool read_one(const struct volume *volume, const char *path,
                     struct breadcrumb *breadcrumb)
{
	char text[LINE_CAPACITY];
	UINTN bytes = sizeof text;

	*breadcrumb = (struct breadcrumb){ 0 };
	return !EFI_ERROR(volume_read(volume, path, text, &bytes)) &&
	       breadcrumb_read(breadcrumb, text, bytes) == ERR_NONE;
}

/* The newer of the two that may be there. */
static bool read_in(const struct volume *volume, const char *folder,
                    const struct line *name, struct breadcrumb *breadcrumb)
{
	char path[VOLUME_PATH];
	struct breadcrumb staged;

	join(path, folder, name, "");

	const bool is_there = read_one(volume, path, breadcrumb);

	join(path, folder, name, STAGED);
	if (!read_one(volume, path, &staged))
		return is_there;
	if (!is_there || staged.sequence > breadcrumb->sequence)
		*breadcrumb = staged;
	return true;
}

void run_marker_read(const struct volumes *volumes, uint32_t machine,
                     struct breadcrumb *breadcrumb)
{
	struct line name;

	*breadcrumb = (struct breadcrumb){ .machine = machine };
	name_of(machine, &name);
	for (unsigned i = 0; i < volumes->count; i++) {
		struct breadcrumb here;

		/* Somebody may have given it another's name. */
		if (read_in(&volumes->list[i], RESULTS_FOLDER, &name, &here) &&
		    here.machine == machine && here.sequence > breadcrumb->sequence)
			*breadcrumb = here;
	}
}

bool run_marker_is_pending_on(const struct volume *volume, uint32_t machine)
{
	struct breadcrumb here;
	struct line name;

	name_of(machine, &name);
	return read_in(volume, RESULTS_FOLDER, &name, &here) &&
	       here.machine == machine && here.state == BREADCRUMB_PENDING;
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
EFI_STATUS run_marker_write(const struct volumes *volumes,
                            struct breadcrumb *breadcrumb)
{
	EFI_STATUS status[VOLUMES] = { EFI_NOT_FOUND };
	bool written = false;
	struct line text;
	struct line line;
	char name[VOLUME_PATH];
	char path[VOLUME_PATH];

	breadcrumb->sequence++;
	breadcrumb_write(breadcrumb, &text);
	name_of(breadcrumb->machine, &line);
	line_to_string(&line, name, sizeof name);
	join(path, RESULTS_FOLDER, &line, "");
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

bool run_marker_has_folder(const struct volumes *volumes, const char *folder)
{
	char path[VOLUME_PATH];
	struct line line;

	line_clear(&line);
	line_put(&line, RESULTS_FOLDER "\\");
	line_put(&line, folder);
	line_to_string(&line, path, sizeof path);
	for (unsigned i = 0; i < volumes->count; i++)
		if (volume_has(&volumes->list[i], path))
			return true;
	return false;
}

EFI_STATUS run_marker_mark(const struct firmware *firmware, const struct volume *volume,
                           const char *path, const struct breadcrumb *breadcrumb,
                           enum breadcrumb_state state)
{
	struct breadcrumb mark = *breadcrumb;
	struct line text;

	mark.state = state;
	breadcrumb_write(&mark, &text);
	return volume_replace(firmware, volume, path, MARK, text.text, text.length);
}

enum breadcrumb_state run_marker_mark_of(const struct volume *volume, const char *path,
                                         const struct breadcrumb *breadcrumb)
{
	struct breadcrumb mark;
	struct line name;

	line_clear(&name);
	line_put(&name, MARK);
	if (!read_in(volume, path, &name, &mark) || mark.nonce != breadcrumb->nonce)
		return BREADCRUMB_NONE;
	return mark.state;
}
