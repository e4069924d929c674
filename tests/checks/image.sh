#!/bin/sh
# The file that firmware loads, as built.
# usage: image.sh [TREE]
cd "${1:-$(dirname "$0")/../..}" || exit 1
. tests/tap.sh

efi=build/tlbmark.efi
# What it has is its own code; a limit finds a table or a copy of it that came in by accident.
most_bytes=700000 # clang 19 makes 503000, clang 14 480000, gcc 12 430000

image() { # PROPERTY
	"$scratch/image" "$efi" "$1"
}

is_small() {
	bytes=$(wc -c <"$efi") && echo "$bytes bytes" && [ "$bytes" -lt $most_bytes ]
}

names_itself() {
	version=$(make -s print-VERSION)
	commit=$(sed -n 's/^#define TLBMARK_COMMIT "\(.*\)"/\1/p' build/gen/version.h)
	echo "version '$version', commit '$commit'"
	[ -n "$version" ] && [ -n "$commit" ] &&
		grep -qaF "tlbmark $version" "$efi" && grep -qaF "$commit" "$efi"
}

check 'the reader of PE headers is built' \
	"${CC:-cc}" -std=gnu11 -O1 -Wall -Wextra -o "$scratch/image" tests/checks/image.c
check 'it is a UEFI application for x86-64' image headers
check 'its sections begin on pages' image alignment
check 'its sections follow each other without a gap' image no-gap
check 'its sections are in the file' image contents
check 'no section is writable and executable' image protection
check 'it is entered in a section that is executable' image entry
check 'it can be loaded anywhere' image relocations
check "it has less than $most_bytes bytes" is_small
check 'it holds its version and commit' names_itself
finish
