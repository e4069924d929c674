#include "efi/delivery/deliver.h"

#include "efi/delivery/recovery_report.h"
#include "efi/delivery/upload.h"
#include "efi/firmware/console.h"

#define CONSOLE_FILE "console.txt"

#define NOT_THERE " is not there\n"

#define FOLDERS_MOST 100u

struct destination {
	const struct volume *volume;
	char folder[VOLUME_PATH];
	EFI_STATUS status;  /* an error: nothing more is tried */
	bool is_incomplete; /* what nobody can do without did not fit */
};

struct work {
	struct program *program;
	struct destination places[VOLUMES];
	unsigned count;
	struct upload upload;
	bool is_uploaded;
	const struct log_header *header;
	enum transport way;
	struct capture *capture;
	char *files; /* as large as the stream, and a little more */
	struct unpacked unpacked;
	struct outcome outcome;
};

static void print(const struct work *work, const char *text)
{
	console_print(&work->program->firmware, text);
}

static void say(const struct work *work, const struct destination *place,
                const char *what, const char *name, const char *end)
{
	console_format(&work->program->firmware, "tlbmark: %s %s: %s%s",
	               place->volume->name, what, name, end);
}

static void fail(struct work *work, struct destination *place, const char *name,
                 EFI_STATUS status)
{
	place->status = status;
	say(work, place, volume_problem(status), name, NOT_THERE);
}

/* A folder without a mark would be nobody's, and the next try would make another. */
static EFI_STATUS make_folder(const struct work *work, const struct destination *place)
{
	EFI_STATUS status = volume_make_folder(place->volume, place->folder);

	if (EFI_ERROR(status))
		return status;
	status =
		marker_file_mark(&work->program->firmware, place->volume, place->folder,
	                         &work->program->marker, RUN_MARKER_PENDING);
	if (EFI_ERROR(status))
		volume_delete(place->volume, place->folder);
	return status;
}

/*
 * results\FOLDER of an earlier try to deliver this run, or a new one, with a number
 * behind it if somebody has made one of this name meanwhile.
 */
static void open_folder(struct work *work, struct destination *place)
{
	EFI_STATUS status = volume_make_folder(place->volume, RESULTS_FOLDER);

	for (unsigned i = 1; i <= FOLDERS_MOST && !EFI_ERROR(status); i++) {
		struct line path;

		line_clear(&path);
		line_format(&path, RESULTS_FOLDER "\\%s", work->program->marker.folder);
		if (i > 1)
			line_format(&path, "-%u", i);
		line_to_string(&path, place->folder, sizeof place->folder);
		if (marker_file_mark_of(place->volume, place->folder,
		                        &work->program->marker) != RUN_MARKER_NONE)
			return;
		if (volume_has(place->volume, place->folder))
			continue;
		status = make_folder(work, place);
		if (!EFI_ERROR(status))
			return;
	}
	fail(work, place, RESULTS_FOLDER,
	     EFI_ERROR(status) ? status : EFI_ACCESS_DENIED);
}

static void open_places(struct work *work)
{
	const struct volumes *const volumes = &work->program->volumes;

	for (unsigned i = 0; i < volumes->count; i++) {
		struct destination *const place = &work->places[work->count];

		if (volumes->list[i].is_kept_out_of)
			continue;
		work->count++;
		*place = (struct destination){ .volume = &volumes->list[i] };
		open_folder(work, place);
	}
}

static void path_of(const struct destination *place, const char *name,
                    char path[VOLUME_PATH])
{
	format_text(path, VOLUME_PATH, "%s\\%s", place->folder, name);
}

/* An earlier try may have written it, or have been ended while it did. */
static bool is_there(const struct work *work, const struct destination *place,
                     const char *name, const char *bytes, size_t length)
{
	char path[VOLUME_PATH];

	path_of(place, name, path);
	return volume_has(place->volume, path) &&
	       volume_holds(&work->program->firmware, place->volume, path, bytes,
	                    length);
}

