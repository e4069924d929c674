#!/bin/sh
# Which folder may see which: an include points to its own folder or further down.
# usage: layers.sh [TREE]
cd "${1:-$(dirname "$0")/../..}" || exit 1
. tests/tap.sh
. tests/tree.sh

# The program: floors, and the rooms on each.  An include goes to the own room or down.
# The pure half of lib/ has no privileged instruction in it; lib/x86 and lib/chipset are the other half.
# A folder that is not listed here is a mistake.
cat >"$scratch/floors" <<'END'
21 efi
20 efi/delivery
19 efi/takeover
18 efi/stick efi/ram_log
17 efi/network
16 efi/firmware
15 bench
14 bench/harness/nested bench/harness/runner bench/harness/target bench/litmus
13 bench/harness/remote bench/harness/verify bench/harness/walk
12 bench/harness/selftest bench/harness/experiment
11 bench/harness/sample
10 bench/harness/space bench/harness/work
9 bench/harness/smp bench/harness/window
8 paging
7 lib/chipset lib/x86/start lib/x86/svm lib/x86/svm
6 lib/x86
5 lib/screen lib/machine
4 lib/codes lib/processor
3 lib/stream lib/boot
2 lib/stats lib/options
1 lib/base
END

# Everything else: what runs on the host, and the firmware that misbehaves.
PURE="lib/base lib/stats lib/options lib/stream lib/boot lib/codes lib/processor lib/machine
	lib/screen"
MACHINE='tests/silicon/params tests/silicon/core'
rule() { # FOLDER HEADERS MAY-INCLUDE...
	echo "$@"
}
rooms() { # PATTERN
	awk -v pattern="$1" '{ for (i = 2; i <= NF; i++) if ($i ~ pattern) print $i }' \
		"$scratch/floors"
}
EFI=$(rooms ^efi)
HARNESS=$(rooms ^bench/harness)
# shellcheck disable=SC2086 # words
{
	awk '{ for (i = 2; i <= NF; i++) floor[$i] = $1 }
		END {
			for (from in floor) {
				line = from " " (from ~ /^efi/ ? "uefi" : "freestanding") " " from
				for (to in floor)
					if (floor[to] + 0 < floor[from] + 0)
						line = line " " to
				print line
			}
		}' "$scratch/floors"
	rule host hosted $PURE paging bench/litmus host
	rule stick hosted $PURE paging bench/litmus
	SUPPORT='tests/unit/support tests/unit/support/silicon'
	rule tests/model hosted $PURE paging $HARNESS $MACHINE tests/silicon/interpret \
		tests/unit/support tests/model
	rule tests/litmus hosted bench/litmus tests/litmus
	# What is held against the program knows nothing of it.
	rule tests/silicon/params hosted tests/silicon/params
	rule tests/silicon/truth hosted tests/silicon/params tests/silicon/truth
	rule tests/silicon/core hosted tests/silicon/params tests/silicon/core
	rule tests/silicon/interpret hosted $MACHINE tests/silicon/interpret
	rule tests/silicon/host hosted $PURE lib/x86 lib/chipset paging $HARNESS $MACHINE \
		tests/silicon/interpret tests/silicon/host
	rule tests/silicon/bochs hosted $MACHINE tests/silicon/bochs
	rule tests/silicon/host/shadow/lib/x86 hosted lib/machine lib/x86
	rule tests/unit hosted $PURE lib/x86 lib/chipset paging $HARNESS bench bench/litmus $EFI tests/model \
		tests/litmus \
		$MACHINE tests/silicon/truth tests/silicon/interpret $SUPPORT tests/unit
	for support in $SUPPORT; do
		rule "$support" hosted $PURE lib/x86 lib/chipset paging $HARNESS bench tests/model \
			$MACHINE tests/silicon/truth tests/silicon/interpret $SUPPORT
	done
	rule tests/native hosted $PURE lib/x86 lib/chipset paging $HARNESS bench/litmus tests/native
	rule tests/fuzz hosted $PURE tests/fuzz
	rule tests/boot/evil freestanding $PURE lib/x86 lib/x86/start lib/chipset paging $EFI tests/boot/evil
	rule tests/checks hosted
} >"$scratch/rules"

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
name !~ /^(stdarg|stdatomic|stdbool|stddef|stdint|string)\.h$/ { wrong("hosted") }
'
list_files '*.c' '*.h' '*.S'
on_files awk "$wrong_includes" "$scratch/rules" >"$scratch/wrong" || exit 1

none() { # KIND
	! grep "^$1: " "$scratch/wrong"
}

# A file and its header are one; tsort(1) names the members of a circle.
no_circles() {
	on_files awk '/^#include "/ {
		from = FILENAME
		to = $2
		gsub(/"/, "", to)
		sub(/\.[^.]*$/, "", from)
		sub(/\.[^.]*$/, "", to)
		if (from != to)
			print from, to
	}' | sort -u >"$scratch/includes"
	[ -s "$scratch/includes" ] && silent tsort_quietly
}

tsort_quietly() {
	tsort <"$scratch/includes" 2>&1 >/dev/null
}

check 'every folder with sources has its rule' none folder
check 'every include is "folder/name.h" or <name.h>' none form
check 'no include points up' none floor
check 'no files include each other in a circle' no_circles
check 'efi/ alone sees the headers of UEFI' none efi
check 'what is in the image includes no header of a C library' none hosted
finish
