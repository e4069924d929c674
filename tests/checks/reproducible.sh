#!/bin/sh
# The same sources give the same image, to the bit, wherever they lie.
# usage: reproducible.sh [TREE]
cd "${1:-$(dirname "$0")/../..}" || exit 1
. tests/tap.sh
. tests/tree.sh

other=$scratch/another/place
commit=$(sed -n 's/^#define TLBMARK_COMMIT "\(.*\)"/\1/p' build/gen/version.h)

copy_is_built() {
	mkdir -p "$other"
	on_files cp --parents -t "$other" &&
		make -s -C "$other" -j "${JOBS:-2}" COMMIT="$commit" build/tlbmark.efi
}

list_files Makefile '*.c' '*.h' '*.S' '*.lds'
check 'a copy can be built' copy_is_built
check 'it becomes the same image' cmp build/tlbmark.efi "$other/build/tlbmark.efi"
finish
