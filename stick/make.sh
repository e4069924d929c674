#!/bin/sh
# Makes the image of a bootable stick, the same bytes from the same program: GUIDs and
# serial numbers are fixed, and all times are SOURCE_DATE_EPOCH.
# usage: make.sh PROGRAM.efi GPT ISO IMAGE
set -eu

program=$1 gpt=$2 iso=$3 image=$4
here=$(dirname "$0")
# shellcheck source=stick/layout.sh
. "$here/layout.sh"
PATH=$PATH:/usr/sbin:/sbin
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1577836800}
TZ=UTC0
export SOURCE_DATE_EPOCH TZ MTOOLS_SKIP_CHECK=1

work=$(mktemp -d "${TMPDIR:-/tmp}/tlbmark-image.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# FAT16, of one sector a cluster: what firmware has to read on removable media, and
# every desktop too (UEFI 2.10 13.3 "File System Format").  A sector of the file system
# is a block of the disk: Windows mounts nothing else, nor Linux one that is smaller.
format() { # FILE LABEL ID SECTORS BYTES-OF-A-SECTOR
	mkfs.vfat --invariant -F 16 -s 1 -S "$5" -n "$2" -i "$3" -C "$1" \
		$(($4 / 2)) >/dev/null
}

make_esp() { # FILE ID SECTORS BYTES-OF-A-SECTOR
	format "$1" TLBMARK_ESP "$2" "$3" "$4"
	mmd -i "$1" ::/EFI ::/EFI/BOOT
	mcopy -i "$1" "$program" ::/EFI/BOOT/BOOTX64.EFI
}

make_data() { # FILE ID SECTORS BYTES-OF-A-SECTOR
	format "$1" TLBMARK "$2" "$3" "$4"
	mmd -i "$1" ::/results
	mcopy -i "$1" "$work/README.txt" "$work/tlbmark.cfg" ::/
}

put() { # FILE FIRST
	dd if="$1" of="$work/image" bs=512 seek="$2" conv=notrunc,sparse status=none
	rm "$1"
}

# Text as Windows' editor wants it too.
text() { # FROM TO
	sed 's/$/\r/' "$1" >"$2"
}

text "$here/README.txt" "$work/README.txt"
text "$here/tlbmark.cfg" "$work/tlbmark.cfg"
truncate -s $((disk_sectors * 512)) "$work/image"

make_esp "$work/esp" 544c4201 "$esp_sectors" 512
put "$work/esp" "$esp_first"
make_data "$work/data" 544c4202 "$data_sectors" 512
put "$work/data" "$data_first"
make_esp "$work/esp" 544c4203 "$esp4k_sectors" 4096
put "$work/esp" "$esp4k_first"
make_data "$work/data" 544c4204 "$data4k_sectors" 4096
put "$work/data" "$data4k_first"

"$gpt" "$work/image" 512 "tlbmark boot:esp:$esp_first:$esp_sectors" \
	"TLBMARK:data:$data_first:$data_sectors"
"$gpt" "$work/image" 4096 "tlbmark boot:esp:$esp4k_first:$esp4k_sectors" \
	"TLBMARK:data:$data4k_first:$data4k_sectors"
"$iso" "$work/image" "$esp_first" "$esp_sectors" "$iso_first" \
	"$program" "$work/README.txt" "$work/tlbmark.cfg"
mv "$work/image" "$image"