/* Without it the run tells nothing; false: what is left is worth having all the same.
 */
static bool is_needed(const char *name)
{
	return text_equal(name, file_name(FILE_MACHINE)) ||
	       text_equal(name, file_name(FILE_RESULTS)) ||
	       text_equal(name, file_name(FILE_VERIFY)) ||
	       text_equal(name, CONSOLE_FILE);
}

/* What does not fit is named, and a smaller one tried. */
static void write_file(struct work *work, const char *name, const char *bytes,
                       size_t length)
{
	for (unsigned i = 0; i < work->count && length != 0; i++) {
		struct destination *const place = &work->places[i];

		if (EFI_ERROR(place->status) ||
		    is_there(work, place, name, bytes, length))
			continue;

		/* The folder is of this run: what has the name there is no other's. */
		const EFI_STATUS status =
			volume_replace(&work->program->firmware, place->volume,
		                       place->folder, name, bytes, length);

		if (status == EFI_WARN_WRITE_FAILURE)
			say(work, place, "does not rename files", name,
			    " has .tmp behind its name\n");
		if (!EFI_ERROR(status))
			continue;
		if (status == EFI_VOLUME_FULL) {
			say(work, place, volume_problem(status), name, NOT_THERE);
			place->is_incomplete = place->is_incomplete || is_needed(name);
		} else {
			fail(work, place, name, status);
		}
	}
}

static void deliver_file(struct work *work, const char *name, struct text_slice text)
{
	write_file(work, name, text.text, text.length);
	upload_file(&work->upload, name, text.text, text.length, is_needed(name));
}

static void write_of_stream(struct work *work, enum file file)
{
	const struct text_slice text = work->unpacked.files[file];

	outcome_file(&work->outcome, file, text);
	deliver_file(work, file_name(file), text);
}

/*
 * What is needed comes first, and the samples last, because they may be more than a
 * volume holds.
 */
static void write_files(struct work *work)
{
	unpack(work->capture, log_header_stream(work->header), work->header->length,
	       work->files, &work->unpacked);
	for (unsigned i = 0; i < FILE_COUNT; i++)
		if (is_needed(file_name((enum file)i)))
			write_of_stream(work, (enum file)i);
	deliver_file(work, CONSOLE_FILE, work->unpacked.console);
	for (unsigned i = 0; i < FILE_COUNT; i++)
		if (!is_needed(file_name((enum file)i)) && i != FILE_SAMPLES)
			write_of_stream(work, (enum file)i);
	write_of_stream(work, FILE_SAMPLES);
}

static bool has_arrived(const struct destination *place)
{
	return !EFI_ERROR(place->status) && !place->is_incomplete;
}

static bool is_on_volume(const struct work *work)
{
	for (unsigned i = 0; i < work->count; i++)
		if (has_arrived(&work->places[i]))
			return true;
	return false;
}

/* For a start that finds the run marker as it was before the files were written. */
static void mark_places(const struct work *work)
{
	for (unsigned i = 0; i < work->count; i++) {
		const struct destination *const place = &work->places[i];
		char path[VOLUME_PATH];

		if (!has_arrived(place))
			continue;
		path_of(place, DELIVER_UNFINISHED, path);
		volume_delete(place->volume, path);
		(void)marker_file_mark(&work->program->firmware, place->volume,
		                       place->folder, &work->program->marker,
		                       RUN_MARKER_DELIVERED);
	}
}

/* For the last line, which says where the results are. */
static void put_places(const struct work *work, struct line *line)
{
	const char *separator = "tlbmark: your results are in ";

	line_clear(line);
	for (unsigned i = 0; i < work->count; i++) {
		const struct destination *const place = &work->places[i];

		if (!has_arrived(place))
			continue;
		line_format(line, "%s\\%s on %s", separator, place->folder,
		            place->volume->name);
		separator = "\n         and in ";
	}
	if (line->length != 0)
		line_put(line, "\n");
}

