#include "efi/network/http.h"

#include "efi/network/child.h"
#include "lib/base/line.h"

#include <string.h>

/* Of the drivers; not all of their steps heed it. */
#define DRIVER_MS 10000u

#define URL_CHARS 512u
#define HEADERS 4u
#define HEADER_CHARS 160u

static EFI_GUID binding_guid = SERVICE_BINDING_GUID_HTTP;
static EFI_GUID http_guid = HTTP_GUID;

struct exchange {
	const struct route *route;
	const struct url *url;
	struct child child;
	uint32_t deadline_ms; /* of each token */
	CHAR16 wide[URL_CHARS];
	char host[HEADER_CHARS];
	char length[24];
};

/* EFI_HTTP_STATUS_CODE (UEFI 2.10 29.6) by its number. */
static unsigned code_of(UINT32 status)
{
	static const uint16_t codes[] = {
		0,   100, 101, 200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303,
		304, 305, 307, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410,
		411, 412, 413, 414, 415, 416, 417, 500, 501, 502, 503, 504, 505, 308,
	};

	return status < sizeof codes / sizeof codes[0] ? codes[status] : 0;
}

static EFI_STATUS configure(struct exchange *exchange)
{
	const struct station *const station = &exchange->route->station;
	struct http *const http = exchange->child.protocol;
	struct http_access access = { .use_default = !station->is_set };
	struct http_config config = {
		.version = HTTP_1_1,
		.timeout_ms = DRIVER_MS,
		.access = &access,
	};

	memcpy(&access.station, station->address, URL_ADDRESS);
	memcpy(&access.mask, station->mask, URL_ADDRESS);
	return http->configure(http, &config);
}

/* Either is cut where the other half of this file would refuse it. */
static EFI_STATUS name_it(struct exchange *exchange, const char *path)
{
	const struct url *const url = exchange->url;
	struct line line;

	line_clear(&line);
	line_format(&line, "%s%s:%u%s", url_scheme_text(url->scheme), url->host,
	            url->port, path);
	if (line.length >= URL_CHARS)
		return EFI_INVALID_PARAMETER;
	for (size_t i = 0; i < line.length; i++)
		exchange->wide[i] = (CHAR16)line.text[i];
	exchange->wide[line.length] = 0;
	format_text(exchange->host, sizeof exchange->host, "%s:%u", url->host,
	            url->port);
	return EFI_SUCCESS;
}

static EFI_STATUS exchange_open(struct exchange *exchange, const struct route *route,
                                const struct url *url, const char *path)
{
	EFI_STATUS status;

	exchange->route = route;
	exchange->url = url;
	status = name_it(exchange, path);
	if (EFI_ERROR(status))
		return status;
	status = child_open(route->firmware, route->interface, &binding_guid,
	                    &http_guid, &exchange->child);
	if (EFI_ERROR(status))
		return status;
	status = configure(exchange);
	if (EFI_ERROR(status))
		child_close(&exchange->child);
	return status;
}

typedef EFI_STATUS(EFIAPI *http_call)(void *this, struct http_token *token);

static EFI_STATUS call(struct exchange *exchange, http_call function,
                       struct http_message *message)
{
	struct http *const http = exchange->child.protocol;
	struct http_token token = { exchange->child.done, EFI_NOT_READY, message };
	EFI_STATUS status = function(http, &token);

	if (EFI_ERROR(status))
		return status;
	status = child_wait(&exchange->child, http->poll, exchange->deadline_ms);
	if (!EFI_ERROR(status))
		return token.status;
	(void)http->cancel(http, &token);
	return status;
}

static EFI_STATUS ask(struct exchange *exchange, enum http_method method,
                      const void *body, UINTN bytes)
{
	struct http *const http = exchange->child.protocol;
	struct http_request request = { method, exchange->wide };
	struct http_header headers[HEADERS] = {
		{ (CHAR8 *)"Host", (CHAR8 *)exchange->host },
		{ (CHAR8 *)"User-Agent", (CHAR8 *)"tlbmark" },
		{ (CHAR8 *)"Accept", (CHAR8 *)"*/*" },
		{ (CHAR8 *)"Content-Length", (CHAR8 *)exchange->length },
	};
	struct http_message message = {
		.data.request = &request,
		.header_count = method == HTTP_PUT ? HEADERS : HEADERS - 1,
		.headers = headers,
		.body_bytes = bytes,
		.body = (void *)body,
	};

	/* The driver does not add it. */
	format_text(exchange->length, sizeof exchange->length, "%lu", (uint64_t)bytes);
	exchange->deadline_ms = child_deadline(bytes);
	return call(exchange, http->request, &message);
}

