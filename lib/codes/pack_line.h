#pragma once
/*
 * Lines of the record stream, coded one after the other in as few bytes as it takes,
 * and every byte of them restored.  What a line costs depends on the lines before it:
 * names are those of earlier rows or follow where they followed before, numbers are
 * differences, and the measured columns of results.csv are counted in the steps of
 * their own grid.
 */
#include "lib/base/line.h"
#include "lib/codes/pack_model.h"

void pack_model_reset(struct pack_model *model);

/*
 * Writes a line of a file, or reads the next one into line and returns its file.  A
 * writer's line may hold any byte but NUL, and is LINE_CAPACITY long at most.
 */
unsigned pack_line(struct packer *packer, unsigned file, struct line *line);
