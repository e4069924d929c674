#!/bin/sh
# Results that come home in the firmware's variables, with RAM lost between the starts:
# in a fresh emulator with the same stick and the same variables.
set -eu
. tests/stick.sh
. tests/boot.sh

share=/usr/share/OVMF

# With a store of its own, that survives.
keeping_start() { # NAME QEMU-OPTION...
	bios='' machine=q35 start "$@" -accel tcg \
		-drive "if=pflash,format=raw,readonly=on,file=$share/OVMF_CODE_4M.fd" \
		-drive "if=pflash,format=raw,file=$scratch/vars.fd"
}

new_variables() {
	cp "$share/OVMF_VARS_4M.fd" "$scratch/vars.fd"
}

# Our variables that are not deleted: 55AAh and a state of 3Fh, 60 bytes before a name.
variables() {
	perl -0777 -ne 'my @n = map { sprintf "Tlbmark%02d", $_ } 1 .. 16;
		for my $name (@n) {
			my $wide = join "\0", split(//, $name), "";
			while (/\xaa\x55\x3f.{57}\Q$wide\E/sg) { print "$name $+[0]\n" }
		}' "$scratch/vars.fd"
}

stick home 'run = home' 'transport = serial, nvram'
new_variables
keeping_start home -no-reboot
before=$status
cp "$scratch/home.console" "$scratch/first.console"
parts=$(variables | wc -l)
parts_are_there() {
	echo "status $before, $parts variables"
	[ "$before" -eq 0 ] && [ "$parts" -ge 2 ] && [ "$parts" -le 16 ] &&
		says first "$parts of $parts parts are in the firmware's variables" &&
		says first 'transport,serial nvram'
}
check 'the run ends with its results in variables, each read back' parts_are_there

keeping_start home
rows_are_the_same() {
	mkdir "$scratch/serial" &&
		build/host/capture --out "$scratch/serial" <"$scratch/first.console" &&
		fetch home "$scratch/data" && [ -s "$scratch/serial/results.csv" ] || return 1
	for file in "$scratch/serial"/*; do
		cmp "$file" "$scratch/data"/*/"${file##*/}" || return 1
	done
}
found() {
	ended_with 0 && says home "have $parts of $parts parts of the results" &&
		says home 'PASS'
}
check 'the next start finds all of them, without RAM' found
check 'what is on the stick is what the serial line delivered' rows_are_the_same
check 'the variables are deleted then' [ -z "$(variables)" ]

boot alone -a tcg -c 1 --only single_op/invlpg --set transport=nvram
comes_by_variables() {
	status_is alone 0 && machine_is alone transport nvram &&
		some_rows alone results.csv '$status == "ok"'
}
check 'run.sh takes them from there alone' comes_by_variables

# --- beside RAM

stick both 'run = both' 'transport = serial, ram, nvram'
new_variables
keeping_start both
ram_comes_first() {
	ended_with 0 && says both "parts are in the firmware's variables" &&
		! says both 'parts of the results' >/dev/null && [ -z "$(variables)" ]
}
check 'what comes home through RAM needs no variables: they are deleted' ram_comes_first

# --- damage

stick damaged 'run = damaged' 'transport = nvram'
new_variables
keeping_start damaged -no-reboot
variables | sed -n 's/^Tlbmark02 //p' | while read -r end; do
	printf '\377\000\377' | dd of="$scratch/vars.fd" bs=1 seek=$((end + 200)) conv=notrunc \
		status=none
done
keeping_start damaged
loss_is_said() {
	says damaged 'parts of the results' && says damaged 'INCOMPLETE' &&
		! says damaged "have $parts of $parts" >/dev/null &&
		[ -n "$(folders damaged)" ] && [ -z "$(variables)" ]
}
check 'a variable that is damaged is missed, the others are delivered' loss_is_said

# --- two sticks in one machine, and runs that are called the same

stick first-stick 'run = same' 'transport = nvram'
stick second-stick 'run = same' 'transport = nvram' 'pages = 7'
new_variables
keeping_start first-stick -no-reboot
keeping_start second-stick -no-reboot
parts=$(variables | wc -l)
keeping_start first-stick
minds_its_own() {
	ended_with 4 && says first-stick 'run same is unfinished' &&
		[ "$(variables | wc -l)" -eq "$parts" ]
}
check 'what another stick waits for is not taken for a run of the same id, and stays' \
	minds_its_own
keeping_start second-stick
finds_its_own() {
	ended_with 0 && fetch second-stick "$scratch/same" &&
		grep -qx 'pages,7' "$scratch/same"/*/machine.csv && [ -z "$(variables)" ]
}
check 'and comes home to that stick' finds_its_own

# --- a store that forgets

stick forgets 'run = forgets' 'transport = nvram'
start forgets -accel tcg
forgets() {
	ended_with 4 && says forgets 'this firmware took variables and has not kept them' &&
		says forgets 'run forgets is unfinished' &&
		[ "$(grep -ac 'looking for' "$scratch/forgets.console")" -eq 1 ]
}
check 'firmware that forgets: that is said, and there is no other reset' forgets

# --- nobody has asked

stick auto 'run = auto'
new_variables
keeping_start auto -no-reboot
nothing_is_written() {
	says auto '@done 0' && ! grep -aqP 'T\0l\0b\0m\0a\0r\0k\0' "$scratch/vars.fd"
}
check 'without being asked it writes no variable of its own' nothing_is_written
finish
