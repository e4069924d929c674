#!/bin/sh
# Makes the image of a bootable stick, the same bytes from the same program: GUIDs and
# serial numbers are fixed, and all times are SOURCE_DATE_EPOCH.
# usage: make.sh PROGRAM.efi GPT ISO IMAGE
set -eu

program=$1 gpt=$2 iso=$3 image=$4
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
# every desktop too (UEFI 2.10 13.3 "File System Format").  A sector of the file system
# is a block of the disk: Windows mounts nothing else, nor Linux one that is smaller.
format() { # FILE LABEL ID SECTORS BYTES-OF-A-SECTOR
	mkfs.vfat --invariant -F 16 -s 1 -S "$5" -n "$2" -i "$3" -C "$1" \
		$(($4 / 2)) >/dev/null
}

# mtools read paths in their own way: they are called where these are plain names.
at_work() { # COMMAND...
	(cd "$work" && "$@")
}

make_esp() { # ID SECTORS BYTES-OF-A-SECTOR
	format "$work/esp" TLBMARK_ESP "$@"
	at_work mmd -i esp ::/EFI ::/EFI/BOOT
	at_work mcopy -i esp BOOTX64.EFI ::/EFI/BOOT
}

make_data() { # ID SECTORS BYTES-OF-A-SECTOR
	format "$work/data" TLBMARK "$@"
	at_work mmd -i data ::/results
	at_work mcopy -i data README.txt tlbmark.cfg view.html ::/
}

put() { # NAME FIRST
	dd if="$work/$1" of="$work/image" bs=512 seek="$2" conv=notrunc,sparse status=none
	rm "$work/$1"
}

# Text as Windows' editor wants it too.
text() { # FROM TO
	sed 's/$/\r/' "$1" >"$2"
}

text "$here/README.txt" "$work/README.txt"
text "$here/tlbmark.cfg" "$work/tlbmark.cfg"
"$here/../results/tlbreport/view/make.sh" >"$work/view.html"
cp "$program" "$work/BOOTX64.EFI"
truncate -s $((disk_sectors * 512)) "$work/image"

make_esp 544c4201 "$esp_sectors" 512
put esp "$esp_first"
make_data 544c4202 "$data_sectors" 512
put data "$data_first"
make_esp 544c4203 "$esp4k_sectors" 4096
put esp "$esp4k_first"
make_data 544c4204 "$data4k_sectors" 4096
put data "$data4k_first"

"$gpt" "$work/image" 512 "tlbmark boot:esp:$esp_first:$esp_sectors" \
	"TLBMARK:data:$data_first:$data_sectors"
"$gpt" "$work/image" 4096 "tlbmark boot:esp:$esp4k_first:$esp4k_sectors" \
	"TLBMARK:data:$data4k_first:$data4k_sectors"
"$iso" "$work/image" "$esp_first" "$esp_sectors" "$iso_first" \
	"$program" "$work/README.txt" "$work/tlbmark.cfg"
mv "$work/image" "$image"
