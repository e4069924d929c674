#include "efi/deliver.h"

#include "efi/console.h"
#include "lib/outcome.h"
#include "lib/unpack.h"

/* Where it is, all the others are. */
#define LAST_FILE "console.txt"

#define FOLDERS_MOST 100u

struct destination {
	const struct volume *volume;
	char folder[VOLUME_PATH];
	EFI_STATUS status;
};

struct work {
	struct program *program;
	struct destination places[VOLUMES];
	unsigned count;
	const struct seal *seal;
	enum transport way;
	struct capture *capture;
	char *file; /* as large as the stream, and a little more */
	struct outcome outcome;
	struct unpack_run run;
};

static void print(const struct work *work, const char *text)
{
	console_print(&work->program->firmware, text);
}

static void fail(struct work *work, struct destination *place, const char *name,
                 EFI_STATUS status)
{
	place->status = status;
	print(work, "tlbmark: ");
	print(work, place->volume->name);
	print(work, " ");
	print(work, volume_problem(status));
	print(work, ": ");
	print(work, name);
	print(work, " is not there\n");
}

/* results\FOLDER, or with a number behind it, which is not there yet. */
static void open_folder(struct work *work, struct destination *place)
{
	EFI_STATUS status = volume_make_folder(place->volume, RESULTS_FOLDER);

	for (unsigned i = 1; i <= FOLDERS_MOST && !EFI_ERROR(status); i++) {
		struct line line;

		line_clear(&line);
		line_put(&line, RESULTS_FOLDER "\\");
		line_put(&line, work->program->trail.folder);
		if (i > 1) {
			line_put_char(&line, '-');
			line_put_u64(&line, i);
		}
		line_to_string(&line, place->folder, sizeof place->folder);
		if (volume_has(place->volume, place->folder))
			continue;
		status = volume_make_folder(place->volume, place->folder);
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
		struct destination *const place = &work->places[work->count++];

		*place = (struct destination){ .volume = &volumes->list[i] };
		open_folder(work, place);
	}
}

static void write_file(struct work *work, const char *name, const char *bytes,
                       size_t length)
{
	for (unsigned i = 0; i < work->count && length != 0; i++) {
		struct destination *const place = &work->places[i];

		if (EFI_ERROR(place->status))
			continue;

		const EFI_STATUS status =
			volume_write(&work->program->firmware, place->volume,
		                     place->folder, name, bytes, length);

		if (EFI_ERROR(status))
			fail(work, place, name, status);
	}
}

static void note_outcome(struct work *work, enum file file, size_t length)
{
	const struct text_slice text = { work->file, length };

	if (file == FILE_RESULTS)
		outcome_rows(&work->outcome, text);
	if (file == FILE_MACHINE)
		outcome_timing(&work->outcome, text);
}

static void write_files(struct work *work)
{
	const char *const stream = seal_stream(work->seal);
	const size_t length = work->seal->length;

	for (unsigned i = 0; i < FILE_COUNT; i++) {
		const enum file file = (enum file)i;
		const size_t bytes = unpack_file(work->capture, stream, length,
		                                 file_name(file), work->file);

		note_outcome(work, file, bytes);
		write_file(work, file_name(file), work->file, bytes);
	}
	write_file(
		work, LAST_FILE, work->file,
		unpack_console(work->capture, stream, length, work->file, &work->run));
}

static bool arrived(const struct work *work)
{
	for (unsigned i = 0; i < work->count; i++)
		if (!EFI_ERROR(work->places[i].status))
			return true;
	return false;
}

/* The last line says where the results are. */
static void print_places(const struct work *work)
{
	const char *separator = "tlbmark: your results are in ";

	for (unsigned i = 0; i < work->count; i++) {
		const struct destination *const place = &work->places[i];

		if (EFI_ERROR(place->status))
			continue;
		print(work, separator);
		print(work, "\\");
		print(work, place->folder);
		print(work, " on ");
		print(work, place->volume->name);
		separator = "\n         and in ";
	}
	print(work, "\n");
}

static void print_outcome(const struct work *work)
{
	struct line line;
	char text[200];

	outcome_write(&work->outcome, &line);
	line_to_string(&line, text, sizeof text);
	print(work, "tlbmark: run ");
	print(work, work->seal->run_id);
	print(work, ": ");
	print(work, outcome_verdict(work->run.done, work->run.status,
	                            (work->seal->flags & SEAL_CUT) != 0));
	print(work, "\n");
	print(work, text);
	if (arrived(work))
		print_places(work);
	else
		print(work,
		      work->way == TRANSPORT_RAM
		              ? "tlbmark: NO volume has taken the results.  They wait "
		                "in RAM: make room on the\nstick, and start from it "
		                "again without switching the machine off\n"
		              : "tlbmark: NO volume has taken the results.  They wait "
		                "in the firmware's variables:\nmake room on the "
		                "stick, and start from it again\n");
}

/* What is too small for the stream is too small for nothing else. */
static bool open_buffers(struct work *work)
{
	EFI_BOOT_SERVICES *const boot = work->program->firmware.table->BootServices;
	const UINTN room = work->seal->length + LINE_CAPACITY;

	return !EFI_ERROR(boot->AllocatePool(EfiLoaderData, sizeof *work->capture,
	                                     (void **)&work->capture)) &&
	       !EFI_ERROR(
		       boot->AllocatePool(EfiLoaderData, room, (void **)&work->file));
}

struct delivery deliver(struct program *program, const struct seal *seal,
                        enum transport way)
{
	struct work work = { .program = program, .seal = seal, .way = way };

	if (!open_buffers(&work)) {
		print(&work, "tlbmark: no memory to unpack the results\n");
		return (struct delivery){ .status = RUN_NOT_FINISHED };
	}
	open_places(&work);
	write_files(&work);
	print_outcome(&work);
	return (struct delivery){
		.arrived = arrived(&work),
		.status = work.run.done ? work.run.status : RUN_NOT_FINISHED,
	};
}

/* Without a number behind it: the first, or only, of this name. */
static void usual_folder(const struct program *program, char folder[VOLUME_PATH])
{
	struct line line;

	line_clear(&line);
	line_put(&line, RESULTS_FOLDER "\\");
	line_put(&line, program->trail.folder);
	line_to_string(&line, folder, VOLUME_PATH);
}

bool deliver_is_done(const struct program *program)
{
	char path[VOLUME_PATH];
	struct line line;

	usual_folder(program, path);
	line_clear(&line);
	line_put(&line, path);
	line_put(&line, "\\" LAST_FILE);
	line_to_string(&line, path, sizeof path);
	for (unsigned i = 0; i < program->volumes.count; i++)
		if (volume_has(&program->volumes.list[i], path))
			return true;
	return false;
}

void deliver_note(struct program *program, const char *name, const char *text,
                  size_t length)
{
	struct work work = { .program = program };

	for (unsigned i = 0; i < program->volumes.count; i++) {
		struct destination *const place = &work.places[work.count++];

		*place = (struct destination){ .volume = &program->volumes.list[i] };
		usual_folder(program, place->folder);
		place->status = volume_make_folder(place->volume, RESULTS_FOLDER);
		if (!EFI_ERROR(place->status))
			place->status =
				volume_make_folder(place->volume, place->folder);
	}
	write_file(&work, name, text, length);
}
