#include "efi/display.h"

static EFI_GUID gop_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;

/* That of the console where it has one: a second card may have no screen at all. */
static EFI_GRAPHICS_OUTPUT_PROTOCOL *find_gop(const struct firmware *firmware)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = NULL;

	if (firmware->table->ConsoleOutHandle != NULL &&
	    !EFI_ERROR(boot->HandleProtocol(firmware->table->ConsoleOutHandle,
	                                    &gop_guid, (void **)&gop)))
		return gop;
	return EFI_ERROR(boot->LocateProtocol(&gop_guid, NULL, (void **)&gop)) ? NULL
	                                                                       : gop;
}

static struct pixel_masks masks_of(const EFI_PIXEL_BITMASK *masks)
{
	return (struct pixel_masks){
		.red = masks->RedMask,
		.green = masks->GreenMask,
		.blue = masks->BlueMask,
		.reserved = masks->ReservedMask,
	};
}

bool display_find(const struct firmware *firmware, struct video_mode *mode)
{
	const EFI_GRAPHICS_OUTPUT_PROTOCOL *const gop = find_gop(firmware);
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
