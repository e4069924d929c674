#pragma once
/*
 * The list of a run's files that goes to a server behind them: whoever has it can see
 * that all are there, and whole.
 */
#include "lib/base/line.h"

#define MANIFEST_FILE "manifest.csv"

/* The column names: file, bytes, crc32. */
void manifest_begin(struct line *manifest);

/* One file.  manifest->cut if there is no room. */
void manifest_add(struct line *manifest, const char *name, const char *bytes,
                  size_t length);
