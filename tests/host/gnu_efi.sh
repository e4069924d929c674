#!/bin/sh
# gnu-efi, wherever a distribution has put it, and what is linked with it.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh

# A folder of distributions, with empty files in it.
libs=
for place in $(make -s print-EFI_LIBS); do
	libs="$libs $scratch/root$place"
done

found() { # FILE OF THE START CODE, FILE OF THE FUNCTION THAT RELOCATES
	rm -rf "$scratch/root"
	for file; do
		mkdir -p "$scratch/root/${file%/*}"
		: >"$scratch/root/$file"
	done
	[ "$(make -s EFI_LIBS="$libs" print-EFI_START)" = "$scratch/root/$1" ] &&
		[ "$(make -s EFI_LIBS="$libs" print-EFI_RELOCATE)" = "$scratch/root/$2" ]
}

not_found() { # VARIABLE=VALUE...
	! make -s BUILD="$scratch/none" "$@" "$scratch/none/tlbmark.efi" \
		>"$scratch/said" 2>&1 &&
		grep -q 'gnu-efi is not in' "$scratch/said" &&
		grep -q 'run.sh --setup' "$scratch/said" &&
		! grep -q ' CC ' "$scratch/said"
}

# Without the function that the start code calls, which is in no other library.
refused() { # PROGRAM
	ar rc "$scratch/empty.a" && mkdir "$scratch/$1" &&
		cp -a build/efi build/evil build/gen "$scratch/$1" &&
		! make -s BUILD="$scratch/$1" EFI_RELOCATE="$scratch/empty.a" \
			"$scratch/$1/$1.efi" >"$scratch/said" 2>&1 &&
		cat "$scratch/said" && grep -q '_relocate' "$scratch/said" &&
		grep -q "$1.so: undefined symbols" "$scratch/said" &&
		[ ! -e "$scratch/$1/$1.so" ]
}

check 'in lib: Debian to 13, Ubuntu, Arch, Fedora' \
	found usr/lib/crt0-efi-x86_64.o usr/lib/libgnuefi.a
check "in the processor's folder: Debian from gnu-efi 4 on" \
	found usr/lib/x86_64-linux-gnu/crt0-efi-x86_64.o usr/lib/x86_64-linux-gnu/libgnuefi.a
check 'in lib64: openSUSE' found usr/lib64/crt0-efi-x86_64.o usr/lib64/libgnuefi.a
check 'in a folder of its own, the library beside it or above' \
	found usr/lib64/gnuefi/crt0-efi-x86_64.o usr/lib64/libgnuefi.a
check 'in a folder of the processor there' \
	found usr/lib/gnuefi/x64/crt0.o usr/lib/gnuefi/x64/libgnuefi.a
check 'no start code: says what to do, compiles nothing' not_found EFI_LIBS="$scratch"
check 'no headers: says what to do, compiles nothing' not_found EFI_HEADERS="$scratch"
check 'a symbol that nobody defines keeps the program from being linked' refused tlbmark
check 'and the firmware that misbehaves' refused evil
finish
