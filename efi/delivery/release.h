#pragma once
#include "efi/takeover/program.h"

/*
 * Gives back everything, the program's own block too: a start that ends without
 * measuring leaves the firmware's memory, and what it starts next, as they were.
 * What waits for a later start stays (efi/ram_log/reclaim.h), and so does the memory of
 * the copies if results of another stick wait there.
 */
void release(struct program *program);
