#!/bin/sh
# Every way to reset the machine works alone, none is a second time for one run, and a
# machine that has none waits for the button.
set -eu
. tests/stick.sh

# --- the firmware's does not work: the next ones do

for machine in pc q35; do
	for fault in returns ud pf; do
		evil "$fault-$machine" "reset=$fault"
		start "$fault-$machine"
		check "$machine: ResetSystem, $fault: results come home" came_home "$fault-$machine"
	done
done

# --- it does not come back: another processor resets the machine in its place

for machine in pc q35; do
	evil "hang-$machine" reset=hang
	start "hang-$machine" -smp 2 -accel tcg
	check "$machine: ResetSystem hangs: results come home" came_home "hang-$machine"
done
machine=pc
evil hang-fault reset=hang 'selftest.plant = fallen_cpu'
start hang-fault -smp 3 -accel tcg
comes_home_after_a_fault() {
	ended_with 4 && says hang-fault 'on processor' && says hang-fault 'your results are in'
}
check 'and so they do where one of the others has had an exception' comes_home_after_a_fault

# --- there is no other: the watchdog of the chipset does

watchdog_reset() { # NAME WATCHDOG
	says "$1" "a watchdog of the chipset ($2)" && says "$1" "watchdog,$2" && came_home "$1"
}
resettable='-global ICH9-LPC.noreboot=false' # not held by the board, as QEMU has it else
machine=q35
evil itco reset=hang
# shellcheck disable=SC2086 # two words
start itco $resettable
check 'ResetSystem hangs, one processor: the TCO timer resets' watchdog_reset itco iTCO

# The same timer by a table: SET_REBOOT in the chipset's memory, SET_COUNTDOWN,
# SET_RUNNING_STATE, RESET, GET_RUNNING_STATE.  Behind its header: length, no PCI device,
# 600 ms, most and least count, enabled, entries.
perl -e 'print pack("L<S<CCCx3L<L<L<Cx3L<", 32, 0xffff, 0xff, 0xff, 0xff, 600, 1023, 4, 1, 5),
	map { pack("CCx2CCCCQ<L<L<", @$_) }
	[17, 0x82, 0, 32, 5, 3, 0xfed1f410, 0, 1], [6, 0x83, 1, 16, 0, 2, 0x672, 0, 0x3ff],
	[9, 0x82, 1, 16, 11, 2, 0x668, 0, 1], [1, 2, 1, 16, 0, 2, 0x660, 1, 0xffff],
	[8, 0, 1, 16, 11, 2, 0x668, 0, 1]' >"$scratch/wdat"
evil wdat reset=hang
# shellcheck disable=SC2086 # two words
start wdat $resettable -acpitable "sig=WDAT,rev=1,data=$scratch/wdat"
check 'and by a table of the firmware' watchdog_reset wdat WDAT

# --- a program with some ways missing

tree=$scratch/tree
cp -a . "$tree"

# The program without these ways: acpi, cf9, keyboard_controller.
without() { # WAY...
	cp -p lib/chipset/reset.c "$tree/lib/chipset/reset.c"
	for way; do
		sed -i "/^void reset_by_$way/,/^}/s/^{/{\n\treturn;/" "$tree/lib/chipset/reset.c"
	done
	touch "$tree/lib/chipset/reset.c"
	[ "$(grep -c '^	return;$' "$tree/lib/chipset/reset.c")" -eq $# ] &&
		make -s -C "$tree" build/tlbmark.efi
}

evil_program() { # NAME LINE...
	evil_name=$1
	shift
	evil "$evil_name" reset=returns "$@"
	put "$evil_name" "$tree/build/tlbmark.efi" /EFI/BOOT/TLBMARK.EFI esp
}

only() { # WAY MISSING...
	one=$1
	shift
	check "the program with $one alone is made" without "$@"
	for machine in pc q35; do
		# The FADT of QEMU's pc names no register.
		[ "$one-$machine" != acpi-pc ] || continue
		evil_program "$one-$machine"
		start "$one-$machine"
		check "$machine: $one alone resets it" came_home "$one-$machine"
	done
}

only acpi cf9 keyboard_controller
only cf9 acpi keyboard_controller
only keyboard_controller acpi cf9

check 'the program without a way is made' without acpi cf9 keyboard_controller
machine=pc
evil_program button 'after = wait'
attend button
waits_for_the_button() {
	hears button 'this machine does not reset itself' &&
		hears button 'the results wait there.' && tell system_reset &&
		hears button 'your results are in'
}
check 'without any, it says so, and the button brings results home' waits_for_the_button
leave
machine=q35
evil_program last
# shellcheck disable=SC2086 # two words
start last $resettable
check 'without any but a watchdog, that is waited for' watchdog_reset last iTCO
machine=pc

# --- once for a run

stick once 'run = once'
start once -no-reboot
start once
check 'a run that was lost is unfinished' ended_with 4
start once
not_again() {
	ended_with 0 && says once '@done 0' && says once 'no automatic reset here' &&
		! says once 'the machine resets itself' >/dev/null &&
		! says once 'looking for' >/dev/null
}
check 'begun again, it does not reset the machine a second time' not_again

stick other 'run = other'
start other -no-reboot
start other
printf '%s\n' 'profile = smoke' 'only = single_op/invlpg' 'countdown = 0' \
	'after = debugexit' 'run = another' >"$scratch/cfg"
put other "$scratch/cfg" /tlbmark.cfg
start other
another_comes_home() {
	ended_with 0 && folders other | grep -q -- '-another$' &&
		says other 'your results are in'
}
check 'a run of another id may' another_comes_home
finish
