#!/bin/sh
# What `after` says is done, once, with and without results that come home; and who sits
# in front of the machine gets a countdown and a menu.
set -eu
. tests/stick.sh
seconds=200

# --- shutdown

ends_the_machine() { # NAME
	[ "$status" -eq 0 ] && says "$1" '@done 0'
}
is_home() { # NAME
	ends_the_machine "$1" && says "$1" 'your results are in' &&
		fetch "$1" "$scratch/home" && is_whole "$scratch/home"/*
}
stick shutdown 'run = shutdown' 'after = shutdown'
start shutdown
check 'after = shutdown: results are home, and the machine is off' is_home shutdown
stick sent-shutdown 'run = sent' 'after = shutdown' 'transport = serial'
start sent-shutdown
check 'the same with the serial line alone' ends_the_machine sent-shutdown

# --- reboot

measured() { # NAME TIMES
	[ "$(grep -ac '^@run' "$scratch/$1.console")" -eq "$2" ]
}

# The program ends, and the firmware goes on to what else it has.
reboots_once() { # NAME TEXT [WHAT-COMES-THEN]
	hears "$1" "$2" && hears "$1" 'after = reboot: no other run begins by itself' &&
		hears "$1" "${3-Shell>}" && measured "$1" 1
}

stick reboot 'run = reboot' 'after = reboot'
attend reboot
check 'after = reboot: the start that follows says where results are, and ends' \
	reboots_once reboot 'run reboot is home: its results are in'
leave
whole_on_the_stick() { # NAME
	fetch "$1" "$scratch/home" && is_whole "$scratch/home"/* && file_systems_are_clean "$1"
}
check 'they are whole' whole_on_the_stick reboot
set_run() { # NAME RUN
	printf '%s\n' 'profile = smoke' 'only = single_op/invlpg' 'countdown = 0' \
		'after = reboot' "run = $2" >"$scratch/cfg"
	put "$1" "$scratch/cfg" /tlbmark.cfg
}
set_run reboot next
attend reboot
check 'another run id is another run' hears reboot 'run next is home'
leave

stick sent-reboot 'run = sent' 'after = reboot' 'transport = serial'
attend sent-reboot
check 'the same with the serial line alone' \
	reboots_once sent-reboot 'run sent was sent, not kept on this stick'
leave

stick protected 'run = protected' 'after = reboot'
drive=,readonly=on
attend protected
waits() {
	hears protected 'no reboot after the run' && hears protected 'may be switched off' &&
		measured protected 1
}
check 'a stick that cannot remember a run: no reboot, which would go on for ever' waits
leave
drive=

evil returns 'reset=returns' 'after = reboot'
attend returns
check 'a firmware that does not reboot is helped' \
	reboots_once returns 'run returns is home: its results are in' \
	'evil: the program has ended'
leave

evil typed 'keys=3' 'after = reboot' 'countdown = 3'
attend typed
check 'keys from before the program are no order to measure again' reboots_once typed \
	'run typed is home: its results are in' 'evil: the program has ended'
check 'a start that measures nothing gives all memory back' \
	hears typed 'evil: all memory was given back'
leave

# --- the countdown

stick keys 'run = keys' 'countdown = 5'
attend keys -accel tcg
counts_down() {
	hears keys 'starting in 5 s' && hears keys 'starting in 1 s' &&
		hears keys 'leaving the firmware'
}
check 'the countdown ends, and it starts' counts_down
leave

# A key at QEMU's keyboard; each must be seen before the next.
press() { # KEY
	tell "sendkey $1"
}

by_keyboard() {
	hears menu 'any key shows a menu' && press x && hears menu 'back to the firmware' &&
		press p && hears menu 'quick' && press c && hears menu 'processors     1' &&
		press o && hears menu 'what to run    all' && press ret &&
		hears menu 'leaving the firmware' && hears menu '@done'
}
stick menu 'run = menu' 'countdown = 60' 'transport = serial'
attend menu -accel tcg
check 'a key brings the menu, whose keys change the run' by_keyboard
leave
check 'the run has the profile that was chosen' says menu 'profile,quick'

quits() {
	hears quit 'any key shows a menu' && press x && hears quit 'Enter' && press q &&
		hears quit 'Shell>' && ! says quit '@run' >/dev/null
}
stick quit 'run = quit' 'countdown = 60'
attend quit -accel tcg
check 'q goes back to the firmware' quits
leave

# The console of the firmware is the serial line, in both directions.
mkfifo "$scratch/line"
stick line 'run = line' 'countdown = 60' 'transport = serial'
monitor=$scratch/line start line -accel tcg -serial stdio &
attended=$!
exec 4>"$scratch/line"
ln -sf line.qemu "$scratch/line.console"
by_serial() {
	hears line 'any key shows a menu' && printf x >&4 && hears line 'Enter' &&
		printf p >&4 && hears line 'quick' && printf '\r' >&4 && hears line '@done 0'
}
check 'the same from a serial console' by_serial
exec 4>&-
wait "$attended" || :
finish