static bool is_for_server(const struct work *work)
{
	return (work->program->marker.transports & (uint32_t)TRANSPORT_HTTP) != 0;
}

/* By how they came home: what waits in variables outlives the power, too. */
static void print_where_they_wait(const struct work *work)
{
	const bool in_ram = work->way == TRANSPORT_RAM;

	console_format(&work->program->firmware,
	               "tlbmark: NO %s has taken the results.  They wait in %s:\n"
	               "         %s, and start %s again%s\n",
	               is_for_server(work) ? "server" : "volume",
	               in_ram ? "RAM" : "the firmware's variables",
	               is_for_server(work) ? "mend what is said above"
	                                   : "make room on the stick",
	               is_for_server(work) ? "the program" : "from it",
	               in_ram ? " without switching the machine off" : "");
}

static void print_outcome(const struct work *work)
{
	recovery_report_print(&work->program->firmware, work->header,
	                      &work->unpacked.run, &work->outcome);
	if (!is_on_volume(work) && !work->is_uploaded)
		print_where_they_wait(work);
	if (is_on_volume(work) && is_for_server(work) && !work->is_uploaded)
		print(work, "tlbmark: the server does NOT have the results, and they "
		            "are not sent again:\n"
		            "         copy them there\n");
}

/* What is too small for the stream is too small for nothing else. */
static bool open_buffers(struct work *work)
{
	EFI_BOOT_SERVICES *const boot = work->program->firmware.table->BootServices;
	const UINTN room = work->header->length + UNPACK_EXTRA;

	return !EFI_ERROR(boot->AllocatePool(EfiLoaderData, sizeof *work->capture,
	                                     (void **)&work->capture)) &&
	       !EFI_ERROR(
		       boot->AllocatePool(EfiLoaderData, room, (void **)&work->files));
}

struct delivery deliver(struct program *program, const struct log_header *header,
                        enum transport way)
{
	struct work work = { .program = program, .header = header, .way = way };
	struct delivery delivery = { .status = RUN_NOT_FINISHED };

	line_clear(&delivery.places);
	if (!open_buffers(&work)) {
		print(&work, "tlbmark: no memory to unpack the results\n");
		return delivery;
	}
	open_places(&work);
	upload_open(program, &work.upload);
	write_files(&work);
	work.is_uploaded = upload_close(&work.upload);
	mark_places(&work);
	print_outcome(&work);
	delivery.is_on_volume = is_on_volume(&work);
	delivery.is_uploaded = work.is_uploaded;
	if (work.unpacked.run.done)
		delivery.status = work.unpacked.run.status;
	put_places(&work, &delivery.places);
	return delivery;
}

/* Without a number behind it: the first, or only, of this name. */
static void usual_folder(const struct program *program, char folder[VOLUME_PATH])
{
	format_text(folder, VOLUME_PATH, RESULTS_FOLDER "\\%s", program->marker.folder);
}

bool deliver_is_done(const struct program *program)
{
	char path[VOLUME_PATH];

	usual_folder(program, path);
	for (unsigned i = 0; i < program->volumes.count; i++)
		if (marker_file_mark_of(&program->volumes.list[i], path,
		                        &program->marker) == RUN_MARKER_DELIVERED)
			return true;
	return false;
}

void deliver_note(struct program *program, const char *name, const char *text,
                  size_t length)
{
	struct work work = { .program = program };

	open_places(&work);
	write_file(&work, name, text, length);
	for (unsigned i = 0; i < work.count; i++) {
		const struct destination *const place = &work.places[i];

		if (!EFI_ERROR(place->status))
			(void)marker_file_mark(&program->firmware, place->volume,
			                       place->folder, &program->marker,
			                       RUN_MARKER_UNFINISHED);
	}
}
