#include "host/run_folder.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define NAMESAKES 1000u

bool run_folder(char path[PATH_MAX], const char *parent, const char *id)
{
	if (mkdir(parent, 0777) != 0 && errno != EEXIST) {
		snprintf(path, PATH_MAX, "%s", parent);
		return false;
	}
	for (unsigned number = 1; number <= NAMESAKES; number++) {
		const int length =
			number == 1 ? snprintf(path, PATH_MAX, "%s/%s", parent, id)
				    : snprintf(path, PATH_MAX, "%s/%s.%u", parent, id,
		                               number);

		if (length < 0 || length >= PATH_MAX) {
			errno = ENAMETOOLONG;
			return false;
		}
		/* Made here, so that nobody else has it. */
		if (mkdir(path, 0777) == 0)
			return true;
		if (errno != EEXIST)
			return false;
	}
	return false;
}
