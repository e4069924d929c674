#pragma once
/* The pixels of the console's screen, which stay there when the firmware is left. */
#include "efi/firmware/firmware.h"
#include "lib/screen/framebuffer.h"

/* False if there is no screen with pixels that a processor can write. */
bool display_find(const struct firmware *firmware, struct video_mode *mode);
