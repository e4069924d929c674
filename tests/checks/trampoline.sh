#!/bin/sh
# The trampoline is copied before it runs: what the assembler made of it, as built.
# usage: trampoline.sh [TREE]
cd "${1:-$(dirname "$0")/../..}" || exit 1
. tests/tap.sh

object=build/efi/lib/x86/trampoline.S.o
if [ ! -f "$object" ]; then
	not_ok 'the trampoline is built'
	finish
	exit 1
fi

symbol() { # NAME
	nm "$object" | awk -v name="$1" '$3 == name { print "0x" $1 }'
}

has_no_relocation() {
	! objdump -r "$object" | grep R_X86_64
}

begins_its_section() {
	[ "$(symbol trampoline)" = 0x0000000000000000 ]
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

# Data has a page of its own behind it: code is not writable, nor data executable.
fits_its_page() {
	[ $(($(symbol trampoline_end) - $(symbol trampoline))) -le 4096 ]
}

# Who has no slot has written nothing but the ticket: what comes before `park` is reached
# has one access that writes, and it is locked.
strays_touch_only_the_ticket() {
	disassembly | awk '
		/lgdt/ { exit }
		/%[a-z]+,(0x[0-9a-f]+|.*\))$/ && !/cmp/ { writes++; locked += /lock/ }
		END { exit !(writes == 1 && locked == 1) }'
}

check 'it has no relocation' has_no_relocation
check 'it begins where its section does' begins_its_section
check 'it fits into a page' fits_its_page
check 'who comes unasked touches nothing but the ticket' strays_touch_only_the_ticket
finish
