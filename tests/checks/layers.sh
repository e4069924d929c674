#!/bin/sh
# Which folder may see which: an include points to its own folder or further down.
# usage: layers.sh [TREE]
cd "${1:-$(dirname "$0")/../..}" || exit 1
. tests/tap.sh
. tests/tree.sh

# What each folder may include.  One that is not listed here is a mistake.
cat >"$scratch/rules" <<'END'
lib             freestanding lib
lib/x86         freestanding lib lib/x86
paging          freestanding lib lib/x86 paging
bench/harness   freestanding lib lib/x86 paging bench/harness
bench           freestanding lib lib/x86 paging bench/harness bench
efi             uefi         lib lib/x86 paging bench/harness bench efi
results         hosted       lib results
stick           hosted       lib
tests/model     hosted       lib paging bench/harness tests/unit tests/model
tests/unit      hosted       lib lib/x86 paging bench/harness bench efi tests/model tests/unit
tests/native    hosted       lib lib/x86 paging bench/harness tests/native
tests/fuzz      hosted       lib tests/fuzz
tests/boot/evil freestanding lib lib/x86 efi tests/boot/evil
tests/checks    hosted
END

# Prints KIND: FILE:LINE: TEXT for every include that is wrong.
wrong_includes='
function wrong(kind) { print kind ": " FILENAME ":" FNR ": " $0 }

NR == FNR {
	listed[$1] = 1
	headers[$1] = $2
	for (i = 3; i <= NF; i++)
		may[$1, $i] = 1
	next
}

FNR == 1 {
	from = FILENAME
	if (!sub("/[^/]*$", "", from))
		from = "."
	if (!(from in listed))
		wrong("folder")
}

!/^[ \t]*(#|%:|\?\?=)[ \t]*(include|import)/ && !/^[ \t]*\.inc(lude|bin)/ { next }

!/^#include ("[a-z0-9_\/]+\.h"|<[a-z0-9_\/]+\.h>)( *\/\*.*)?$/ { wrong("form"); next }

{
	name = $2
	gsub(/["<>]/, "", name)
	to = name
	inside = sub("/[^/]*$", "", to)
}

/"/ {
	if (name == "version.h")
		next
	if (!inside)
		wrong("form")
	else if (!((from, to) in may))
		wrong("floor")
	next
}

/<efi/ { if (headers[from] != "uefi") wrong("efi"); next }
# <lib/x.h> would be found too.
inside && to in listed { wrong("form"); next }
headers[from] == "hosted" { next }
name !~ /^(stdatomic|stdbool|stddef|stdint|string)\.h$/ { wrong("hosted") }
'
list_files '*.c' '*.h' '*.S'
on_files awk "$wrong_includes" "$scratch/rules" >"$scratch/wrong" || exit 1

none() { # KIND
	! grep "^$1: " "$scratch/wrong"
}

check 'every folder with sources has its rule' none folder
check 'every include is "folder/name.h" or <name.h>' none form
check 'no include points up' none floor
check 'efi/ alone sees the headers of UEFI' none efi
check 'what is in the image includes no header of a C library' none hosted
finish
