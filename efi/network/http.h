#pragma once
/* Files of an HTTP server, each by a connection of its own. */
#include "efi/network/route.h"

struct http_answer {
	EFI_STATUS status; /* an error: there was no answer */
	unsigned code;     /* 200, 404 ...; 0: one that this firmware has no name for */
};

/*
 * Sends a file.  To a server given by its address that ends whatever happens: after
 * 15 s, and 1 s more for each 64 KB.  One given by its name Request() looks up and
 * connects to before it returns, and no deadline of ours ends that: EDK II takes up to
 * a minute more.  The path begins with a slash.
 */
struct http_answer http_put(const struct route *route, const struct url *url,
                            const char *path, const void *body, UINTN bytes);

/*
 * Fetches a file, with the same deadline.  *bytes is how much fits, then how long it
 * is; EFI_BUFFER_TOO_SMALL, and nothing read, if it does not fit or the server does not
 * say how long it is.
 */
struct http_answer http_get(const struct route *route, const struct url *url,
                            const char *path, void *to, UINTN *bytes);

/* True of an answer that the server has done what it was asked for. */
static inline bool http_is_done(const struct http_answer *answer)
{
	return !EFI_ERROR(answer->status) && answer->code >= 200 && answer->code < 300;
}
