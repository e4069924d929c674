#include "efi/network/tftp.h"

#include "efi/network/child.h"

#include <string.h>

/* Of a packet that is not answered. */
#define TRIES 3u
#define TRY_S 2u

static EFI_GUID binding_guid = SERVICE_BINDING_GUID_MTFTP4;
static EFI_GUID mtftp_guid = MTFTP4_GUID;

static EFI_STATUS configure(struct mtftp4 *mtftp, const struct tftp *tftp)
{
	struct mtftp4_config config = {
		.use_default = !tftp->station->is_set,
		.server_port = tftp->url->port,
		.tries = TRIES,
		.timeout_s = TRY_S,
	};

	memcpy(&config.station, tftp->station->address, URL_ADDRESS);
	memcpy(&config.mask, tftp->station->mask, URL_ADDRESS);
	memcpy(&config.server, tftp->url->address, URL_ADDRESS);
	return mtftp->configure(mtftp, &config);
}

/* Not configured, it ends what is under way, and signals that. */
static EFI_STATUS wait_for(const struct child *child, const struct mtftp4_token *token,
                           uint32_t milliseconds)
{
	struct mtftp4 *const mtftp = child->protocol;
	const EFI_STATUS status = child_wait(child, mtftp->poll, milliseconds);

	if (!EFI_ERROR(status))
		return token->status;
	(void)mtftp->configure(mtftp, NULL);
	return status;
}

/*
 * Blocks of an Ethernet packet (RFC 2348): with 512 bytes, which is what a server
 * without that option has, 65535 of them are 32 MiB, and EDK II never ends behind
 * those.
 */
static EFI_STATUS transfer(const struct tftp *tftp, bool writes, const char *path,
                           void *buffer, UINTN *bytes, uint32_t milliseconds)
{
	struct mtftp4_option block = { (CHAR8 *)"blksize", (CHAR8 *)"1428" };
	struct child child;
	EFI_STATUS status = child_open(tftp->firmware, tftp->interface, &binding_guid,
	                               &mtftp_guid, &child);

	if (EFI_ERROR(status))
		return status;

	struct mtftp4 *const mtftp = child.protocol;
	struct mtftp4_token token = {
		.status = EFI_NOT_READY,
		.event = child.done,
		.name = (CHAR8 *)path + (path[0] == '/'),
		.option_count = 1,
		.options = &block,
		.bytes = *bytes,
		.buffer = buffer,
	};

	status = configure(mtftp, tftp);
	if (!EFI_ERROR(status))
		status = writes ? mtftp->write_file(mtftp, &token)
		                : mtftp->read_file(mtftp, &token);
	if (!EFI_ERROR(status))
		status = wait_for(&child, &token, milliseconds);
	child_close(&child);
	*bytes = token.bytes;
	return status;
}

EFI_STATUS tftp_write(const struct tftp *tftp, const char *path, const void *from,
                      UINTN bytes)
{
	return transfer(tftp, true, path, (void *)from, &bytes, child_deadline(bytes));
}

EFI_STATUS tftp_read(const struct tftp *tftp, const char *path, void *to, UINTN *bytes,
                     uint32_t milliseconds)
{
	return transfer(tftp, false, path, to, bytes, milliseconds);
}
