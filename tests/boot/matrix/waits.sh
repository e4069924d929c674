#!/bin/sh
# Results that are nowhere but in the machine: whatever `after` says, it stays on until
# somebody has them.
set -eu
. tests/stick.sh

# --- the stick is full, and the results wait in RAM

# The stick is emptied where the machine has it, as by somebody who frees it elsewhere.
make_room() { # NAME
	mdel -i "$(partition "$1")" ::/filling && mdel -i "$(partition "$1" esp)" ::/filling
}
until_there_is_room() { # NAME
	hears "$1" 'They wait in RAM' && hears "$1" 'this machine is left on' &&
		make_room "$1" && tell system_reset && hears "$1" 'your results are in'
}
is_delivered() { # NAME
	[ "$(grep -ac '^@run' "$scratch/$1.console")" -eq 1 ] &&
		fetch "$1" "$scratch/home" && is_whole "$scratch/home"/* &&
		file_systems_are_clean "$1"
}
for after in shutdown reboot; do
	stick "full-$after" "run = full-$after" "after = $after"
	left=4096 fill "full-$after" && left=4096 fill "full-$after" esp
	attend "full-$after"
	check "after = $after: a machine whose stick is full stays on, until there is room" \
		until_there_is_room "full-$after"
	leave
	check "and then results are whole, $after" is_delivered "full-$after"
done

# --- a run that was ended by an exception is home as any other

stick ended 'run = ended' 'after = reboot' 'selftest.plant = pf'
attend ended
is_handed_back() {
	hears ended 'an exception ended the run' && hears ended 'your results are in' &&
		hears ended 'run ended is home' && hears ended 'Shell>'
}
check 'a run that ended with status 4 and is delivered: after = reboot is done' \
	is_handed_back
leave

# --- the screen is the only way, or one of several

# A picture of the screen has a code: the run is done, and its pages are shown.
shows_codes() { # NAME
	tries=120
	while [ $tries -gt 0 ] && kill -0 "$attended" 2>/dev/null; do
		tell "screendump $scratch/$1.ppm" && sleep 1
		! zbarimg -q --raw -Sdisable -Sqrcode.enable "$scratch/$1.ppm" 2>/dev/null |
			grep -q . || return 0
		tries=$((tries - 1))
	done
	return 1
}

vga=std
stick alone 'run = alone' 'after = shutdown' 'transport = screen'
attend alone -accel tcg
stays_on() { # NAME
	hears "$1" 'this machine is left on' && shows_codes "$1" && sleep 60 &&
		shows_codes "$1"
}
check 'what only the screen has is not thrown away by after = shutdown' stays_on alone
leave

# Nobody knows whether anybody listens: the pages are shown once before it ends.
stick once 'run = once' 'after = shutdown'
drive=,readonly=on
attend once -accel tcg
is_shown_and_ends() {
	hears once '@done 0' && shows_codes once && ends_within once 120
}
ends_within() { # NAME SECONDS
	tries=$2
	while kill -0 "$attended" 2>/dev/null; do
		[ "$tries" -gt 0 ] || return 1
		tries=$((tries - 1))
		sleep 1
	done
	says "$1" 'transport,serial screen'
}
check 'screen and a serial line that answers: off when the pages were shown' \
	is_shown_and_ends
leave
finish
