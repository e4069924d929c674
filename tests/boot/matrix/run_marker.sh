#!/bin/sh
# What a start leaves on the stick for the next one: the newest counts, and each machine
# has its own.
set -eu
. tests/stick.sh

next_run() { # NAME LINE...
	next_name=$1
	shift
	printf '%s\n' 'profile = smoke' 'only = single_op/invlpg' 'countdown = 0' \
		'after = debugexit' "$@" >"$scratch/cfg"
	put "$next_name" "$scratch/cfg" /tlbmark.cfg
}

# --- an old run marker that cannot be replaced, because its volume is full

stick stale 'run = one'
start stale
check 'a run, whose run marker is on the boot partition' ended_with 0
left=0 fill stale esp
next_run stale 'run = two'
start stale -no-reboot
start stale
is_unfinished() { # NAME RUN
	ended_with 4 && says "$1" "run $2 is unfinished"
}
check 'the next one leaves its own on TLBMARK, and is lost' is_unfinished stale two
start stale
not_reset_again() {
	ended_with 0 && says stale 'no automatic reset here' &&
		! says stale 'itself once' >/dev/null
}
check 'the old one is not taken for news: the machine is not reset for it again' \
	not_reset_again

# --- one stick, two machines

a='-uuid 00000000-0000-4000-8000-00000000000a'
b='-uuid 00000000-0000-4000-8000-00000000000b'
markers() { # NAME
	mdir -b -i "$(partition "$1" esp)" '::/results/tlbmark-*.run' | sed 's,.*/,,'
}
stick two 'run = of-a'
# shellcheck disable=SC2086 # an option and its value
start two $a -no-reboot
check 'machine A is switched off before its results are home' [ "$status" -eq 0 ]
left_by_a=$(markers two)
mcopy -n -i "$(partition two esp)" "::/results/$left_by_a" "$scratch/of-a"
next_run two 'run = of-b'
# shellcheck disable=SC2086
start two $b
minds_its_own() {
	ended_with 0 && says two 'run of-b: PASS' && ! says two 'of-a' >/dev/null &&
		mcopy -n -i "$(partition two esp)" "::/results/$left_by_a" "$scratch/still" &&
		cmp "$scratch/of-a" "$scratch/still" && [ "$(markers two | wc -l)" -eq 2 ]
}
check 'machine B measures, and leaves what A has left alone' minds_its_own
# shellcheck disable=SC2086
start two $a
check 'A hears of its own run' is_unfinished two of-a

# --- the same run on two machines of one kind, and one of them loses it

stick twins 'run = twins'
# shellcheck disable=SC2086
start twins $a -no-reboot
# shellcheck disable=SC2086
start twins $b
check 'B brings home what is called as the run that A has lost' ended_with 0
fetch twins "$scratch/of-b"
# shellcheck disable=SC2086
start twins $a
has_a_folder_of_its_own() {
	ended_with 4 && fetch twins "$scratch/both" || return 1
	for folder in "$scratch/of-b"/*; do
		diff -r "$folder" "$scratch/both/${folder##*/}" || return 1
	done
	[ "$(find "$scratch/both" -name unfinished.txt | wc -l)" -eq 1 ]
}
check 'that A has lost it is not noted among the results of B' has_a_folder_of_its_own

# --- the same run on one machine after the other, each handed back

stick fleet 'run = fleet' 'after = reboot'
for who in "$a" "$b"; do
	# shellcheck disable=SC2086
	attend fleet $who
	is_handed_back() {
		hears fleet '@done 0' && hears fleet 'run fleet is home' && hears fleet 'Shell>'
	}
	check "after = reboot: machine ${who##*0} measures once, and is handed back" is_handed_back
	leave
done
check 'both have a folder' [ "$(folders fleet | wc -l)" -eq 2 ]
finish
