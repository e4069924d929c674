#!/bin/sh
# A machine that is switched off at any moment: the next start says which run is
# unfinished, what was on the stick before stays as it was, and no file is damaged.
set -eu
. tests/stick.sh

points=20

# QEMU dies in the middle, and the stick stays as it is then.
switch_off_after() { # SECONDS
	: >"$scratch/off.console"
	seconds=$1 end_signal=KILL start off 2>/dev/null
	seconds=300 end_signal=TERM
}

next_start() {
	cp "$scratch/off.console" "$scratch/before.console"
	start off
	cp "$scratch/off.console" "$scratch/after.console"
}

# By what the console said last before it went dark.
verdict_is_right() { # RUN
	if says before 'your results are in'; then
		ended_with 0 && ! says after 'is unfinished'
	elif says before 'results stay in RAM'; then
		# It may have come home, with no time left to say so.
		if [ "$status" -eq 1 ]; then
			[ "$(folders off | grep -c -- "-$1\$")" -eq 1 ]
		else
			ended_with 4 && says after "run $1 is unfinished"
		fi
	else
		ended_with 0 || {
			ended_with 4 && says after "run $1 is unfinished"
		}
	fi
}

earlier_are_unchanged() {
	fetch off "$scratch/now" && (cd "$scratch/then" && find . -type f) |
		while read -r file; do
			cmp "$scratch/then/$file" "$scratch/now/$file" || exit 1
		done
}

# EDK II writes which clusters are in use before it writes the folder that names them
# (FatFlushDataCacheRange, FatVolumeFlushCache), and the power may go between the two.  Then
# some clusters are in use by no file.  Nothing else may be wrong.
no_file_is_damaged() {
	! file_systems_are_clean off >"$scratch/fsck.log" || return 0
	! grep -vE '^(fsck\.fat .*|Reclaimed [0-9]+ unused clusters? .*|Leaving filesystem unchanged\.|.*: [0-9]+ files, [0-9]+/[0-9]+ clusters|)$' \
		"$scratch/fsck.log"
}

now() {
	date +%s.%N
}

stick off 'run = first'
began=$(now)
start off
ended=$(now)
check 'a run before all that' ended_with 0
i=0
while [ $i -lt $points ]; do
	i=$((i + 1))
	fetch off "$scratch/then"
	printf '%s\n' 'profile = smoke' 'only = single_op/invlpg' 'countdown = 0' \
		'after = debugexit' "run = off-$i" >"$scratch/cfg"
	put off "$scratch/cfg" /tlbmark.cfg
	switch_off_after "$(awk "BEGIN { print ($ended - $began) * $i / $points }")"
	next_start
	check "switched off at point $i: the next start says what became of it" \
		verdict_is_right "off-$i"
	check "point $i: earlier results are what they were" earlier_are_unchanged
	check "point $i: no file is damaged" no_file_is_damaged
done
finish
