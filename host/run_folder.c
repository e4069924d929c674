#include "host/run_folder.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define NAMESAKES 1000u

static bool fits(int length)
{
	if (length >= 0 && length < PATH_MAX)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

static bool is_made(const char *path)
{
	return mkdir(path, 0777) == 0 || errno == EEXIST;
}

static bool make_line(char path[PATH_MAX], const char *dir, const char *line)
{
	return fits(snprintf(path, PATH_MAX, "%s", dir)) && is_made(path) &&
	       fits(snprintf(path, PATH_MAX, "%s/%s", dir, line)) && is_made(path);
}

bool run_folder(char path[PATH_MAX], const char *dir, const char *line, const char *id)
{
	if (!make_line(path, dir, line))
		return false;
	for (unsigned number = 1; number <= NAMESAKES; number++) {
		const int length = number == 1 ? snprintf(path, PATH_MAX, "%s/%s/%s",
		                                          dir, line, id)
		                               : snprintf(path, PATH_MAX, "%s/%s/%s.%u",
		                                          dir, line, id, number);

		if (!fits(length))
			return false;
		/* Made here, so that nobody else has it. */
		if (mkdir(path, 0777) == 0)
			return true;
		if (errno != EEXIST)
			return false;
	}
	return false;
}
