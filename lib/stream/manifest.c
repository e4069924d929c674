#include "lib/stream/manifest.h"

#include "lib/base/crc32.h"

void manifest_begin(struct line *manifest)
{
	line_clear(manifest);
	line_put(manifest, "file,bytes,crc32\n");
}

void manifest_add(struct line *manifest, const char *name, const char *bytes,
                  size_t length)
{
	line_format(manifest, "%s,%lu,%08x\n", name, (uint64_t)length,
	            crc32_update(0, bytes, length));
}
