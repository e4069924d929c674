/*
 * Reads the serial line of a run from standard input, shows its progress, and leaves
 * the files that came whole in a directory.  Given the logs of serial lines, it does
 * so with every run in them (follow.h).
 *
 * Exit status: that of the run's @done record; 4 if the run did not end or lost
 * something on the way, 5 if none began, 2 and 3 for its own usage and I/O errors,
 * 128 + N after signal N.  Of logs: the worst of their runs.
 */
#include "host/follow.h"
#include "host/say.h"
#include "host/session.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

enum { USAGE = 2, IO_ERROR = 3 };

struct options {
	const char *dir;
	const char *log;
	const char *started_file;
	enum progress_mode mode;
	bool verbose;
	bool partial;
	bool split;           /* LOGs are read, not standard input */
	bool follow;          /* and what is written to them */
	char **logs;          /* of serial lines, up to NULL */
	double start_timeout; /* seconds; 0: none */
	double timeout;
};

static const char usage[] =
	"usage: capture --out DIR [options] <STREAM\n"
	"       capture --out DIR --split|--follow [--timeout S] LOG...\n"
	"  --out DIR            where the files go; may not hold a run already; of\n"
	"                       LOGs in DIR/LOG/ID, LOG without its suffix\n"
	"  --split              all runs in LOGs of serial lines\n"
	"  --follow             and what is written to them, until a signal\n"
	"  --log FILE           copy of everything read\n"
	"  --mode MODE          progress as one line of a tty, as lines, or quiet\n"
	"  --started-file FILE  gets the run's id and the seconds until @run\n"
	"  --start-timeout S    give up without @run after S seconds\n"
	"  --timeout S          give up after S seconds\n"
	"  --verbose            show the console and the rows too\n"
	"  --partial            whole files may be left out, as in QR codes\n";

static bool parse_mode(const char *text, enum progress_mode *mode)
{
	static const char *const names[] = {
		[PROGRESS_TTY] = "tty",
		[PROGRESS_LINES] = "lines",
		[PROGRESS_QUIET] = "quiet",
	};

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(text, names[i]) == 0) {
			*mode = (enum progress_mode)i;
			return true;
		}
	}
	return false;
}

static bool parse_seconds(const char *text, double *seconds)
{
	char *end;

	*seconds = strtod(text, &end);
	return end != text && *end == '\0' && *seconds > 0 && *seconds < 1e6;
}

static bool parse_option(struct options *o, int option, const char *value)
{
	switch (option) {
	case 'o':
		o->dir = value;
		return true;
	case 'l':
		o->log = value;
		return true;
	case 'm':
		return parse_mode(value, &o->mode);
	case 'f':
		o->started_file = value;
		return true;
	case 's':
		return parse_seconds(value, &o->start_timeout);
	case 't':
		return parse_seconds(value, &o->timeout);
	case 'v':
		o->verbose = true;
		return true;
	case 'p':
		o->partial = true;
		return true;
	case 'S':
		o->split = true;
		return true;
	case 'F':
		o->split = o->follow = true;
		return true;
	default:
		return false;
	}
}

/* What means nothing where several runs are read. */
static bool is_of_one_stream(const struct options *o)
{
	return o->log != NULL || o->started_file != NULL || o->start_timeout != 0 ||
	       o->partial || o->verbose;
}

static bool parse_options(struct options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "out", required_argument, NULL, 'o' },
		{ "log", required_argument, NULL, 'l' },
		{ "mode", required_argument, NULL, 'm' },
		{ "started-file", required_argument, NULL, 'f' },
		{ "start-timeout", required_argument, NULL, 's' },
		{ "timeout", required_argument, NULL, 't' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "partial", no_argument, NULL, 'p' },
		{ "split", no_argument, NULL, 'S' },
		{ "follow", no_argument, NULL, 'F' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (parse_option(o, option, optarg))
			continue;
		if (option != '?')
			say("'%s' is no value for this option\n", optarg);
		return false;
	}
	o->logs = argv + optind;
	if (o->dir == NULL || (o->logs[0] != NULL) != o->split)
		return false;
	return !o->split || !is_of_one_stream(o);
}

static volatile sig_atomic_t caught;

static void note_signal(int number)
{
	caught = number;
}

/* Signals are let in only while waiting, so that none is overlooked before a wait. */
static void block_signals(sigset_t *while_waiting)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	const struct sigaction action = { .sa_handler = note_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		sigaddset(&blocked, numbers[i]);
		sigaction(numbers[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, while_waiting);
	/* The files matter more than a reader of what is shown. */
	signal(SIGPIPE, SIG_IGN);
}

/*
 * Shortens *wait to what is left of a limit of so many seconds, 0 being none; false
 * if nothing is left.
 */
static bool within(double limit, double now, double *wait)
{
	if (limit == 0)
		return true;
	if (limit - now < *wait)
		*wait = limit - now;
	return now < limit;
}

static void read_stream(struct session *s, FILE *log)
{
	char bytes[4096];
	const ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);

	if (count == 0)
		s->ending = "the stream ended";
	if (count < 0 && errno != EINTR && errno != EAGAIN) {
		say_error("reading");
		s->io_error = true;
	}
	if (count <= 0)
		return;
	session_push(s, bytes, (size_t)count);
	if (log == NULL)
		return;
	if (fwrite(bytes, 1, (size_t)count, log) != (size_t)count || fflush(log) != 0) {
		say_error("writing the log");
		s->io_error = true;
	}
}

static void read_to_the_end(struct session *s, const struct options *o, FILE *log)
{
	sigset_t while_waiting;

	block_signals(&while_waiting);
	while (!session_is_over(s)) {
		const double now = session_time(s);
		double wait = 0.5; /* so that the time on the screen goes on */
		fd_set input;

		if (!within(o->timeout, now, &wait))
			s->ending = "the time is up";
		else if (!s->running && !within(o->start_timeout, now, &wait))
			s->ending = "the time to start is up";
		if (s->ending != NULL)
			break;

		const struct timespec time = { .tv_nsec = (long)(wait * 999999999) };
		FD_ZERO(&input);
		FD_SET(STDIN_FILENO, &input);
		if (pselect(STDIN_FILENO + 1, &input, NULL, NULL, &time,
		            &while_waiting) > 0)
			read_stream(s, log);
		else
			progress_redraw(&s->progress, session_time(s));
		if (caught != 0) {
			s->signal = caught;
			s->ending = "interrupted";
		}
	}
}

/*
 * A descriptor that is closed would be given to the next file of the run, and what is
 * meant for people would be written between its rows.
 */
static bool occupy_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	struct options options = {
		.mode = isatty(STDOUT_FILENO) ? PROGRESS_TTY : PROGRESS_LINES,
	};
	static struct session session;
	FILE *log = NULL;

	if (!occupy_standard_descriptors())
		return IO_ERROR;
	if (!parse_options(&options, argc, argv)) {
		fputs(usage, stderr);
		return USAGE;
	}
	if (options.split)
		return follow_logs(options.logs, &(struct follow){
							 .dir = options.dir,
							 .waits = options.follow,
							 .timeout = options.timeout,
						 });
	if (delivery_is_taken(options.dir))
		return USAGE;
	if (options.log != NULL) {
		log = fopen(options.log, "we");
		if (log == NULL) {
			say_error(options.log);
			return IO_ERROR;
		}
	}
	session.delivery.dir = options.dir;
	session.delivery.partial = options.partial;
	session.progress.mode = options.mode;
	session.started_file = options.started_file;
	session.verbose = options.verbose;
	session_begin(&session);
	read_to_the_end(&session, &options, log);
	return session_end(&session);
}
