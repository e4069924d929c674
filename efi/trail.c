#include "efi/trail.h"

#define NAME "tlbmark.run"
#define PATH RESULTS_FOLDER "\\" NAME

/* What was written last, if the machine was switched off before it got its name. */
#define STAGED ".tmp"

static bool read_one(const struct volume *volume, const char *path,
                     struct breadcrumb *breadcrumb)
{
	char text[LINE_CAPACITY];
	UINTN bytes = sizeof text;

	*breadcrumb = (struct breadcrumb){ 0 };
	return !EFI_ERROR(volume_read(volume, path, text, &bytes)) &&
	       breadcrumb_read(breadcrumb, text, bytes) == ERR_NONE;
}

static bool read_in(const struct volume *volume, const char *folder,
                    struct breadcrumb *breadcrumb)
{
	char path[VOLUME_PATH];
	struct line line;

	line_clear(&line);
	line_put(&line, folder);
	line_put(&line, "\\" NAME);
	line_to_string(&line, path, sizeof path);
	if (read_one(volume, path, breadcrumb))
		return true;
	line_put(&line, STAGED);
	line_to_string(&line, path, sizeof path);
	return read_one(volume, path, breadcrumb);
}

void trail_read(const struct volumes *volumes, struct breadcrumb *breadcrumb)
{
	*breadcrumb = (struct breadcrumb){ 0 };
	for (unsigned i = 0; i < volumes->count; i++) {
		struct breadcrumb here;

		if (!read_in(&volumes->list[i], RESULTS_FOLDER, &here))
			continue;
		if (breadcrumb->state == BREADCRUMB_NONE ||
		    (breadcrumb->state != BREADCRUMB_PENDING &&
		     here.state == BREADCRUMB_PENDING))
			*breadcrumb = here;
	}
}

/* The old one goes only when its successor is whole beside it. */
static EFI_STATUS replace(const struct volumes *volumes, const struct volume *volume,
                          const struct line *text)
{
	const EFI_STATUS status = volume_make_folder(volume, RESULTS_FOLDER);

	if (EFI_ERROR(status))
		return status;
	return volume_replace(volumes->firmware, volume, RESULTS_FOLDER, NAME,
	                      text->text, text->length);
}

/* One on each volume that had one, lest an old one is taken for news. */
EFI_STATUS trail_write(const struct volumes *volumes,
                       const struct breadcrumb *breadcrumb)
{
	EFI_STATUS status = EFI_NOT_FOUND;
	bool written = false;
	struct line text;

	breadcrumb_write(breadcrumb, &text);
	for (unsigned i = 0; i < volumes->count; i++) {
		const struct volume *const volume = &volumes->list[i];

		if (written && !volume_has(volume, PATH))
			continue;
		status = replace(volumes, volume, &text);
		written = written || !EFI_ERROR(status);
	}
	return written ? EFI_SUCCESS : status;
}

bool trail_has_folder(const struct volumes *volumes, const char *folder)
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

EFI_STATUS trail_mark(const struct firmware *firmware, const struct volume *volume,
                      const char *path, const struct breadcrumb *breadcrumb,
                      enum breadcrumb_state state)
{
	struct breadcrumb mark = *breadcrumb;
	struct line text;

	mark.state = state;
	breadcrumb_write(&mark, &text);
	return volume_replace(firmware, volume, path, NAME, text.text, text.length);
}

enum breadcrumb_state trail_mark_of(const struct volume *volume, const char *path,
                                    const struct breadcrumb *breadcrumb)
{
	struct breadcrumb mark;

	if (!read_in(volume, path, &mark) || mark.nonce != breadcrumb->nonce)
		return BREADCRUMB_NONE;
	return mark.state;
}
