/* Services that stay when boot services are gone: variables, and the reset. */
#include "tests/boot/evil/evil.h"

#define PAGE 4096u

/* Of the lower half, and nothing is there. */
#define NOWHERE ((UINT64)0x7ff0 << 32)

#define ORDER_MOST 64u
#define NO_OPTION 0x77u
#define OUR_OPTION 0x80u

static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;
static EFI_GUID global_guid = EFI_GLOBAL_VARIABLE;

static EFI_STATUS EFIAPI variable_is_lost(CHAR16 *name, EFI_GUID *vendor,
                                          UINT32 attributes, UINTN size, VOID *data)
{
	(void)name, (void)vendor, (void)attributes, (void)size, (void)data;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI variable_is_refused(CHAR16 *name, EFI_GUID *vendor,
                                             UINT32 attributes, UINTN size, VOID *data)
{
	(void)name, (void)vendor, (void)attributes, (void)size, (void)data;
	return EFI_OUT_OF_RESOURCES;
}

/* Asked before boot services are gone alone, what follows need not stay. */
static struct {
	EFI_GET_VARIABLE get_variable;
	EFI_SET_VARIABLE set_variable;
	UINT16 current;
	bool has_no_device; /* nor is of a class: its path is empty */
} real;

static bool is_option(const CHAR16 *name)
{
	return name[0] == 'B' && name[4] >= '0' && name[4] <= 'F' && name[8] == 0;
}

static EFI_STATUS EFIAPI option_is_refused(CHAR16 *name, EFI_GUID *vendor,
                                           UINT32 attributes, UINTN size, VOID *data)
{
	return is_option(name)
	               ? EFI_OUT_OF_RESOURCES
	               : real.set_variable(name, vendor, attributes, size, data);
}

static bool is_of_this_start(const CHAR16 *name)
{
	static const CHAR16 digits[] = L"0123456789ABCDEF";

	for (unsigned i = 0; i < 4; i++)
		if (!is_option(name) ||
		    name[4 + i] != digits[real.current >> (12 - 4 * i) & 0xf])
			return false;
	return true;
}

/*
 * This start's option is "USB HDD" of a vendor, or a device that is not named at all:
 * attributes, length of the path, "A", the path.
 */
static EFI_STATUS EFIAPI option_is_class(CHAR16 *name, EFI_GUID *vendor,
                                         UINT32 *attributes, UINTN *size, VOID *data)
{
	static const char class[] = "\1\0\0\0\30\0A\0\0\0"
				    "\3\12\24\0ABCDEFGHIJKLMNOP\177\377\4";
	static const char empty[] = "\1\0\0\0\4\0A\0\0\0\177\377\4";
	const char *const option = real.has_no_device ? empty : class;
	const UINTN length = real.has_no_device ? sizeof empty : sizeof class;

	if (!is_of_this_start(name) || *size < length)
		return real.get_variable(name, vendor, attributes, size, data);
	for (UINTN i = 0; i < length; i++)
		((char *)data)[i] = option[i];
	*size = length;
	return EFI_SUCCESS;
}

/* BootOrder with 77h in the place of this start's option. */
static EFI_STATUS EFIAPI order_is_without(CHAR16 *name, EFI_GUID *vendor,
                                          UINT32 *attributes, UINTN *size, VOID *data)
{
	const EFI_STATUS status =
		real.get_variable(name, vendor, attributes, size, data);
	UINT16 *const order = data;

	if (EFI_ERROR(status) || name[0] != 'B' || name[4] != 'O')
		return status;
	for (UINTN i = 0; i < *size / sizeof *order; i++)
		if (order[i] == real.current)
			order[i] = NO_OPTION;
	return status;
}

/* In BootOrder it is the last. */
static void add_to_order(UINT16 number)
{
	UINT16 order[ORDER_MOST];
	UINTN size = sizeof order - sizeof *order;

	if (EFI_ERROR(
		    real.get_variable(L"BootOrder", &global_guid, NULL, &size, order)))
		return;
	order[size / sizeof *order] = number;
	(void)real.set_variable(L"BootOrder", &global_guid,
	                        EFI_VARIABLE_NON_VOLATILE |
	                                EFI_VARIABLE_BOOTSERVICE_ACCESS |
	                                EFI_VARIABLE_RUNTIME_ACCESS,
	                        size + sizeof *order, order);
}

/* As firmware that has every option in its order. */
static EFI_STATUS EFIAPI option_is_ordered(CHAR16 *name, EFI_GUID *vendor,
                                           UINT32 attributes, UINTN size, VOID *data)
{
	if (is_option(name) && size != 0)
		add_to_order(OUR_OPTION);
	return real.set_variable(name, vendor, attributes, size, data);
}

static void change_options(EFI_RUNTIME_SERVICES *runtime, const struct evil *evil)
{
	UINTN size = sizeof real.current;

	real.get_variable = runtime->GetVariable;
	real.set_variable = runtime->SetVariable;
	real.has_no_device = evil->option == OPTION_EMPTY;
	(void)runtime->GetVariable(L"BootCurrent", &global_guid, NULL, &size,
	                           &real.current);
	if (evil->order == ORDER_ADDED)
		runtime->SetVariable = option_is_ordered;
	if (evil->order == ORDER_WITHOUT)
		runtime->GetVariable = order_is_without;
	if (evil->option != OPTION_WELL)
		runtime->GetVariable = option_is_class;
	if (evil->variable == VARIABLE_NO_OPTION)
		runtime->SetVariable = option_is_refused;
}

/* ConOut is nowhere, or the second serial port, by the paths of EDK II. */
static EFI_STATUS EFIAPI no_console(CHAR16 *name, EFI_GUID *vendor, UINT32 *attributes,
                                    UINTN *size, VOID *data)
{
	if (name[0] != 'C' || name[3] != 'O' || name[6] != 0)
		return real.get_variable(name, vendor, attributes, size, data);
	return EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI console_on_com2(CHAR16 *name, EFI_GUID *vendor,
                                         UINT32 *attributes, UINTN *size, VOID *data)
{
	static const char path[] = "\2\1\14\0\xd0\x41\1\5\1\0\0\0"
				   "\3\16\23\0\0\0\0\0\0\xc2\1\0\0\0\0\0\10\1\1"
				   "\177\377\4";

	if (name[0] != 'C' || name[3] != 'O' || name[6] != 0 || *size < sizeof path)
		return real.get_variable(name, vendor, attributes, size, data);
	for (UINTN i = 0; i < sizeof path; i++)
		((char *)data)[i] = path[i];
	*size = sizeof path;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI reset_returns(EFI_RESET_TYPE type, EFI_STATUS status,
                                       UINTN size, CHAR16 *data)
{
	(void)type, (void)status, (void)size, (void)data;
	return EFI_DEVICE_ERROR;
}

static EFI_STATUS EFIAPI reset_by_ud(EFI_RESET_TYPE type, EFI_STATUS status, UINTN size,
                                     CHAR16 *data)
{
	(void)type, (void)status, (void)size, (void)data;
	__asm__ volatile("ud2");
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI reset_by_pf(EFI_RESET_TYPE type, EFI_STATUS status, UINTN size,
                                     CHAR16 *data)
{
	(void)type, (void)status, (void)size, (void)data;
	*(volatile UINT8 *)NOWHERE = 0;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI reset_hangs(EFI_RESET_TYPE type, EFI_STATUS status, UINTN size,
                                     CHAR16 *data)
{
	(void)type, (void)status, (void)size, (void)data;
	for (;;)
		__asm__ volatile("cli\n\thlt");
	return EFI_SUCCESS;
}

/*
 * The image is gone when boot services are: its copy in runtime code stays, and the
 * functions above need nothing but their instructions.
 */
static char *copy_image(const EFI_BOOT_SERVICES *boot, const EFI_LOADED_IMAGE *image)
{
	const UINTN bytes = (UINTN)image->ImageSize;
	const char *const from = image->ImageBase;
	EFI_PHYSICAL_ADDRESS address = 0;

	if (EFI_ERROR(boot->AllocatePages(AllocateAnyPages, EfiRuntimeServicesCode,
	                                  (bytes + PAGE - 1) / PAGE, &address)))
		return NULL;
	for (UINTN i = 0; i < bytes; i++)
		((char *)address)[i] = from[i];
	return (char *)address;
}

static EFI_SET_VARIABLE set_variable(enum variable_fault fault)
{
	return fault == VARIABLE_LOST ? variable_is_lost : variable_is_refused;
}

static EFI_RESET_SYSTEM reset(enum reset_fault fault)
{
	switch (fault) {
	case RESET_UD:
		return (EFI_RESET_SYSTEM)reset_by_ud;
	case RESET_PF:
		return (EFI_RESET_SYSTEM)reset_by_pf;
	case RESET_HANGS:
		return (EFI_RESET_SYSTEM)reset_hangs;
	default:
		return (EFI_RESET_SYSTEM)reset_returns;
	}
}

void evil_runtime_services(const struct firmware *firmware, const struct evil *evil)
{
	EFI_RUNTIME_SERVICES *const runtime = firmware->table->RuntimeServices;
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_LOADED_IMAGE *image = NULL;

	if (EFI_ERROR(boot->HandleProtocol(firmware->image, &loaded_image_guid,
	                                   (void **)&image)))
		return;

	change_options(runtime, evil);
	if (evil->console != CONSOLE_WELL)
		runtime->GetVariable =
			evil->console == CONSOLE_NONE ? no_console : console_on_com2;

	char *const copy = copy_image(boot, image);
	const UINTN away = (UINTN)copy - (UINTN)image->ImageBase;

	if (copy != NULL && evil->variable != VARIABLE_WELL &&
	    evil->variable != VARIABLE_NO_OPTION)
		runtime->SetVariable =
			(EFI_SET_VARIABLE)((UINTN)set_variable(evil->variable) + away);
	if (copy != NULL && evil->reset != RESET_WELL)
		runtime->ResetSystem =
			(EFI_RESET_SYSTEM)((UINTN)reset(evil->reset) + away);
}
