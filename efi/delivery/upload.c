#include "efi/delivery/upload.h"

#include "efi/firmware/console.h"
#include "efi/network/child.h"
#include "efi/network/http.h"
#include "efi/network/http_server.h"
#include "efi/network/protocols.h"
#include "efi/network/tftp.h"
#include "lib/stream/manifest.h"
#include "lib/x86/insn.h"

#include <string.h>

#define TRIES 3u
#define FIRST_PAUSE_US ((UINTN)1000000) /* then twice as long */

/* Where the server has its results, if nobody says. */
#define FOLDER "/results/"

#define PATH_CHARS 400u

/* HTTP (RFC 9110 15). */
#define CODE_OK 200u
#define CODE_TIMEOUT 408u
#define CODE_CONFLICT 409u
#define CODE_PRECONDITION 412u

static const char *choose_url(const struct program *program, struct url *url)
{
	const char *const text = program->config.upload;

	if (text[0] != '\0')
		(void)url_parse((struct text_slice){ text, text_length(text) }, url);
	else if (http_server_url(&program->firmware, url))
		text_copy(url->path, sizeof url->path, FOLDER);
	else
		return "the program did not come from a URL: set upload = "
		       "http://SERVER/results/";
	return NULL;
}

static struct station choose_station(const struct program *program)
{
	const char *const text = program->config.ip;
	struct station station = { 0 };

	station.is_set =
		url_parse_subnet((struct text_slice){ text, text_length(text) },
	                         station.address, station.mask);
	return station;
}

static void say_url(const struct upload *upload, const char *path, const char *what)
{
	const struct url *const url = &upload->url;

	console_format(&upload->program->firmware, "tlbmark: %s%s:%u%s: %s\n",
	               url_scheme_text(url->scheme), url->host, url->port, path, what);
}

static bool open_server(const struct program *program, struct upload *upload)
{
	const struct station station = choose_station(program);
	const char *problem = NULL;

	*upload = (struct upload){ .program = program };
	manifest_begin(&upload->manifest);
	problem = choose_url(program, &upload->url);
	if (problem != NULL) {
		console_format(&program->firmware, "tlbmark: transport http: %s\n",
		               problem);
		return false;
	}
	problem =
		route_open(&program->firmware, &station, &upload->url, &upload->route);
	if (problem != NULL)
		say_url(upload, upload->url.path, problem);
	upload->is_open = problem == NULL;
	return upload->is_open;
}

static const char *code_text(unsigned code)
{
	switch (code) {
	case 401:
	case 403:
		return "the server forbids it";
	case 404:
	case 405:
	case 501:
		return "the server takes no files there; lab/nginx.conf is one that "
		       "does";
	case CODE_CONFLICT:
	case CODE_PRECONDITION:
		return "the server has another file of that name";
	case 413:
		return "too large for the server";
	default:
		return "the server fails, or is full";
	}
}

/* There was a connection. */
static bool is_cut(EFI_STATUS status)
{
	return status == NETWORK_CONNECTION_FIN || status == NETWORK_CONNECTION_RESET ||
	       status == EFI_ABORTED;
}

static const char *status_text(EFI_STATUS status)
{
	if (is_cut(status))
		return "the server has cut the line";
	switch (status) {
	case EFI_TIMEOUT:
		return "the server does not answer in time";
	case NETWORK_CONNECTION_REFUSED:
	case NETWORK_PORT_UNREACHABLE:
		return "the server refuses the connection";
	case NETWORK_TFTP_ERROR:
		return "the server takes no files there; tftpd-hpa does with "
		       "--create --permissive";
	case EFI_NOT_FOUND:
	case EFI_SECURITY_VIOLATION:
		return "this firmware does not trust the server, or has no TLS";
	default:
		return "it cannot be sent";
	}
}

static void say_answer(const struct upload *upload, const char *path,
                       const struct http_answer *answer)
{
	char what[120];

	if (EFI_ERROR(answer->status))
		format_text(what, sizeof what, "%s (status %lx)",
		            status_text(answer->status),
		            answer->status & ~((UINT64)1 << 63));
	else if (answer->code == 0)
		format_text(what, sizeof what, "%s", code_text(answer->code));
	else
		format_text(what, sizeof what, "%u, %s", answer->code,
		            code_text(answer->code));
	say_url(upload, path, what);
}

static struct tftp tftp_of(const struct upload *upload)
{
	return (struct tftp){
		.firmware = &upload->program->firmware,
		.interface = upload->route.interface,
		.station = &upload->route.station,
		.url = &upload->url,
	};
}

static struct http_answer put(const struct upload *upload, const char *path,
                              const char *bytes, size_t length)
{
	const struct tftp tftp = tftp_of(upload);

	if (upload->url.scheme != URL_TFTP)
		return http_put(&upload->route, &upload->url, path, bytes, length);
	return (struct http_answer){ tftp_write(&tftp, path, bytes, length), CODE_OK };
}

static struct http_answer get(const struct upload *upload, const char *path, void *to,
                              UINTN *bytes)
{
	const struct tftp tftp = tftp_of(upload);

	if (upload->url.scheme != URL_TFTP)
		return http_get(&upload->route, &upload->url, path, to, bytes);
	return (struct http_answer){
		tftp_read(&tftp, path, to, bytes, child_deadline(*bytes)), CODE_OK
	};
}

