#include "efi/network/route.h"

#include "efi/network/child.h"

#include <string.h>

/* Firmware itself waits a minute for a neighbour that does not answer. */
#define CONNECT_MS 8000u

#define HOPS 64u

static EFI_GUID http_binding_guid = SERVICE_BINDING_GUID_HTTP;
static EFI_GUID tcp_binding_guid = SERVICE_BINDING_GUID_TCP4;
static EFI_GUID tcp_guid = TCP4_GUID;
static EFI_GUID pci_guid = EFI_PCI_IO_PROTOCOL_GUID;

/* Firmware that boots from a disk connects nothing else. */
static void connect_devices(const struct firmware *firmware)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_HANDLE *devices = NULL;
	UINTN count = 0;

	if (EFI_ERROR(boot->LocateHandleBuffer(ByProtocol, &pci_guid, NULL, &count,
	                                       &devices)))
		return;
	for (UINTN i = 0; i < count; i++)
		(void)boot->ConnectController(devices[i], NULL, NULL, TRUE);
	boot->FreePool(devices);
}

static EFI_STATUS find_interfaces(const struct firmware *firmware,
                                  EFI_HANDLE **interfaces, UINTN *count)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_STATUS status = boot->LocateHandleBuffer(ByProtocol, &http_binding_guid,
	                                             NULL, count, interfaces);

	if (!EFI_ERROR(status))
		return status;
	connect_devices(firmware);
	return boot->LocateHandleBuffer(ByProtocol, &http_binding_guid, NULL, count,
	                                interfaces);
}

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

/* Before HTTP, whose first request connects, and heeds no deadline while it does. */
static EFI_STATUS reach(const struct route *route, const struct url *url)
{
	struct child child;
	EFI_STATUS status;

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

static const char *problem(EFI_STATUS status)
{
	switch (status) {
	case EFI_NO_MAPPING:
		return "no address by DHCP within 30 s: plug in a cable, or set ip = "
		       "ADDRESS/BITS";
	case EFI_TIMEOUT:
		return "the server does not answer";
	case NETWORK_CONNECTION_RESET:
	case NETWORK_CONNECTION_REFUSED:
		return "the server refuses the connection";
	default:
		return "the network cannot be used";
	}
}

const char *route_open(const struct firmware *firmware, const struct station *station,
                       const struct url *url, struct route *route)
{
	EFI_STATUS status = EFI_NO_MAPPING;
	EFI_HANDLE *interfaces = NULL;
	UINTN count = 0;

	*route = (struct route){ .firmware = firmware, .station = *station };
	if (EFI_ERROR(find_interfaces(firmware, &interfaces, &count)))
		return "this firmware offers no HTTP: no network card, or its network "
		       "stack is off in the setup";
	for (UINTN i = 0; i < count && EFI_ERROR(status); i++) {
		route->interface = interfaces[i];
		status = try_interface(route, url);
	}
	firmware->table->BootServices->FreePool(interfaces);
	return EFI_ERROR(status) ? problem(status) : NULL;
}

void route_close(struct route *route)
{
	if (route->interface != NULL)
		address_restore(route->firmware, &route->lease);
	route->interface = NULL;
}
