#include "efi/firmware/display.h"

static EFI_GUID gop_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;

static struct pixel_masks masks_of(const EFI_PIXEL_BITMASK *masks)
{
	return (struct pixel_masks){
		.red = masks->RedMask,
		.green = masks->GreenMask,
		.blue = masks->BlueMask,
		.reserved = masks->ReservedMask,
	};
}

/* False unless it shows something that a processor can write to. */
static bool take_mode(const EFI_GRAPHICS_OUTPUT_PROTOCOL *gop, struct video_mode *mode)
{
	struct framebuffer framebuffer;

	if (gop == NULL || gop->Mode == NULL || gop->Mode->Info == NULL)
		return false;

	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *const info = gop->Mode->Info;

	*mode = (struct video_mode){
		.base = gop->Mode->FrameBufferBase,
		.size = gop->Mode->FrameBufferSize,
		.width = info->HorizontalResolution,
		.height = info->VerticalResolution,
		.stride = info->PixelsPerScanLine,
		.format = (enum pixel_format)info->PixelFormat,
		.masks = masks_of(&info->PixelInformation),
	};
	return framebuffer_open(&framebuffer, mode) == ERR_NONE;
}

static bool take_handle(EFI_BOOT_SERVICES *boot, EFI_HANDLE handle,
                        struct video_mode *mode)
{
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = NULL;

	return handle != NULL &&
	       !EFI_ERROR(boot->HandleProtocol(handle, &gop_guid, (void **)&gop)) &&
	       take_mode(gop, mode);
}

/*
 * That of the console where it has pixels: a second card may have no screen at all.  A
 * console on two screens has none, as EDK II's ConSplitter makes it: the first screen
 * that has some is drawn to then.
 */
bool display_find(const struct firmware *firmware, struct video_mode *mode)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_HANDLE *handles = NULL;
	UINTN count = 0;
	bool found = take_handle(boot, firmware->table->ConsoleOutHandle, mode);

	if (found || EFI_ERROR(boot->LocateHandleBuffer(ByProtocol, &gop_guid, NULL,
	                                                &count, &handles)))
		return found;
	for (UINTN i = 0; i < count && !found; i++)
		found = take_handle(boot, handles[i], mode);
	boot->FreePool(handles);
	return found;
}
