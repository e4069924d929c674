#!/bin/sh
# Where a reset leads, in firmware that keeps its variables: back to the program, whoever
# started it, and nothing of that is left behind.
set -eu
. tests/stick.sh

share=/usr/share/OVMF

keeping_start() { # NAME QEMU-OPTION...
	bios='' machine=q35 start "$@" -accel tcg \
		-drive "if=pflash,format=raw,readonly=on,file=$share/OVMF_CODE_4M.fd" \
		-drive "if=pflash,format=raw,file=$scratch/vars.fd"
}

new_variables() {
	cp "$share/OVMF_VARS_4M.fd" "$scratch/vars.fd"
}

# Variables of that name that are not deleted: 55AAh and a state of 3Fh, 60 bytes before it.
has_variable() { # NAME
	name=$1 perl -0777 -ne 'my $wide = join "\0", split(//, "$ENV{name}\0"), "";
		exit !/\xaa\x55\x3f.{57}\Q$wide\E/s' "$scratch/vars.fd"
}

# The numbers in BootOrder.
boot_order() {
	perl -0777 -ne 'my $wide = join "\0", split(//, "BootOrder\0"), "";
		/\xaa\x55\x3f.{37}(.{4}).{16}\Q$wide\E/sg or exit 1;
		printf "%04x\n", $_ for unpack "v*", substr $_, $+[0], unpack "V", $1;
		' "$scratch/vars.fd"
}

leaves_nothing() {
	! has_variable BootNext && ! has_variable Boot0080 && ! boot_order | grep -qx 0080
}

# Who was started by a loader that starts another system the next time.
try() { # NAME WORDS LINE...
	evil "$@"
	new_variables
	keeping_start "$1"
}

comes_back() { # NAME
	came_home "$1" && says "$1" 'the reset comes back by Boot0080, our own' &&
		says "$1" 'Boot0080, which an earlier start has left, is deleted' &&
		! says "$1" 'the other system' >/dev/null && leaves_nothing
}

# --- a boot loader of the same disk

try loader 'loader=named start=once options=bare'
check 'a loader of this disk started it: the reset leads to it, not to the loader' \
	comes_back loader
keeps_its_options() {
	grep -qx 'pages,7' "$scratch/home"/*/machine.csv &&
		[ "$(tr -d '\r' <"$scratch/loader.console" | grep -ac 'tlb pages=7')" -ge 1 ]
}
check 'with the options that the loader gave it' keeps_its_options

# --- the UEFI shell

stick shell 'run = shell'
mmove -i "$(partition shell esp)" ::/EFI/BOOT/BOOTX64.EFI ::/TLBMARK.EFI
printf '%s\n' 'if exist fs0:\other then' 'echo the other system' 'reset -s' endif \
	'mkdir fs0:\other' 'fs0:\TLBMARK.EFI' >"$scratch/startup.nsh"
put shell "$scratch/startup.nsh" /startup.nsh esp
new_variables
keeping_start shell
check 'the UEFI shell started it: the reset does not lead to the shell' comes_back shell

# --- a boot loader of another disk, which has the same image

stick marked 'run = loader-of-a-twin'
: >"$scratch/empty"
put marked "$scratch/empty" /marked esp
evil twin 'device=marked start=once'
new_variables
keeping_start twin -drive "if=none,id=second,format=raw,file=$scratch/marked.img" \
	-device virtio-blk-pci,drive=second,bootindex=1
comes_back_to_its_own() {
	mv "$scratch/twin.console" "$scratch/marked.console" && comes_back marked &&
		[ -z "$(mdir -b -i "$(partition twin esp)" ::/results 2>/dev/null)" ]
}
check 'a loader of a twin of the disk started it: the reset leads to its own' \
	comes_back_to_its_own

# --- nobody comes home

evil stray 'loader=named order=added'
new_variables
keeping_start stray -no-reboot
is_left() {
	has_variable Boot0080 && has_variable BootNext && boot_order | grep -qx 0080
}
check 'a machine that is switched off has a boot option of ours' is_left
keeping_start stray
is_cleaned() {
	ended_with 4 && says stray 'Boot0080, which an earlier start has left, is deleted' &&
		says stray 'run stray is unfinished' && leaves_nothing
}
check 'any later start deletes it, and BootNext, and what BootOrder has of it' is_cleaned
# --- no way back

is_not_reset() { # NAME REASON
	ended_with 0 && says "$1" "no automatic reset: $2" &&
		says "$1" 'choose tlbmark again' && says "$1" '@done 0' &&
		! says "$1" 'itself once' >/dev/null && leaves_nothing
}
try refused 'loader=named variable=no-option'
check 'the firmware takes no boot option: no reset, and that is said' \
	is_not_reset refused 'the firmware does not keep a boot option'
says_what_to_choose() {
	says refused 'in the boot menu choose "UEFI' && says refused 'and then tlbmark'
}
check 'with what to choose in the boot menu' says_what_to_choose
try silent 'loader=silent'
check 'a loader that does not say which file it started: the same' \
	is_not_reset silent 'whoever started this program does not say which file it is'
try full 'loader=named write=full'
takes_it_back() {
	ended_with 0 && says full 'results cannot be written to it' && leaves_nothing
}
check 'a stick that cannot be written: no BootNext is left' takes_it_back

try class 'option=class loader=named start=once'
check "a loader behind an option that names a class: the reset leads past the loader" \
	comes_back class

# --- options of the firmware that BootOrder does not name, or that name no device

try unordered 'order=without'
check 'an option that BootOrder does not name may not stay what it is: one of our own' \
	comes_back unordered
evil empty 'option=empty'
new_variables
keeping_start empty
comes_by_the_same() { # NAME
	came_home "$1" && ! says "$1" 'our own' >/dev/null && leaves_nothing
}
check 'an option without a path names a class: the firmware takes the same again' \
	comes_by_the_same empty
try driver 'option=class loader=driver'
check 'so it does where its boot manager, a driver, is the parent' \
	comes_by_the_same driver
finish
