/*
 * Puts the files of a run into their directory.
 *
 * A file grows as a hidden `.NAME.part`, is cut back to its last whole part whenever
 * one is dropped, and gets its name in one step at the end: under its final name there
 * is never half a line, whatever happens in between.
 */
#include "host/delivery.h"

#include "host/say.h"

#include "lib/base/crc32.h"
#include "lib/stream/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void path_of(char path[PATH_MAX], const char *dir, const char *format,
                    const char *name)
{
	const int used = snprintf(path, PATH_MAX, "%s/", dir);

	/* An overlong path ends up cut, and is then refused by the system. */
	if (used > 0 && used < PATH_MAX)
		snprintf(path + used, (size_t)(PATH_MAX - used), format, name);
}

static void fail(struct delivery *d, const char *what, const char *name)
{
	if (!d->failed)
		snprintf(d->fault, sizeof d->fault, "cannot %s %s/%s: %s", what, d->dir,
		         name, strerror(errno));
	d->failed = true;
}

bool delivery_is_taken(const char *dir)
{
	static const char *const of_a_run[] = { "results.csv", "machine.csv" };

	for (unsigned i = 0; i < sizeof of_a_run / sizeof of_a_run[0]; i++) {
		char path[PATH_MAX];

		path_of(path, dir, "%s", of_a_run[i]);
		if (access(path, F_OK) == 0) {
			say("%s holds a run already (%s)\n", dir, of_a_run[i]);
			return true;
		}
	}
	return false;
}

static const struct delivered_file *find(const struct delivery *d, const char *name)
{
	for (unsigned i = 0; i < d->count; i++)
		if (strcmp(d->files[i].name, name) == 0)
			return &d->files[i];
	return NULL;
}

static struct delivered_file *find_or_open(struct delivery *d, const char *name)
{
	char path[PATH_MAX];
	const struct delivered_file *const found = find(d, name);

	if (found != NULL)
		return &d->files[found - d->files];
	if (d->count == DELIVERY_FILES) {
		errno = EMFILE;
		fail(d, "create", name);
		return NULL;
	}
	if (mkdir(d->dir, 0777) != 0 && errno != EEXIST) {
		fail(d, "create the directory of", name);
		return NULL;
	}
	path_of(path, d->dir, ".%s.part", name);
	struct delivered_file *const file = &d->files[d->count];
	file->fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	if (file->fd < 0) {
		fail(d, "create", name);
		return NULL;
	}
	snprintf(file->name, sizeof file->name, "%s", name);
	d->count++;
	return file;
}

static const char *columns_of(const char *name)
{
	for (enum file file = 0; file < FILE_COUNT; file++)
		if (strcmp(name, file_name(file)) == 0)
			return file_columns(file);
	return NULL;
}

/*
 * If the part with the column names was lost, those that follow would be a file whose
 * first row is taken for names.
 */
static bool lacks_columns(const struct delivered_file *file, const char *first_row)
{
	const char *const columns = columns_of(file->name);

	return columns != NULL && strcmp(first_row, columns) != 0;
}

void delivery_row(struct delivery *d, const struct capture_event *row)
{
	struct delivered_file *const file = find_or_open(d, row->name);

	if (file == NULL)
		return;
	if (file->lines == 0)
		file->headless = lacks_columns(file, row->text);
	file->lines++;
	file->crc = crc32_update(file->crc, row->text, row->length);
	file->crc = crc32_update(file->crc, "\n", 1);

	if (dprintf(file->fd, "%s\n", row->text) < 0)
		fail(d, "write", row->name);
}

bool delivery_keep(struct delivery *d, const char *name)
{
	struct delivered_file *const file = find_or_open(d, name);

	if (file == NULL || d->failed)
		return false;
	if (file->headless) {
		delivery_drop(d, name);
		return false;
	}
	file->kept_bytes = lseek(file->fd, 0, SEEK_END);
	file->kept_lines = file->lines;
	file->kept_crc = file->crc;
	return true;
}

static void cut_back(struct delivery *d, struct delivered_file *file)
{
	if (ftruncate(file->fd, file->kept_bytes) != 0)
		fail(d, "cut back", file->name);
	file->lines = file->kept_lines;
	file->crc = file->kept_crc;
	file->headless = false;
}

void delivery_drop(struct delivery *d, const char *name)
{
	const struct delivered_file *const found = find(d, name);

	if (found != NULL)
		cut_back(d, &d->files[found - d->files]);
}

static bool verify_rows(const struct delivered_file *file, unsigned long announced)
{
	const size_t length = strlen(file->name);
	const bool csv = length > 4 && strcmp(file->name + length - 4, ".csv") == 0;
	const uint32_t rows = file->kept_lines - csv; /* the column names are no row */

	if (rows == announced)
		return true;
	say("%s has %" PRIu32 " rows, machine.csv says %lu\n", file->name, rows,
	    announced);
	return false;
}

static bool verify_crc(const struct delivered_file *file, unsigned long announced)
{
	if (file->kept_crc == announced)
		return true;
	say("%s has the CRC-32 %08" PRIx32 ", machine.csv says %08lx"
	    "\n",
	    file->name, file->kept_crc, announced);
	return false;
}

/* One line of machine.csv: file_NAME_rows,N or file_NAME_crc32,XXXXXXXX, or another. */
static bool verify_line(const struct delivery *d, char *line)
{
	char *const value = strchr(line, ',');

	if (strncmp(line, "file_", 5) != 0 || value == NULL)
		return true;
	*value = '\0';
	char *const what = strrchr(line + 5, '_');
	if (what == NULL || (strcmp(what, "_rows") != 0 && strcmp(what, "_crc32") != 0))
		return true;
	*what = '\0';

	const char *const name = line + 5;
	const struct delivered_file *const file = find(d, name);
	const bool rows = strcmp(what + 1, "rows") == 0;
	char *end;
	const unsigned long announced = strtoul(value + 1, &end, rows ? 10 : 16);
	if (end == value + 1 || *end != '\n') {
		say("machine.csv: no number for %s\n", name);
		return false;
	}
	if (file == NULL && d->partial)
		return true;
	if (file == NULL || file->kept_lines == 0) {
		say("%s: announced in machine.csv, not here\n", name);
		return false;
	}
	return rows ? verify_rows(file, announced) : verify_crc(file, announced);
}

bool delivery_verify(const struct delivery *d)
{
	char path[PATH_MAX];
	char line[CAPTURE_LINE_MAX + 2];
	bool good = true;

	if (find(d, "machine.csv") == NULL)
		return true;
	path_of(path, d->dir, ".%s.part", "machine.csv");
	FILE *const machine = fopen(path, "re");
	if (machine == NULL)
		return false;
	while (fgets(line, sizeof line, machine))
		good = verify_line(d, line) && good;
	fclose(machine);
	return good;
}

void delivery_publish(struct delivery *d)
{
	for (unsigned i = 0; i < d->count; i++) {
		struct delivered_file *const file = &d->files[i];
		char staged[PATH_MAX];
		char final[PATH_MAX];

		path_of(staged, d->dir, ".%s.part", file->name);
		path_of(final, d->dir, "%s", file->name);
		cut_back(d, file);
		if (close(file->fd) != 0)
			fail(d, "close", file->name);
		if (file->kept_lines == 0)
			unlink(staged);
		else if (rename(staged, final) != 0)
			fail(d, "name", file->name);
	}
}
