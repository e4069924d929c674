#!/bin/sh
# A disk of 120 KiB: one line says what is missing and what was kept.
cd "$(dirname "$0")/../.." || exit 1
if [ "${1-}" != mounted ]; then
	# Mounts of its own, which are gone with it.
	why=$(unshare -rm sh -c 'mount -t tmpfs -o size=120k none /mnt' 2>&1) &&
		exec unshare -rm "tests/host/full_disk.sh" mounted
	echo "1..0 # SKIP no mount here: $why"
	exit 0
fi
. tests/tap.sh
. tests/host/stream.sh
. tests/host/tree.sh

small=$scratch/small
mkdir "$small"
mount -t tmpfs -o size=120k none "$small" || exit 1

# A whole run with one file that is larger than the disk.
{
	whole_run 0 | sed '/^@done/ d'
	yes 'single_op,invlpg,first-bare-4k,pages,64,,100.000,101.000,20' | head -n 3000 |
		awk '{ print NR "," $0 }' >"$scratch/rows"
	printf '@file big.csv\n'
	cat "$scratch/rows"
	printf '@end big.csv rows=3000 crc32=%s\n@done 0\n' "$(crc32 <"$scratch/rows")"
} >"$stream"

# As run of tree.sh, but what is kept in TMPDIR stays.
call() { # STATUS [VARIABLE=VALUE] OPTION...
	expected=$1 actual=0
	shift
	rm -rf "$FAKE_LOG"* "${small:?}"/*
	env TMPDIR="$TMPDIR" "$@" </dev/null >"$scratch/said" 2>"$scratch/errors" || actual=$?
	cat "$scratch/said" "$scratch/errors"
	[ "$actual" -eq "$expected" ]
}

says_one_line() { # EXTENDED REGULAR EXPRESSION
	sed -i '/using TCG$/d' "$scratch/errors"
	[ "$(wc -l <"$scratch/errors")" -eq 1 ] && grep -qE -- "$1" "$scratch/errors"
}

serial_line_does_not_fit() {
	call 3 "$tree/run.sh" --no-report --set transport=serial -o "$small/out" &&
		says_one_line '^capture: cannot write .*/big.csv: No space left on device; it is missing, and what came later; kept: selftest.csv .*, machine.csv .*, summary.txt ' &&
		[ "$(names "$small/out")" = 'machine.csv selftest.csv summary.txt ' ] && left_nothing
}

stick_does_not_fit() {
	rm -rf "${scratch:?}/home"
	"$tree/build/host/capture" --out "$scratch/home" <"$stream" >/dev/null || :
	printf 'words\n@done 0\n' >"$scratch/home/console.txt"
	call 3 FAKE_HOME="$scratch/home" "$tree/run.sh" --no-report -o "$small/out" &&
		says_one_line 'No space left on device\): missing there: big.csv; all are kept in' &&
		[ ! -e "$small/out/big.csv" ] && cmp "$small/out/machine.csv" "$scratch/home/machine.csv"
}

what_was_kept_is_whole() {
	kept=$(sed -n 's/.* all are kept in //p' "$scratch/errors")
	[ -n "$kept" ] && diff -r "$kept" "$scratch/home" && rm -r "${TMPDIR:?}"/*
}

no_room_for_the_stick() {
	call 3 TMPDIR="$small" "$tree/run.sh" --no-report --set transport=serial -o "$out" &&
		says_one_line 'no copy of the stick in .*: No space left on device' &&
		[ -z "$(names "$small")" ] && [ ! -e "$out" ]
}

check 'a serial line that does not fit: one line names what is missing, and what was kept' \
	serial_line_does_not_fit
check 'files of the stick that do not fit: one line, and no half file stays' stick_does_not_fit
check 'what it says is kept is there, byte for byte' what_was_kept_is_whole
check 'no room for the machine: one line, status 3, and nothing is left' no_room_for_the_stick
umount "$small"
finish
