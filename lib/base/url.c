#include "lib/base/url.h"

struct scheme {
	const char *text;
	uint16_t port;
};

static const struct scheme schemes[] = {
	[URL_HTTP] = { "http://", 80 },
	[URL_HTTPS] = { "https://", 443 },
	[URL_TFTP] = { "tftp://", 69 },
};

#define SCHEMES (sizeof schemes / sizeof schemes[0])

const char *url_scheme_text(enum url_scheme scheme)
{
	return schemes[scheme].text;
}

static bool begins_with(struct text_slice text, const char *start)
{
	const size_t length = text_length(start);

	return text.length >= length &&
	       text_is((struct text_slice){ text.text, length }, start);
}

static struct text_slice behind(struct text_slice text, size_t length)
{
	return (struct text_slice){ text.text + length, text.length - length };
}

/* What stands in a URL as it is (RFC 3986 2.3 "Unreserved Characters"). */
static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

static bool is_host(struct text_slice host)
{
	for (size_t i = 0; i < host.length; i++)
		if (!is_plain(host.text[i]))
			return false;
	return host.length != 0;
}

static bool is_path(struct text_slice path)
{
	for (size_t i = 0; i < path.length; i++)
		if (!is_plain(path.text[i]) && path.text[i] != '/' &&
		    path.text[i] != '%')
			return false;
	return true;
}

bool url_parse_address(struct text_slice text, uint8_t address[URL_ADDRESS])
{
	unsigned count = 0;

	for (;;) {
		struct text_slice rest;
		const struct text_slice part = text_split(text, '.', &rest);
		uint64_t number = 0;

		/* 0x1 is a number, but not here. */
		if (count == URL_ADDRESS || part.length > 3 ||
		    (part.length > 1 && part.text[1] == 'x') ||
		    !text_to_u64(part, UINT8_MAX, &number))
			return false;
		address[count++] = (uint8_t)number;
		if (part.length == text.length)
			return count == URL_ADDRESS;
		text = rest;
	}
}

bool url_parse_subnet(struct text_slice text, uint8_t address[URL_ADDRESS],
                      uint8_t mask[URL_ADDRESS])
{
	struct text_slice after;
	const struct text_slice host = text_split(text, '/', &after);
	uint64_t bits = 0;

	if (!url_parse_address(host, address) || !text_to_u64(after, 30, &bits) ||
	    bits == 0)
		return false;

	const uint32_t ones = UINT32_MAX << (32 - bits);

	for (unsigned i = 0; i < URL_ADDRESS; i++)
		mask[i] = (uint8_t)(ones >> (24 - 8 * i));
	return true;
}

static bool take_port(struct text_slice host, struct text_slice port, struct url *url)
{
	uint64_t number = schemes[url->scheme].port;

	/* A colon without a number is allowed, and means nothing (RFC 3986 3.2.3). */
	if (port.length != 0 &&
	    (!text_to_u64(port, UINT16_MAX, &number) || number == 0))
		return false;
	url->port = (uint16_t)number;
	text_copy_slice(url->host, sizeof url->host, host);
	url->is_address = url_parse_address(host, url->address);
	return true;
}

/* text_split() leaves the slash out, at the beginning too. */
static bool take_path(struct text_slice path, struct url *url)
{
	const bool needs_slash = path.length != 0 && path.text[path.length - 1] != '/';

	if (path.length + needs_slash + 2 > sizeof url->path)
		return false;
	url->path[0] = '/';
	for (size_t i = 0; i < path.length; i++)
		url->path[1 + i] = path.text[i];
	if (needs_slash)
		url->path[1 + path.length] = '/';
	url->path[1 + path.length + needs_slash] = '\0';
	return true;
}

const char *url_parse(struct text_slice text, struct url *url)
{
	struct text_slice path;
	struct text_slice port;
	struct text_slice host;
	unsigned scheme = 0;

	*url = (struct url){ 0 };
	while (scheme < SCHEMES && !begins_with(text, schemes[scheme].text))
		scheme++;
	if (scheme == SCHEMES)
		return "none of http://, https://, tftp://";
	url->scheme = (enum url_scheme)scheme;
	text = behind(text, text_length(schemes[scheme].text));
	/* RFC 3986 3.2.2: an IPv6 address stands in brackets. */
	if (begins_with(text, "["))
		return "IPv6 is not supported: write an IPv4 address";
	host = text_split(text_split(text, '/', &path), ':', &port);
	if (!is_host(host) || host.length >= sizeof url->host)
		return "no host";
	if (!is_path(path))
		return "a character that is not allowed";
	if (!take_port(host, port, url))
		return "no such port";
	/* Firmware's TFTP looks no names up (UEFI 2.10 30.3 "EFI MTFTPv4 Protocol"). */
	if (url->scheme == URL_TFTP && !url->is_address)
		return "TFTP needs the server's address, not its name";
	if (!take_path(path, url))
		return "too long";
	return NULL;
}
