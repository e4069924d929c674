#pragma once
#include <limits.h>
#include <stdbool.h>

/*
 * Makes the folder of the run with that id, on that serial line, in dir, and says its
 * path: "LINE/ID", or "LINE/ID.2" and so on where that is taken.  False, with errno and
 * the path that was tried last, if none could be made.  That both are plain names is
 * the caller's to know; of the id capture.h knows it.
 */
bool run_folder(char path[PATH_MAX], const char *dir, const char *line, const char *id);
