#include "host/follow.h"

#include "host/say.h"
#include "host/session.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { USAGE = 2, IO_ERROR = 3, UNFINISHED = 4, NO_RUN = 5 };

#define POLL_NS 200000000L

/* A serial line: its log, and the run that it is in. */
struct serial_line {
	const char *path;
	char name[NAME_MAX + 1]; /* of the log, without its suffix */
	int fd;
	bool failed;
	off_t at;
	struct session *session;
	/* The line of text that has not ended yet: a run begins with a whole one. */
	char text[CAPTURE_LINE_MAX + 2];
	size_t length;
};

struct lines {
	const struct follow *options;
	struct serial_line *lines;
	unsigned count, runs;
	int worst;
};

static volatile sig_atomic_t caught;

static void note_signal(int number)
{
	caught = number;
}

/* What went wrong with files outweighs what was cut, and that what the machine says. */
static int worse(int a, int b)
{
	static const int order[] = { IO_ERROR, UNFINISHED };

	for (unsigned i = 0; i < sizeof order / sizeof order[0]; i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a > b ? a : b;
}

static struct session *new_session(const struct lines *all,
                                   const struct serial_line *line)
{
	struct session *const session = calloc(1, sizeof *session);

	if (session == NULL)
		return NULL;
	session->parent = all->options->dir;
	session->line = line->name;
	session->progress.mode = PROGRESS_QUIET;
	session_begin(session);
	return session;
}

/* The text of an end is the reader's: nothing was wrong before a run. */
static void end_session(struct lines *all, struct serial_line *line, const char *why)
{
	struct session *const s = line->session;

	line->session = NULL;
	if (s == NULL)
		return;
	if (s->ending == NULL)
		s->ending = why;
	if (s->running) {
		const int status = session_end(s);

		all->runs++;
		all->worst = worse(all->worst, status);
		printf("%s: %s: %s, status %d\n", line->path, s->folder,
		       status == UNFINISHED || status == IO_ERROR ? "not whole"
		                                                  : "whole",
		       status);
		fflush(stdout);
	}
	free(s);
}

/* A whole line of text, or as much of a long one as fits. */
static void push(struct lines *all, struct serial_line *line)
{
	say_about(line->path);
	for (unsigned runs = 0; runs < 2; runs++) {
		if (line->session == NULL)
			line->session = new_session(all, line);
		if (line->session == NULL) {
			line->failed = true;
			break;
		}
		session_push(line->session, line->text, line->length);
		if (!session_is_over(line->session))
			break;

		/* The line that began another run belongs to that one. */
		const bool is_next = line->session->restarted;

		end_session(all, line, NULL);
		if (!is_next)
			break;
	}
	line->length = 0;
}

static void take(struct lines *all, struct serial_line *line, const char *bytes,
                 size_t count)
{
	for (size_t i = 0; i < count && !line->failed; i++) {
		line->text[line->length++] = bytes[i];
		if (bytes[i] == '\n' || line->length == sizeof line->text)
			push(all, line);
	}
}

/* False at its end. */
static bool read_log(struct lines *all, struct serial_line *line)
{
	static char bytes[65536];
	const ssize_t count = read(line->fd, bytes, sizeof bytes);

	if (count < 0 && errno == EINTR)
		return true;
	if (count < 0) {
		say_about(line->path);
		say_error("reading");
		line->failed = true;
	}
	if (count <= 0)
		return false;
	line->at += count;
	take(all, line, bytes, (size_t)count);
	return true;
}

/* False where there is no file of that name, or it cannot be read, which is said. */
static bool open_log(struct serial_line *line, int *fd, bool may_lack)
{
	*fd = open(line->path, O_RDONLY | O_CLOEXEC);
	if (*fd >= 0)
		return true;
	if (may_lack && errno == ENOENT)
		return false;
	say_about(NULL);
	say_error(line->path);
	line->failed = true;
	return false;
}

/*
 * At its end: whoever keeps logs short gives the name to a new one, or cuts it.  The
 * old one may have grown since it was read, and is read to its end first.  One that is
 * not there at the moment is waited for.
 */
static void look_for_another(struct lines *all, struct serial_line *line)
{
	struct stat now, ours;
	int fd;

	if (stat(line->path, &now) != 0 || fstat(line->fd, &ours) != 0)
		return;
	if (now.st_ino == ours.st_ino && now.st_dev == ours.st_dev &&
	    now.st_size >= line->at)
		return;
	if (!open_log(line, &fd, true))
		return;
	while (read_log(all, line))
		;
	close(line->fd);
	line->fd = fd;
	line->at = 0;
}

/* One round over all; false if none had anything. */
static bool read_all(struct lines *all)
{
	bool any = false;

	for (unsigned i = 0; i < all->count; i++) {
		struct serial_line *const line = &all->lines[i];

		if (line->failed)
			continue;
		if (read_log(all, line))
			any = true;
		else if (all->options->waits && !line->failed)
			look_for_another(all, line);
	}
	return any;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static const char *read_to_the_end(struct lines *all)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };
	const double began = seconds(), limit = all->options->timeout;

	while (caught == 0) {
		const bool any = read_all(all);

		if (limit != 0 && seconds() - began >= limit)
			return "the time is up";
		if (!any && !all->options->waits)
			return "the log ended";
		if (!any)
			nanosleep(&pause, NULL);
	}
	return "interrupted";
}