static bool names_length(const CHAR8 *name)
{
	static const char wanted[] = "content-length";
	size_t i = 0;

	while (wanted[i] != '\0' && ((char)name[i] | 0x20) == wanted[i])
		i++;
	return wanted[i] == '\0' && name[i] == '\0';
}

/*
 * Of a message that has come: the driver allocates the headers, and leaves them to its
 * caller.
 */
static void take_length(const struct exchange *exchange, struct http_message *message,
                        uint64_t *length)
{
	EFI_BOOT_SERVICES *const boot = exchange->route->firmware->table->BootServices;

	for (UINTN i = 0; i < message->header_count; i++) {
		struct http_header *const header = &message->headers[i];
		const char *const value = (const char *)header->value;

		if (names_length(header->name))
			(void)text_to_u64(
				(struct text_slice){ value, text_length(value) },
				UINT32_MAX, length);
		(void)boot->FreePool(header->name);
		(void)boot->FreePool(header->value);
	}
	if (message->headers != NULL)
		(void)boot->FreePool(message->headers);
}

/*
 * Without a body: one of no bytes would never come.  *length stays if the server does
 * not say it.  Headers of a response that failed are left alone: where EDK II's
 * HttpResponseWorker() fails it frees them, and leaves their count, or the pointer.
 */
static struct http_answer hear(struct exchange *exchange, uint64_t *length)
{
	struct http *const http = exchange->child.protocol;
	struct http_response response = { 0 };
	struct http_message message = { .data.response = &response };
	struct http_answer answer = { 0 };

	answer.status = call(exchange, http->response, &message);
	if (answer.status == EFI_SUCCESS)
		take_length(exchange, &message, length);
	else if (answer.status == NETWORK_HTTP_ERROR)
		answer.status = EFI_SUCCESS; /* the code tells */
	answer.code = code_of(response.code);
	return answer;
}

struct http_answer http_put(const struct route *route, const struct url *url,
                            const char *path, const void *body, UINTN bytes)
{
	struct exchange exchange;
	struct http_answer answer = { .status = exchange_open(&exchange, route, url,
		                                              path) };
	uint64_t length = 0;

	if (EFI_ERROR(answer.status))
		return answer;
	answer.status = ask(&exchange, HTTP_PUT, body, bytes);
	if (!EFI_ERROR(answer.status))
		answer = hear(&exchange, &length);
	child_close(&exchange.child);
	return answer;
}

static EFI_STATUS read_body(struct exchange *exchange, void *to, UINTN bytes)
{
	struct http *const http = exchange->child.protocol;
	UINTN read = 0;

	while (read < bytes) {
		struct http_message message = {
			.body_bytes = bytes - read,
			.body = (UINT8 *)to + read,
		};
		const EFI_STATUS status = call(exchange, http->response, &message);

		if (EFI_ERROR(status))
			return status;
		if (message.body_bytes == 0)
			return EFI_END_OF_FILE;
		read += message.body_bytes;
	}
	return EFI_SUCCESS;
}

struct http_answer http_get(const struct route *route, const struct url *url,
                            const char *path, void *to, UINTN *bytes)
{
	const UINTN capacity = *bytes;
	struct exchange exchange;
	struct http_answer answer = { .status = exchange_open(&exchange, route, url,
		                                              path) };
	uint64_t length = UINT64_MAX;

	*bytes = 0;
	if (EFI_ERROR(answer.status))
		return answer;
	answer.status = ask(&exchange, HTTP_GET, NULL, 0);
	if (!EFI_ERROR(answer.status))
		answer = hear(&exchange, &length);
	if (http_is_done(&answer) && length > capacity) {
		answer.status = EFI_BUFFER_TOO_SMALL;
	} else if (http_is_done(&answer)) {
		exchange.deadline_ms = child_deadline(length);
		answer.status = read_body(&exchange, to, length);
		*bytes = length;
	}
	child_close(&exchange.child);
	return answer;
}
