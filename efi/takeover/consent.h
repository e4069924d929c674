#pragma once
/*
 * Who may be written to.  A system that hibernates keeps its file systems open, those
 * of the ESP among them: whatever is written there meanwhile damages them.  So nothing
 * is written to an internal disk until somebody agrees, by allow_internal or by a key.
 */
#include "efi/takeover/program.h"

/* By tlbmark.cfg, and by a run that is on its way home.  Says which volumes there are.
 */
void consent_at_start(struct program *program);

/* By a key, too.  Says what is not written to, and notes all in program->machine. */
void consent_before_leaving(struct program *program);
