#include "efi/network/pxe_server.h"

#include "lib/boot/dhcp_boot.h"

#include <string.h>

static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;
static EFI_GUID pxe_guid = EFI_PXE_BASE_CODE_PROTOCOL_GUID;

/* UEFI 2.10 24.3 "PXE Base Code Protocol"; NULL: none, or not in use over IPv4. */
static EFI_PXE_BASE_CODE *pxe_of_image(const struct firmware *firmware)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_LOADED_IMAGE *image = NULL;
	EFI_PXE_BASE_CODE *pxe = NULL;

	if (EFI_ERROR(boot->HandleProtocol(firmware->image, &loaded_image_guid,
	                                   (void **)&image)) ||
	    image->DeviceHandle == NULL ||
	    EFI_ERROR(boot->HandleProtocol(image->DeviceHandle, &pxe_guid,
	                                   (void **)&pxe)) ||
	    pxe->Mode == NULL || !pxe->Mode->Started || pxe->Mode->UsingIpv6)
		return NULL;
	return pxe;
}

static bool read_packet(bool is_there, const EFI_PXE_BASE_CODE_PACKET *packet,
                        struct dhcp_boot *from)
{
	return is_there && dhcp_boot_read(packet->Raw, sizeof packet->Raw, from);
}

/* A boot server's reply names what was loaded, else the proxy's offer, else the lease.
 */
static bool find_server(const EFI_PXE_BASE_CODE_MODE *mode, struct dhcp_boot *from)
{
	return read_packet(mode->PxeReplyReceived, &mode->PxeReply, from) ||
	       read_packet(mode->ProxyOfferReceived, &mode->ProxyOffer, from) ||
	       read_packet(mode->DhcpAckReceived, &mode->DhcpAck, from);
}

EFI_STATUS pxe_server_read(const struct firmware *firmware, const char *name, void *to,
                           UINTN *bytes)
{
	EFI_PXE_BASE_CODE *const pxe = pxe_of_image(firmware);
	UINT8 path[DHCP_BOOT_FILE];
	EFI_IP_ADDRESS server = { 0 };
	struct dhcp_boot from;
	UINT64 size = *bytes;

	*bytes = 0;
	if (pxe == NULL || !find_server(pxe->Mode, &from) ||
	    !dhcp_boot_beside(&from, name, (char *)path, sizeof path))
		return EFI_NOT_FOUND;
	memcpy(&server.v4, from.server, sizeof from.server);

	const EFI_STATUS status =
		pxe->Mtftp(pxe, EFI_PXE_BASE_CODE_TFTP_READ_FILE, to, FALSE, &size,
	                   NULL, &server, path, NULL, FALSE);

	if (!EFI_ERROR(status))
		*bytes = size;
	/* The server's answer, most often that there is no such file. */
	return status == EFI_TFTP_ERROR ? EFI_NOT_FOUND : status;
}
