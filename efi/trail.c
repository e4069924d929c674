#include "efi/trail.h"

#define NAME "tlbmark.run"
#define PATH RESULTS_FOLDER "\\" NAME

/* What was written last, if the machine was switched off before it got its name. */
#define STAGED_PATH PATH ".tmp"

static bool read_at(const struct volume *volume, const char *path,
                    struct breadcrumb *breadcrumb)
{
	char text[LINE_CAPACITY];
	UINTN bytes = sizeof text;

	*breadcrumb = (struct breadcrumb){ 0 };
	return !EFI_ERROR(volume_read(volume, path, text, &bytes)) &&
	       breadcrumb_read(breadcrumb, text, bytes) == ERR_NONE;
}

void trail_read(const struct volumes *volumes, struct breadcrumb *breadcrumb)
{
	*breadcrumb = (struct breadcrumb){ 0 };
	for (unsigned i = 0; i < volumes->count; i++) {
		struct breadcrumb here;

		if (!read_at(&volumes->list[i], PATH, &here) &&
		    !read_at(&volumes->list[i], STAGED_PATH, &here))
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