/* An earlier try may have sent it, whose answer was lost. */
static bool is_there(const struct upload *upload, const char *path, const char *bytes,
                     size_t length)
{
	EFI_BOOT_SERVICES *const boot = upload->program->firmware.table->BootServices;
	UINTN read = length;
	void *back = NULL;
	struct http_answer answer;
	bool same = false;

	if (EFI_ERROR(boot->AllocatePool(EfiLoaderData, length, &back)))
		return false;
	answer = get(upload, path, back, &read);
	same = http_is_done(&answer) && read == length &&
	       memcmp(back, bytes, length) == 0;
	boot->FreePool(back);
	return same;
}

/*
 * What the server refuses it refuses again, and whoever is slow is not quicker a second
 * later; what fails on the way may not fail again.  But a server given by its name may
 * not have been reached, and to find that out takes the firmware a minute each time.
 */
static bool is_final(const struct url *url, const struct http_answer *answer)
{
	if (EFI_ERROR(answer->status))
		return answer->status == EFI_TIMEOUT ||
		       answer->status == NETWORK_TFTP_ERROR ||
		       (!url->is_address && !is_cut(answer->status));
	return answer->code >= 400 && answer->code < 500 &&
	       answer->code != CODE_TIMEOUT;
}

/* Of TFTP the answer to the last packet may be lost; HTTP may have been tried before.
 */
static bool may_be_there(const struct url *url, const struct http_answer *answer)
{
	if (EFI_ERROR(answer->status))
		return url->scheme == URL_TFTP && answer->status == EFI_TIMEOUT;
	return answer->code == CODE_CONFLICT || answer->code == CODE_PRECONDITION;
}

static bool send_file(const struct upload *upload, const char *path, const char *bytes,
                      size_t length, struct http_answer *answer)
{
	EFI_BOOT_SERVICES *const boot = upload->program->firmware.table->BootServices;

	for (unsigned i = 0; i < TRIES; i++) {
		if (i != 0)
			boot->Stall(FIRST_PAUSE_US << (i - 1));
		*answer = put(upload, path, bytes, length);
		if (http_is_done(answer))
			return true;
		if (is_final(&upload->url, answer))
			break;
	}
	return may_be_there(&upload->url, answer) &&
	       is_there(upload, path, bytes, length);
}

/* A TFTP server makes no folders: there their names are the beginning of the files'. */
static char folder_end(const struct url *url)
{
	return url->scheme == URL_TFTP ? '-' : '/';
}

bool upload_plan(const struct program *program)
{
	const struct machine *const machine = &program->machine;
	struct http_answer answer;
	struct upload upload;
	char path[PATH_CHARS];
	char text[PATH_CHARS];
	bool taken = false;

	if (!open_server(program, &upload))
		return false;
	format_text(path, sizeof path, "%s%08x%cbegun-%s-%08lx.txt", upload.url.path,
	            machine->identity, folder_end(&upload.url), machine->run_id,
	            rdtsc_ordered() & UINT32_MAX);
	format_text(text, sizeof text, "Run %s has begun on %s.\n", machine->run_id,
	            machine->board);
	taken = send_file(&upload, path, text, text_length(text), &answer);
	if (taken)
		say_url(&upload, upload.url.path,
		        "the server takes files: results go there");
	else
		say_answer(&upload, path, &answer);
	route_close(&upload.route);
	return taken;
}

void upload_open(const struct program *program, struct upload *upload)
{
	*upload = (struct upload){ .program = program, .failed = true };
	if ((program->marker.transports & (uint32_t)TRANSPORT_HTTP) == 0)
		return;
	upload->failed = !open_server(program, upload);
}

/* No two runs have the same: the nonce is of this one. */
static void path_of(const struct upload *upload, const char *name,
                    char path[PATH_CHARS])
{
	const struct run_marker *const marker = &upload->program->marker;

	const char end = folder_end(&upload->url);

	format_text(path, PATH_CHARS, "%s%08x%c%s-%08lx%c%s", upload->url.path,
	            marker->machine, end, marker->folder, marker->nonce & UINT32_MAX,
	            end, name);
}

void upload_file(struct upload *upload, const char *name, const char *bytes,
                 size_t length, bool is_needed)
{
	struct http_answer answer;
	char path[PATH_CHARS];

	if (!upload->is_open || length == 0)
		return;
	path_of(upload, name, path);
	if (send_file(upload, path, bytes, length, &answer)) {
		manifest_add(&upload->manifest, name, bytes, length);
		return;
	}
	say_answer(upload, path, &answer);
	upload->failed = upload->failed || is_needed || EFI_ERROR(answer.status);
	if (!EFI_ERROR(answer.status))
		return;
	route_close(&upload->route);
	upload->is_open = false;
}

bool upload_close(struct upload *upload)
{
	char path[PATH_CHARS];

	if (upload->is_open && !upload->failed)
		upload_file(upload, MANIFEST_FILE, upload->manifest.text,
		            upload->manifest.length, true);
	if (upload->is_open)
		route_close(&upload->route);
	upload->is_open = false;
	if (upload->failed)
		return false;
	path_of(upload, "", path);
	say_url(upload, path, "the server has the results");
	return true;
}
