#!/bin/sh
# Makes the image of a bootable stick, the same bytes from the same program: GUIDs and
# serial numbers are fixed, and all times are SOURCE_DATE_EPOCH.
# usage: make.sh PROGRAM.efi GPT IMAGE
set -eu

program=$1 gpt=$2 image=$3
here=$(dirname "$0")
unset CDPATH
# shellcheck source=stick/layout.sh
. "$here/layout.sh"
PATH=$PATH:/usr/sbin:/sbin
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1577836800}
TZ=UTC0
export SOURCE_DATE_EPOCH TZ MTOOLS_SKIP_CHECK=1

case ${TMPDIR:=/tmp} in
/*) ;;
*) TMPDIR=$(pwd)/$TMPDIR ;;
esac
work=$(mktemp -d "$TMPDIR/tlbmark-image.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# FAT16, of one sector a cluster: what firmware has to read on removable media, and
# every desktop too (UEFI 2.10 13.3 "File System Format").
format() { # FILE LABEL ID SECTORS
	mkfs.vfat --invariant -F 16 -s 1 -n "$2" -i "$3" -C "$1" $(($4 / 2)) >/dev/null
}

# Text as Windows' editor wants it too.
text() { # FROM TO
	sed 's/$/\r/' "$1" >"$2"
}

# mtools read paths in their own way: they are called where these are plain names.
at_work() { # COMMAND...
	(cd "$work" && "$@")
}

format "$work/esp" TLBMARK_ESP 544c4201 "$esp_sectors"
cp "$program" "$work/BOOTX64.EFI"
at_work mmd -i esp ::/EFI ::/EFI/BOOT
at_work mcopy -i esp BOOTX64.EFI ::/EFI/BOOT

format "$work/data" TLBMARK 544c4202 "$data_sectors"
at_work mmd -i data ::/results
text "$here/README.txt" "$work/README.txt"
text "$here/tlbmark.cfg" "$work/tlbmark.cfg"
at_work mcopy -i data README.txt tlbmark.cfg ::/

truncate -s $((disk_sectors * 512)) "$work/image"
"$gpt" "$work/image" "tlbmark boot:esp:$esp_first:$esp_sectors" \
	"TLBMARK:data:$data_first:$data_sectors"
dd if="$work/esp" of="$work/image" bs=512 seek="$esp_first" conv=notrunc,sparse status=none
dd if="$work/data" of="$work/image" bs=512 seek="$data_first" conv=notrunc,sparse status=none
mv "$work/image" "$image"
