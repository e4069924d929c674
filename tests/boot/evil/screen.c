/*
 * A screen of another kind, as the program sees it.  The pixels go to memory of its
 * own, whose address is printed, so that they can be looked at from outside.
 */
#include "efi/firmware/console.h"
#include "lib/base/line.h"
#include "tests/boot/evil/evil.h"

#define ODD_PIXELS 13u
#define PIXEL_BYTES 4u
#define PAGE 4096u

static EFI_GUID gop_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;

static struct {
	EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE mode;
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION info;
} seen;

static void print_place(const struct firmware *firmware)
{
	struct line line;
	char text[120];

	line_clear(&line);
	line_put(&line, "evil: framebuffer 0x");
	line_put_hex(&line, seen.mode.FrameBufferBase, 1);
	line_put(&line, " size ");
	line_put_u64(&line, seen.mode.FrameBufferSize);
	line_put(&line, " width ");
	line_put_u64(&line, seen.info.HorizontalResolution);
	line_put(&line, " height ");
	line_put_u64(&line, seen.info.VerticalResolution);
	line_put(&line, " stride ");
	line_put_u64(&line, seen.info.PixelsPerScanLine);
	line_put(&line, "\n");
	line_to_string(&line, text, sizeof text);
	console_print(firmware, text);
}

static void make_buffer(const struct firmware *firmware)
{
	const UINTN bytes = (UINTN)seen.info.PixelsPerScanLine *
	                    seen.info.VerticalResolution * PIXEL_BYTES;
	EFI_PHYSICAL_ADDRESS address = 0;

	if (EFI_ERROR(firmware->table->BootServices->AllocatePages(
		    AllocateAnyPages, EfiReservedMemoryType, (bytes + PAGE - 1) / PAGE,
		    &address)))
		return;
	seen.mode.FrameBufferBase = address;
	seen.mode.FrameBufferSize = bytes;
	print_place(firmware);
}

static void set_masks(EFI_PIXEL_BITMASK *masks)
{
	masks->RedMask = 0x000003ffu;
	masks->GreenMask = 0x000ffc00u;
	masks->BlueMask = 0x3ff00000u;
	masks->ReservedMask = 0xc0000000u;
}

static void change(const struct firmware *firmware, enum screen_fault fault)
{
	switch (fault) {
	case SCREEN_BLT:
	case SCREEN_TWO:
		seen.info.PixelFormat = PixelBltOnly;
		seen.mode.FrameBufferBase = 0;
		seen.mode.FrameBufferSize = 0;
		break;
	case SCREEN_MASKS:
		seen.info.PixelFormat = PixelBitMask;
		set_masks(&seen.info.PixelInformation);
		make_buffer(firmware);
		break;
	case SCREEN_STRIDE:
		seen.info.PixelsPerScanLine += ODD_PIXELS;
		make_buffer(firmware);
		break;
	case SCREEN_WELL:
		break;
	}
}

/*
 * The card's and the console's are two, and show the same.  A console on two screens
 * has no pixels of its own (EDK II's ConSplitter), but each of them has.
 */
void evil_screen(const struct firmware *firmware, const struct evil *evil)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_HANDLE *handles = NULL;
	UINTN count = 0;

	if (evil->screen == SCREEN_WELL ||
	    EFI_ERROR(boot->LocateHandleBuffer(ByProtocol, &gop_guid, NULL, &count,
	                                       &handles)))
		return;
	for (UINTN i = 0; i < count; i++) {
		EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = NULL;

		if (evil->screen == SCREEN_TWO &&
		    handles[i] != firmware->table->ConsoleOutHandle)
			continue;
		if (EFI_ERROR(
			    boot->HandleProtocol(handles[i], &gop_guid, (void **)&gop)))
			continue;
		if (seen.mode.Info == NULL) {
			seen.mode = *gop->Mode;
			seen.info = *gop->Mode->Info;
			seen.mode.Info = &seen.info;
			change(firmware, evil->screen);
		}
		gop->Mode = &seen.mode;
	}
	boot->FreePool(handles);
}
