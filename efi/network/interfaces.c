#include "efi/network/interfaces.h"

#include "efi/firmware/own_image.h"
#include "efi/network/protocols.h"
#include "lib/boot/network_card.h"

/* UEFI 2.5 was the first with EFI_HTTP_PROTOCOL. */
#define REVISION_2_5 ((2u << 16) | 50u)

/* PCI Local Bus Specification 3.0 appendix D "Class Codes": the base class. */
#define BASE_CLASS 0x0bu
#define NETWORK_CONTROLLER 0x02u

static EFI_GUID http_binding_guid = SERVICE_BINDING_GUID_HTTP;
static EFI_GUID tftp_binding_guid = SERVICE_BINDING_GUID_MTFTP4;
static EFI_GUID pci_guid = EFI_PCI_IO_PROTOCOL_GUID;
static EFI_GUID network_guid = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;

static bool is_network_controller(EFI_BOOT_SERVICES *boot, EFI_HANDLE device)
{
	EFI_PCI_IO_PROTOCOL *pci = NULL;
	UINT8 class = 0;

	return !EFI_ERROR(boot->HandleProtocol(device, &pci_guid, (void **)&pci)) &&
	       !EFI_ERROR(
		       pci->Pci.Read(pci, EfiPciIoWidthUint8, BASE_CLASS, 1, &class)) &&
	       class == NETWORK_CONTROLLER;
}

/*
 * Firmware that boots from a disk connects nothing else.  Devices that are no network
 * cards are left alone: host adapters, RAID and graphics may take minutes to start.
 */
static void connect_cards(const struct firmware *firmware)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_HANDLE *devices = NULL;
	UINTN count = 0;

	if (EFI_ERROR(boot->LocateHandleBuffer(ByProtocol, &pci_guid, NULL, &count,
	                                       &devices)))
		return;
	for (UINTN i = 0; i < count; i++)
		if (is_network_controller(boot, devices[i]))
			(void)boot->ConnectController(devices[i], NULL, NULL, TRUE);
	boot->FreePool(devices);
}

static EFI_STATUS find_handles(const struct firmware *firmware, EFI_GUID *binding,
                               EFI_HANDLE **handles, UINTN *count)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_STATUS status =
		boot->LocateHandleBuffer(ByProtocol, binding, NULL, count, handles);

	if (!EFI_ERROR(status))
		return status;
	connect_cards(firmware);
	return boot->LocateHandleBuffer(ByProtocol, binding, NULL, count, handles);
}

/*
 * A driver that is started says so when it is asked for its status (UEFI 2.10 24.1
 * "EFI_SIMPLE_NETWORK.GetStatus()"); of one that is not, nothing is known.
 */
static bool has_no_media(EFI_BOOT_SERVICES *boot, EFI_HANDLE interface)
{
	EFI_SIMPLE_NETWORK *network = NULL;
	UINT32 interrupts = 0;

	if (EFI_ERROR(boot->HandleProtocol(interface, &network_guid,
	                                   (void **)&network)) ||
	    network->Mode == NULL || !network->Mode->MediaPresentSupported ||
	    network->Mode->State != EfiSimpleNetworkInitialized ||
	    EFI_ERROR(network->GetStatus(network, &interrupts, NULL)))
		return false;
	return !network->Mode->MediaPresent;
}

static void put_in_order(const struct firmware *firmware, EFI_HANDLE worked,
                         const EFI_HANDLE *handles, struct interfaces *interfaces)
{
	struct network_card cards[INTERFACES];
	unsigned order[INTERFACES];
	const unsigned count = interfaces->count;
	struct own_image own;

	own_image_read(firmware, &own);
	for (unsigned i = 0; i < count; i++)
		cards[i] = (struct network_card){
			.has_worked = handles[i] == worked,
			.is_own = device_path_same_network(
				own.device, own_image_path_of(firmware, handles[i])),
			.no_media =
				has_no_media(firmware->table->BootServices, handles[i]),
		};
	interfaces->count = network_card_order(cards, count, order);
	for (unsigned i = 0; i < interfaces->count; i++)
		interfaces->order[i] = handles[order[i]];
}

const char *interfaces_find(const struct firmware *firmware, enum url_scheme scheme,
                            EFI_HANDLE worked, struct interfaces *interfaces)
{
	const bool is_tftp = scheme == URL_TFTP;
	EFI_HANDLE *handles = NULL;
	UINTN count = 0;

	if (!EFI_ERROR(find_handles(firmware,
	                            is_tftp ? &tftp_binding_guid : &http_binding_guid,
	                            &handles, &count))) {
		interfaces->count = count < INTERFACES ? (unsigned)count : INTERFACES;
		put_in_order(firmware, worked, handles, interfaces);
		firmware->table->BootServices->FreePool(handles);
		return NULL;
	}
	if (is_tftp)
		return "this firmware offers no TFTP: no network card, or its network "
		       "stack is off in the setup";
	if (firmware->table->Hdr.Revision < REVISION_2_5)
		return "this firmware is older than HTTP boot (UEFI 2.5)";
	return "this firmware offers no HTTP: no network card, or its network stack "
	       "is off in the setup";
}
