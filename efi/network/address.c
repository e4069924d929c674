#include "efi/network/address.h"

#include "efi/network/interfaces.h"
#include "efi/network/protocols.h"

#define TRIES 300u
#define TRY_US 100000u

/* An interface with its routes. */
#define INFO_BYTES 2048u

static EFI_GUID config_guid = IP4_CONFIG2_GUID;

/* Interfaces where DHCP has given nothing in this start: it is not waited for again. */
static EFI_HANDLE silent[INTERFACES];
static unsigned silent_count;

static bool is_silent(EFI_HANDLE interface)
{
	for (unsigned i = 0; i < silent_count; i++)
		if (silent[i] == interface)
			return true;
	return false;
}

static struct ip4_config2 *config_of(const struct firmware *firmware,
                                     EFI_HANDLE interface)
{
	struct ip4_config2 *config = NULL;

	if (EFI_ERROR(firmware->table->BootServices->HandleProtocol(
		    interface, &config_guid, (void **)&config)))
		return NULL;
	return config;
}

static bool has_address(struct ip4_config2 *config)
{
	union {
		struct ip4_interface_info info;
		UINT8 bytes[INFO_BYTES];
	} of;
	UINTN bytes = sizeof of;

	if (EFI_ERROR(config->get_data(config, IP4_INTERFACE_INFO, &bytes, &of)))
		return false;
	for (unsigned i = 0; i < sizeof of.info.station; i++)
		if (of.info.station.Addr[i] != 0)
			return true;
	return false;
}

static EFI_STATUS set_policy(struct ip4_config2 *config, enum ip4_policy policy)
{
	return config->set_data(config, IP4_POLICY, sizeof policy, &policy);
}

static bool is_static(struct ip4_config2 *config)
{
	enum ip4_policy policy = IP4_STATIC;
	UINTN bytes = sizeof policy;

	return EFI_ERROR(config->get_data(config, IP4_POLICY, &bytes, &policy)) ||
	       policy == IP4_STATIC;
}

EFI_STATUS address_acquire(const struct firmware *firmware, EFI_HANDLE interface,
                           struct lease *lease)
{
	struct ip4_config2 *const config = config_of(firmware, interface);

	*lease = (struct lease){ .interface = interface };
	if (config == NULL)
		return EFI_UNSUPPORTED;
	if (has_address(config))
		return EFI_SUCCESS;
	if (is_silent(interface))
		return EFI_NO_MAPPING;
	lease->was_static = is_static(config);
	/* To set what is set already asks for nothing. */
	if (!lease->was_static)
		(void)set_policy(config, IP4_STATIC);
	(void)set_policy(config, IP4_DHCP);
	for (unsigned i = 0; i < TRIES; i++) {
		if (has_address(config))
			return EFI_SUCCESS;
		firmware->table->BootServices->Stall(TRY_US);
	}
	if (silent_count < INTERFACES)
		silent[silent_count++] = interface;
	return EFI_NO_MAPPING;
}

void address_restore(const struct firmware *firmware, const struct lease *lease)
{
	struct ip4_config2 *const config = config_of(firmware, lease->interface);

	if (config != NULL && lease->was_static)
		(void)set_policy(config, IP4_STATIC);
}
