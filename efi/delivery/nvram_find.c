/* What a run has left in variables of the firmware, at the next start. */
#include "efi/delivery/nvram.h"
#include "efi/firmware/console.h"
#include "efi/ram_log/nvram_variable.h"
#include "efi/takeover/program.h"
#include "lib/codes/replay.h"
#include "lib/stream/memory_sink.h"

/* 16 KiB of codes hold less, or what they hold is not ours. */
#define STREAM_BYTES (UINTN)(2u << 20)

static void print(const struct program *program, const char *text)
{
	console_print(&program->firmware, text);
}

struct finding {
	struct program *program;
	struct replay replay;
	bool cut; /* not all of the run went in */
};

static void ignore(void *context, unsigned file, const struct line *line)
{
	(void)context;
	(void)file;
	(void)line;
}

/* What was left out is said in a line of its own. */
static void take(void *context, unsigned file, const struct line *line)
{
	struct finding *const finding = context;
	char text[200];

	replay_line(&finding->replay, file, line);
	if (file != PACK_RECORD || line->length == 0 || line->text[0] == '@')
		return;
	finding->cut = true;
	line_to_string(line, text, sizeof text);
	print(finding->program, text);
	print(finding->program, "\n");
}

/* The bytes of a code, which are in nvram.back then; 0 if that is none. */
static size_t read_code(struct program *program, unsigned number,
                        struct pack_header *header)
{
	struct nvram *const nvram = &program->nvram;
	struct nvram_variable access = {
		.runtime = program->firmware.table->RuntimeServices,
		.number = number,
		.size = sizeof nvram->back,
		.bytes = nvram->back,
	};

	nvram_get(&access);
	if (EFI_ERROR(access.status) ||
	    pack_read_header(nvram->back, access.size, header) != ERR_NONE ||
	    header->number != number)
		return 0;
	return access.size;
}

static bool is_of_run(const struct program *program, const struct pack_header *header)
{
	const struct nvram_run run = nvram_run_of(&program->marker);

	return header->run == pack_run(run.text);
}

/* Lines are known to be right at a code's end only, so it is read before it is taken.
 */
static bool take_code(struct finding *finding, unsigned number,
                      struct pack_header *header)
{
	struct nvram *const nvram = &finding->program->nvram;
	const size_t bytes = read_code(finding->program, number, header);

	return bytes != 0 && is_of_run(finding->program, header) &&
	       pack_read(nvram->back, bytes, &nvram->packer, ignore, NULL) ==
	               ERR_NONE &&
	       pack_read(nvram->back, bytes, &nvram->packer, take, finding) == ERR_NONE;
}

static unsigned take_codes(struct finding *finding, unsigned *count)
{
	unsigned found = 0;

	*count = 0;
	for (unsigned number = 1; number <= NVRAM_CODES; number++) {
		struct pack_header header;

		if (!take_code(finding, number, &header))
			continue;
		found++;
		*count = header.count;
	}
	return found;
}

static void print_found(const struct program *program, unsigned found, unsigned count)
{
	console_format(&program->firmware,
	               "tlbmark: the firmware's variables have %u of %u parts of the "
	               "results\n",
	               found, count);
}

/* With a beginning, should the code be missing that has it: else it is no run. */
static void begin_stream(const struct program *program, struct sink *sink)
{
	struct line line;

	line_clear(&line);
	line_format(&line, "@run %s\n", program->marker.run_id);
	sink->write(sink, line.text, line.length);
}

const struct log_header *nvram_find(struct program *program)
{
	EFI_BOOT_SERVICES *const boot = program->firmware.table->BootServices;
	struct finding finding = { .program = program };
	struct memory_sink sink;
	struct log_header *header = NULL;
	unsigned count = 0;

	if (EFI_ERROR(
		    boot->AllocatePool(EfiLoaderData, STREAM_BYTES, (void **)&header)))
		return NULL;
	memory_sink_open(&sink, (char *)(header + 1), STREAM_BYTES - sizeof *header);
	begin_stream(program, &sink.sink);
	replay_begin(&finding.replay, &sink.sink);

	const unsigned found = take_codes(&finding, &count);

	replay_end(&finding.replay);
	if (found == 0) {
		print(program,
		      "tlbmark: the firmware's variables have nothing of it\n");
		boot->FreePool(header);
		return NULL;
	}
	print_found(program, found, count);
	log_header_open(header, program->marker.run_id, program->marker.nonce);
	log_header_close(header, sink.length,
	                 finding.cut || found != count || sink.full ? LOG_HEADER_CUT
	                                                            : 0);
	return header;
}

void nvram_forget(struct program *program)
{
	EFI_RUNTIME_SERVICES *const runtime = program->firmware.table->RuntimeServices;
	struct pack_header header;

	for (unsigned number = 1; number <= NVRAM_CODES; number++)
		if (read_code(program, number, &header) == 0 ||
		    is_of_run(program, &header))
			nvram_delete(runtime, number);
}