static unsigned count_of(char **logs)
{
	unsigned count = 0;

	while (logs[count] != NULL)
		count++;
	return count;
}

static void name_line(struct serial_line *line, const char *path)
{
	const char *const slash = strrchr(path, '/');
	const char *const name = slash != NULL ? slash + 1 : path;
	const char *const dot = strrchr(name, '.');
	const size_t length =
		dot != NULL && dot != name ? (size_t)(dot - name) : strlen(name);

	line->path = path;
	snprintf(line->name, sizeof line->name, "%.*s", (int)length, name);
}

/* Runs of two machines in one folder would be taken for those of one. */
static bool names_differ(const struct lines *all)
{
	for (unsigned i = 1; i < all->count; i++)
		for (unsigned k = 0; k < i; k++)
			if (strcmp(all->lines[i].name, all->lines[k].name) == 0) {
				say("%s and %s: both would be in %s/%s\n",
				    all->lines[k].path, all->lines[i].path,
				    all->options->dir, all->lines[i].name);
				return false;
			}
	return true;
}

/* All, so that each that cannot be read is named. */
static bool open_all(struct lines *all)
{
	bool good = true;

	for (unsigned i = 0; i < all->count; i++)
		good = open_log(&all->lines[i], &all->lines[i].fd, false) && good;
	return good;
}

/* 0, or why the logs cannot be read, which is said. */
static int begin_lines(struct lines *all, char **logs)
{
	all->lines = calloc(all->count, sizeof all->lines[0]);
	if (all->lines == NULL)
		return IO_ERROR;
	for (unsigned i = 0; i < all->count; i++)
		name_line(&all->lines[i], logs[i]);
	if (!names_differ(all))
		return USAGE;
	return open_all(all) ? 0 : IO_ERROR;
}

static void end_line(struct lines *all, struct serial_line *line, const char *why)
{
	if (line->length != 0 && !line->failed)
		push(all, line);
	say_about(line->path);
	end_session(all, line, why);
	if (line->failed)
		all->worst = worse(all->worst, IO_ERROR);
	if (line->fd >= 0)
		close(line->fd);
}

static void watch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	const struct sigaction action = { .sa_handler = note_signal };

	for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		sigaction(numbers[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int follow_logs(char **logs, const struct follow *options)
{
	struct lines all = { .options = options, .count = count_of(logs) };

	if (all.count == 0)
		return NO_RUN;

	const int begun = begin_lines(&all, logs);

	if (begun != 0) {
		free(all.lines);
		return begun;
	}
	watch_signals();

	const char *const why = read_to_the_end(&all);

	for (unsigned i = 0; i < all.count; i++)
		end_line(&all, &all.lines[i], why);
	free(all.lines);
	return all.runs == 0 && all.worst == 0 ? NO_RUN : all.worst;
}
