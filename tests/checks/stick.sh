#!/bin/sh
# The image of the stick, as built.
# usage: stick.sh [TREE]
cd "${1:-$(dirname "$0")/../..}" || exit 1
. tests/tap.sh
. stick/layout.sh
PATH=$PATH:/usr/sbin:/sbin

image=build/tlbmark.img
data=$image@@$((data_first * 512))
most_bytes=75000000
most_packed=2000000

partition() { # FIRST SECTORS
	dd if="$image" of="$scratch/partition" bs=512 skip="$1" count="$2" status=none &&
		fsck.vfat -n "$scratch/partition"
}

built_again() {
	stick/make.sh build/tlbmark.efi build/host/gpt build/host/iso "$scratch/again" &&
		cmp "$image" "$scratch/again"
}

# Readers of partition tables and of CD-ROMs that are not ours.
table_is_right() { # BYTES-OF-A-BLOCK FIRST...
	"${PYTHON:-/usr/bin/python3}" tests/checks/gpt.py "$image" "$@"
}

cd_is_right() {
	mcopy -n -i "$data" ::/README.txt "$scratch/readme.txt" &&
		mcopy -n -i "$data" ::/tlbmark.cfg "$scratch/config" &&
		"${PYTHON:-/usr/bin/python3}" tests/checks/iso.py "$image" \
			"$esp_first" "$esp_sectors" /EFI/BOOT/BOOTX64.EFI=build/tlbmark.efi \
			/README.TXT="$scratch/readme.txt" /TLBMARK.CFG="$scratch/config"
}

holds_the_program() {
	for at in "$esp_first" "$esp4k_first"; do
		mcopy -n -i "$image@@$((at * 512))" ::/EFI/BOOT/BOOTX64.EFI \
			"$scratch/program" && cmp "$scratch/program" build/tlbmark.efi &&
			rm "$scratch/program" || return 1
	done
}

# Those of one size of blocks have what those of the other have.
has_the_same_files() {
	for at in "$data_first" "$data4k_first"; do
		mkdir "$scratch/$at" &&
			mcopy -s -n -i "$image@@$((at * 512))" '::/*' "$scratch/$at" &&
			mlabel -s -i "$image@@$((at * 512))" >"$scratch/$at/label" || return 1
	done
	diff -r "$scratch/$data_first" "$scratch/$data4k_first"
}

# What has no room is refused, not cut.
is_refused() { # WORDS COMMAND...
	words=$1
	shift
	cp "$image" "$scratch/refused" &&
		! "$@" >"$scratch/words" 2>&1 && grep -F "$words" "$scratch/words"
}

# Every key of lib/options/config.c, and no other, each commented.
names_every_key() {
	make -s build/host/list || return 1
	build/host/list keys | awk '{ print $1 }' | sort >"$scratch/keys"
	mcopy -n -i "$data" ::/tlbmark.cfg "$scratch/cfg" || return 1
	tr -d '\r' <"$scratch/cfg" | sed -n 's/^#\([a-z0-9._]*\) =.*/\1/p' | sort >"$scratch/named"
	[ -s "$scratch/keys" ] && diff "$scratch/keys" "$scratch/named" &&
		! grep -v '^#' "$scratch/cfg" | grep '[a-z]'
}

has_what_people_look_for() {
	mlabel -s -i "$data" | grep -w TLBMARK && mdir -i "$data" ::/results &&
		mcopy -n -i "$data" ::/README.txt "$scratch/readme" && [ -s "$scratch/readme" ]
}

# One file, with the script and the style of the report in it, and nothing from elsewhere.
shows_a_run() {
	mcopy -n -i "$data" ::/view.html "$scratch/view.html" &&
		results/tlbreport/view/make.sh | cmp - "$scratch/view.html" &&
		grep -qFx -f results/tlbreport/page.js "$scratch/view.html" &&
		[ "$(grep -cFx -f results/tlbreport/page.css "$scratch/view.html")" -ge \
			"$(wc -l <results/tlbreport/page.css)" ] &&
		! grep -E '^@[a-z]+\.|(src|href)="[^"]|url\(|fetch\(|XMLHttpRequest|https?:' "$scratch/view.html" |
			grep -v 'http://www.w3.org/2000/svg'
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
check 'its partition table is right, and so is the copy at the end' \
	table_is_right 512 "$esp_first" "$data_first"
check 'so are those for a disk of 4096-byte blocks' \
	table_is_right 4096 "$esp4k_first" "$data4k_first"
check 'partition 1 is a FAT file system' partition "$esp_first" "$esp_sectors"
check 'partition 2 is a FAT file system' partition "$data_first" "$data_sectors"
check 'partition 1 of 4096-byte blocks too' partition "$esp4k_first" "$esp4k_sectors"
check 'and partition 2' partition "$data4k_first" "$data4k_sectors"
check 'as a CD-ROM it starts the boot partition, and has the files' cd_is_right
check 'a program that does not fit before the partitions is refused' \
	is_refused 'no room before' env SOURCE_DATE_EPOCH=0 build/host/iso "$scratch/refused" \
	"$esp_first" "$esp_sectors" "$iso_first" "$image" stick/README.txt stick/tlbmark.cfg
check 'a partition that cuts a block of 4096 bytes is refused' \
	is_refused 'no partition of this disk' build/host/gpt "$scratch/refused" 4096 \
	"x:data:$((data_first + 1)):64"
check 'a partition over the copies of the tables is refused' \
	is_refused 'no partition of this disk' build/host/gpt "$scratch/refused" 512 \
	"x:data:$data_first:$((disk_sectors - data_first - 71))"
check 'firmware finds the program' holds_the_program
check 'TLBMARK of both sizes of blocks has the same' has_the_same_files
check 'TLBMARK has a README and a folder for results' has_what_people_look_for
check 'and a page that shows a run without any other file' shows_a_run
check 'its tlbmark.cfg names every key, and sets none' names_every_key
check "it has less than $most_bytes bytes" is_small
check 'a release is the program, the packed image and their sums' is_released
check "they are what was built, packed in less than $most_packed bytes" is_what_was_built
finish
