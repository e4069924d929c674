#pragma once
/* The shapes of rows with several processors. */
#include "bench/harness/experiment/bench.h"

struct remote_context;

/*
 * A call and its answers: A does not send and does not wait, B does.  Its parameters
 * are mode, state, hint, from, first and figure of struct remote_spec, and the targets.
 */
extern const struct shape shape_ipi;

/* One exchange of an experiment: fills in the stamps of who sends. */
typedef void stolen_exchange(struct remote_context *remote, enum remote_mode mode,
                             struct window_args *args);

/*
 * Of FIGURE_STOLEN: a loop of the first target, whose stamps these become, and the
 * exchange while it runs.  What is over when the loop is goes again.
 */
void stolen_window(struct remote_context *remote, enum remote_mode mode,
                   stolen_exchange *exchange, struct window_args *args);

/*
 * Before its first chunk: how long the loop is.  The shortest of 32, 64 ... us in which
 * some exchanges in a row fit; the experiment is skipped if there is none.
 */
void stolen_choose_length(struct remote_context *remote, enum remote_mode mode,
                          stolen_exchange *exchange);

/*
 * Looks once more whether the clocks differ by what they did, and takes the one-way
 * times back of those that do not.
 */
void ipi_check_clocks(struct plan *plan);

/*
 * A shootdown, whole: A changes the entries and tells nobody, B drops the translations
 * here and elsewhere and waits until that is done.  Behind every B each target reads
 * through the pages, and a stale word is a failed row; behind every A the same reading
 * shows that it would have been noticed.
 */
extern const struct shape shape_shootdown;

/* Pages whose entries change, and the operation on them; why not, or NULL. */
const char *shootdown_equip(const struct plan *plan, struct remote_context *remote);

/*
 * Shootdowns among processors of which some are lazy (paging/lazy.h), and their coming
 * back.  Parameters: targets, and of struct remote_spec pages, phase, lazy, stays,
 * others, touches, figure.
 *
 * Before every window all come back to the space, and read through the pages whose
 * entries were changed: a stale word is a failed row.
 */
extern const struct shape shape_lazy;
