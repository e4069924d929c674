#pragma once
/*
 * URLs of a server that takes files: SCHEME://HOST[:PORT][/PATH] (RFC 3986), without
 * user, query and fragment.
 */
#include "lib/base/text.h"

#define URL_TEXT 128u /* the longest, with its NUL */
#define URL_ADDRESS 4u

enum url_scheme { URL_HTTP, URL_HTTPS, URL_TFTP };

struct url {
	enum url_scheme scheme;
	char host[URL_TEXT]; /* as it was written, without the port */
	bool is_address;     /* host is an IPv4 address */
	uint8_t address[URL_ADDRESS];
	uint16_t port;       /* of the scheme, if none was written */
	char path[URL_TEXT]; /* begins and ends with a slash */
};

/*
 * The path is a folder: a slash is put behind it.  A TFTP server is given by its
 * address.  Returns NULL, or what is wrong with the text.
 */
const char *url_parse(struct text_slice text, struct url *url);

/* The name, and its slashes and colon, in front of the host. */
const char *url_scheme_text(enum url_scheme scheme);

/* "a.b.c.d"; false for anything else. */
bool url_parse_address(struct text_slice text, uint8_t address[URL_ADDRESS]);

/* "a.b.c.d/BITS", 1 to 30 bits; false for anything else. */
bool url_parse_subnet(struct text_slice text, uint8_t address[URL_ADDRESS],
                      uint8_t mask[URL_ADDRESS]);
