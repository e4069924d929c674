/*
 * The harness on a modelled machine: silicon MACHINE-FILE [KEY=VALUE ...], with the
 * options of tlbmark.cfg.  The record stream goes to standard output.
 *
 * Exit status: that of the run; 2 for a machine or an option that is none, 3 for want
 * of something on this computer.
 */
#include "lib/x86/stack.h"
#include "tests/silicon/host/connect.h"
#include "tests/silicon/host/entry.h"
#include "tests/silicon/host/program.h"
#include "tests/silicon/host/registers.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { USAGE = 2, MISSING = 3 };

#define FILE_BYTES 65536u
#define DECODED 65536u /* instructions that are kept */

static const char usage[] =
	"usage: silicon [--erratum TEXT]... [--config FILE] [--check] MACHINE-FILE\n"
	"               [KEY=VALUE ...]\n"
	"  --erratum TEXT  one more than the file has, as a line of it says it\n"
	"  --config FILE   a tlbmark.cfg\n"
	"  --check         reads the file, and ends\n";

_Noreturn void host_give_up(const char *what, uint64_t value)
{
	fflush(stdout);
	fprintf(stderr, "silicon: %s 0x%llx\n", what, (unsigned long long)value);
	exit(MISSING);
}

static _Noreturn void refuse(const char *what, const char *why)
{
	fprintf(stderr, "silicon: %s: %s\n", what, why);
	exit(USAGE);
}

/* A file of text, which ends with a NUL. */
static size_t read_text(const char *path, char text[FILE_BYTES])
{
	FILE *const file = fopen(path, "re");
	size_t length;

	if (file == NULL)
		refuse(path, strerror(errno));
	length = fread(text, 1, FILE_BYTES, file);
	if (ferror(file) != 0 || length == FILE_BYTES)
		refuse(path, "cannot be read, or is longer than 64 KiB");
	fclose(file);
	text[length] = '\0';
	return length;
}

static void read_machine(const char *path, struct machine_params *params)
{
	static char text[FILE_BYTES];
	struct silicon_error error;

	(void)read_text(path, text);
	if (!machine_params_read(text, path, params, &error)) {
		fprintf(stderr, "silicon: %s\n", error.text);
		exit(USAGE);
	}
}

static void read_config(struct config *config, const char *path)
{
	static char text[FILE_BYTES];
	const size_t length = read_text(path, text);

	config_read_file(config, "tlbmark.cfg", text, length);
}

static void take_erratum(struct machine_params *params, const char *text)
{
	struct silicon_error error;

	if (machine_params_add_erratum(params, text, &error))
		return;
	fprintf(stderr, "silicon: --erratum: %s\n", error.text);
	exit(USAGE);
}

/* One by one, as a command line may have blanks in a word. */
static void take_words(struct config *config, int count, char **words)
{
	for (int i = 0; i < count; i++) {
		if (strchr(words[i], '=') == NULL)
			refuse(words[i], "not KEY=VALUE");
		config_read_file(config, "command line", words[i], strlen(words[i]));
	}
}

static void open_host(const struct machine_params *params, uint64_t seed)
{
	struct host *const host = host_here();
	const char *problem = NULL;

	if (mmap(host, sizeof *host, PROT_READ | PROT_WRITE,
	         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != host)
		problem = strerror(errno);
	else
		problem = ram_open(&host->ram);
	if (problem != NULL) {
		fprintf(stderr, "silicon: memory at fixed addresses: %s\n", problem);
		exit(MISSING);
	}
	connect_to_model(&host->bus);
	host->silicon = silicon_open(params,
	                             &(struct silicon_memory){
					     .read = ram_read,
					     .write = ram_write,
					     .of = &host->ram,
				     },
	                             seed);
	host->entries = entries_open();
	if (host->silicon == NULL || host->entries == NULL ||
	    !interpreter_open(&host->interpreter, &host->bus, DECODED))
		host_give_up("no memory for the model, bytes", sizeof *host);
	registers_reset(host);
}

struct choices {
	const char *errata[ERRATA_MOST];
	unsigned erratum_count;
	const char *config;
	bool check;
};

/* Leaves optind at the machine's file. */
static void take_options(struct choices *choices, int argc, char **argv)
{
	static const struct option options[] = {
		{ "erratum", required_argument, NULL, 'e' },
		{ "config", required_argument, NULL, 'f' },
		{ "check", no_argument, NULL, 'c' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 'e' && choices->erratum_count < ERRATA_MOST)
			choices->errata[choices->erratum_count++] = optarg;
		else if (option == 'f')
			choices->config = optarg;
		else if (option == 'c')
			choices->check = true;
		else
			refuse("usage", usage);
	}
	if (optind == argc)
		refuse("usage", usage);
}

int main(int argc, char **argv)
{
	static struct machine_params params;
	static struct config config;
	struct choices choices = { .check = false };

	take_options(&choices, argc, argv);
	read_machine(argv[optind], &params);
	for (unsigned i = 0; i < choices.erratum_count; i++)
		take_erratum(&params, choices.errata[i]);
	config = config_default();
	if (choices.config != NULL)
		read_config(&config, choices.config);
	take_words(&config, argc - optind - 1, argv + optind + 1);
	if (choices.check)
		return 0;
	open_host(&params, config.seed);

	struct program *const program = program_build(&config);

	if (program == NULL)
		host_give_up("not enough memory for tables and stacks below",
		             RAM_AT + RAM_BYTES);
	stack_switch(program->stack_top, program_run, program);
}
