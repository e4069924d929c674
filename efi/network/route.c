#include "efi/network/route.h"

#include "efi/network/child.h"
#include "efi/network/interfaces.h"
#include "efi/network/tftp.h"
#include "lib/boot/network_card.h"

#include <string.h>

/* Firmware itself waits a minute for a neighbour that does not answer. */
#define CONNECT_MS 8000u

#define HOPS 64u

static EFI_GUID tcp_binding_guid = SERVICE_BINDING_GUID_TCP4;
static EFI_GUID tcp_guid = TCP4_GUID;

/* Of this start: over which a server was reached.  NULL: none. */
static EFI_HANDLE worked;

static EFI_STATUS connect_to(const struct child *child, const struct route *route,
                             const struct url *url)
{
	struct tcp4 *const tcp = child->protocol;
	struct tcp4_token token = { child->done, EFI_NOT_READY };
	struct tcp4_config config = {
		.time_to_live = HOPS,
		.access = { .use_default = !route->station.is_set,
		            .remote_port = url->port,
		            .is_active = TRUE },
	};
	EFI_STATUS status;

	memcpy(&config.access.station, route->station.address, URL_ADDRESS);
	memcpy(&config.access.mask, route->station.mask, URL_ADDRESS);
	memcpy(&config.access.remote, url->address, URL_ADDRESS);
	status = tcp->configure(tcp, &config);
	if (!EFI_ERROR(status))
		status = tcp->connect(tcp, &token);
	if (EFI_ERROR(status))
		return status;
	status = child_wait(child, tcp->poll, CONNECT_MS);
	if (EFI_ERROR(status))
		(void)tcp->cancel(tcp, &token);
	return EFI_ERROR(status) ? status : token.status;
}

/* A file that nobody has: whatever the server says of it, it has answered. */
static EFI_STATUS reach_tftp(const struct route *route, const struct url *url)
{
	const struct tftp tftp = {
		.firmware = route->firmware,
		.interface = route->interface,
		.station = &route->station,
		.url = url,
	};
	char nothing[512];
	UINTN bytes = sizeof nothing;
	const EFI_STATUS status = tftp_read(&tftp, "tlbmark-asks-for-nothing", nothing,
	                                    &bytes, CONNECT_MS);

	return status == NETWORK_TFTP_ERROR || status == EFI_BUFFER_TOO_SMALL
	               ? EFI_SUCCESS
	               : status;
}

/* Before HTTP, whose first request connects, and heeds no deadline while it does. */
static EFI_STATUS reach(const struct route *route, const struct url *url)
{
	struct child child;
	EFI_STATUS status;

	if (url->scheme == URL_TFTP)
		return reach_tftp(route, url);
	if (!url->is_address)
		return EFI_SUCCESS;
	status = child_open(route->firmware, route->interface, &tcp_binding_guid,
	                    &tcp_guid, &child);
	if (EFI_ERROR(status))
		return status;
	status = connect_to(&child, route, url);
	child_close(&child);
	return status;
}

static EFI_STATUS try_interface(struct route *route, const struct url *url)
{
	EFI_STATUS status = EFI_SUCCESS;

	route->lease = (struct lease){ .interface = route->interface };
	if (!route->station.is_set)
		status = address_acquire(route->firmware, route->interface,
		                         &route->lease);
	if (!EFI_ERROR(status))
		status = reach(route, url);
	if (EFI_ERROR(status))
		route_close(route);
	return status;
}

static enum network_end end_of(EFI_STATUS status)
{
	switch (status) {
	case EFI_NO_MAPPING:
		return NETWORK_NO_ADDRESS;
	case EFI_TIMEOUT:
	case EFI_NO_RESPONSE:
		return NETWORK_SILENT;
	case NETWORK_CONNECTION_RESET:
	case NETWORK_CONNECTION_REFUSED:
	case NETWORK_PORT_UNREACHABLE:
		return NETWORK_REFUSED;
	default:
		return NETWORK_UNUSABLE;
	}
}

const char *route_open(const struct firmware *firmware, const struct station *station,
                       const struct url *url, struct route *route)
{
	enum network_end furthest = NETWORK_UNUSABLE;
	struct interfaces interfaces;
	const char *const problem =
		interfaces_find(firmware, url->scheme, worked, &interfaces);

	*route = (struct route){ .firmware = firmware, .station = *station };
	if (problem != NULL)
		return problem;
	for (unsigned i = 0; i < interfaces.count; i++) {
		enum network_end end;
		EFI_STATUS status;

		route->interface = interfaces.order[i];
		status = try_interface(route, url);
		if (!EFI_ERROR(status)) {
			worked = route->interface;
			return NULL;
		}
		end = end_of(status);
		if (end > furthest)
			furthest = end;
	}
	return network_end_text(furthest);
}

void route_close(struct route *route)
{
	if (route->interface != NULL)
		address_restore(route->firmware, &route->lease);
	route->interface = NULL;
}
