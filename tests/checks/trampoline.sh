#!/bin/sh
# What starts processors and what changes CR4.LA57 is copied below 1 MiB before it runs:
# what the assembler made of it, as built.
# usage: trampoline.sh [TREE]
cd "${1:-$(dirname "$0")/../..}" || exit 1
. tests/tap.sh

object=build/efi/lib/x86/start/trampoline.S.o
la57=build/efi/lib/x86/start/la57.S.o
if [ ! -f "$object" ] || [ ! -f "$la57" ]; then
	not_ok 'the trampoline is built'
	finish
	exit 1
fi

symbol() { # NAME [OBJECT]
	nm "${2:-$object}" | awk -v name="$1" '$3 == name { print "0x" $1 }'
}

has_no_relocation() { # OBJECT
	! objdump -r "$1" | grep R_X86_64
}

begins_its_section() {
	[ "$(symbol trampoline)" = 0x0000000000000000 ] &&
		[ "$(symbol la57_switch "$la57")" = 0x0000000000000000 ]
}

# From its first byte to its last, in the mode the processor is in at each.
disassembly() {
	objdump -d -j .rodata -m i8086 --stop-address="$(symbol trampoline_protected)" \
		--no-show-raw-insn "$object"
	objdump -d -j .rodata -m i386 --start-address="$(symbol trampoline_protected)" \
		--stop-address="$(symbol trampoline_long)" --no-show-raw-insn "$object"
	objdump -d -j .rodata -m i386:x86-64 --start-address="$(symbol trampoline_long)" \
		--stop-address="$(symbol trampoline_end)" --no-show-raw-insn "$object"
}

# Data has a page of its own behind it: code is not writable, nor data executable.  What
# changes CR4.LA57 begins at LOW_LA57.
fits_its_page() {
	begin=$(sed -n 's/^#define LOW_LA57 \(0x[0-9a-f]*\)$/\1/p' lib/x86/start/trampoline.h)
	[ $(($(symbol trampoline_end) - $(symbol trampoline))) -le $((begin)) ] &&
		[ $((begin + $(symbol la57_end "$la57"))) -le 4096 ]
}

# Who has no slot has written nothing but the ticket: what comes before `park` is reached
# has one access that writes, and it is locked.
strays_touch_only_the_ticket() {
	disassembly | awk '
		/lgdt/ { exit }
		/%[a-z]+,(0x[0-9a-f]+|.*\))$/ && !/cmp/ { writes++; locked += /lock/ }
		END { exit !(writes == 1 && locked == 1) }'
}

check 'it has no relocation' has_no_relocation "$object"
check 'what changes CR4.LA57 has none' has_no_relocation "$la57"
check 'it begins where its section does' begins_its_section
check 'it fits into a page' fits_its_page
check 'who comes unasked touches nothing but the ticket' strays_touch_only_the_ticket
finish
