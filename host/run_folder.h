#pragma once
#include <limits.h>
#include <stdbool.h>

/*
 * Makes the folder of the run with that id in parent, and says its path: "ID", or
 * "ID.2" and so on where that is taken.  False, with errno and the path that was tried
 * last, if none could be made.  That the id is a plain name is the caller's to know, as
 * capture.h knows it.
 */
bool run_folder(char path[PATH_MAX], const char *parent, const char *id);
