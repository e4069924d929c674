#!/bin/sh
# The image of the stick, as built.
# usage: stick.sh [TREE]
cd "${1:-$(dirname "$0")/../..}" || exit 1
. tests/tap.sh
. stick/layout.sh
PATH=$PATH:/usr/sbin:/sbin

image=build/tlbmark.img
esp=$image@@$((esp_first * 512))
data=$image@@$((data_first * 512))
most_bytes=40000000
most_packed=2000000

partition() { # FIRST SECTORS
	dd if="$image" of="$scratch/partition" bs=512 skip="$1" count="$2" status=none &&
		fsck.vfat -n "$scratch/partition"
}

built_again() {
	stick/make.sh build/tlbmark.efi build/host/gpt "$scratch/again" &&
		cmp "$image" "$scratch/again"
}

# A reader of partition tables that is not ours.
table_is_right() {
	"${PYTHON:-/usr/bin/python3}" tests/checks/gpt.py "$image" "$esp_first" "$data_first"
}

holds_the_program() {
	mcopy -n -i "$esp" ::/EFI/BOOT/BOOTX64.EFI "$scratch/program" &&
		cmp "$scratch/program" build/tlbmark.efi
}

# Every key of lib/config.c, and no other, each commented.
names_every_key() {
	sed -n '/^} keys\[\]/,/^};/ s/^\t{ "\([^"]*\)".*/\1/p' lib/config.c | sort >"$scratch/keys"
	mcopy -n -i "$data" ::/tlbmark.cfg "$scratch/cfg" || return 1
	tr -d '\r' <"$scratch/cfg" | sed -n 's/^#\([a-z.]*\) =.*/\1/p' | sort >"$scratch/named"
	[ -s "$scratch/keys" ] && diff "$scratch/keys" "$scratch/named" &&
		! grep -v '^#' "$scratch/cfg" | grep '[a-z]'
}

has_what_people_look_for() {
	mlabel -s -i "$data" | grep -w TLBMARK && mdir -i "$data" ::/results &&
		mcopy -n -i "$data" ::/README.txt "$scratch/readme" && [ -s "$scratch/readme" ]
}

is_small() {
	[ "$(wc -c <"$image")" -lt $most_bytes ]
}

# In a place of its own: another test may look at build/dist/.
is_released() {
	commit=$(sed -n 's/^#define TLBMARK_COMMIT "\(.*\)"/\1/p' build/gen/version.h)
	MAKEFLAGS='' make -s dist DIST="$scratch/dist" COMMIT="$commit" &&
		[ "$(cd "$scratch/dist" && echo *)" = 'SHA256SUMS tlbmark.efi tlbmark.img.xz' ]
}

is_what_was_built() {
	[ "$(wc -l <"$scratch/dist/SHA256SUMS")" -eq 2 ] &&
		(cd "$scratch/dist" && sha256sum --check --strict SHA256SUMS) &&
		cmp "$scratch/dist/tlbmark.efi" build/tlbmark.efi &&
		xz -dc "$scratch/dist/tlbmark.img.xz" | cmp - "$image" &&
		[ "$(wc -c <"$scratch/dist/tlbmark.img.xz")" -lt $most_packed ]
}

check 'built again it has the same bytes' built_again
check 'its partition table is right, and so is the copy at the end' table_is_right
check 'partition 1 is a FAT file system' partition "$esp_first" "$esp_sectors"
check 'partition 2 is a FAT file system' partition "$data_first" "$data_sectors"
check 'firmware finds the program' holds_the_program
check 'TLBMARK has a README and a folder for results' has_what_people_look_for
check 'its tlbmark.cfg names every key, and sets none' names_every_key
check "it has less than $most_bytes bytes" is_small
check 'a release is the program, the packed image and their sums' is_released
check "they are what was built, packed in less than $most_packed bytes" is_what_was_built
finish
