# shellcheck shell=sh
# What tests of lava = 1 share, behind tests/tap.sh.
# shellcheck disable=SC2154 # scratch is there

# The signals in a stream, which begins and ends with those of the run, are those that
# the report exports of its files.
signals_are_the_exports() { # STREAM FOLDER
	tr -d '\r' <"$1" | grep -a '^<LAVA_SIGNAL_' >"$scratch/signals" || return 1
	"${PYTHON:-/usr/bin/python3}" results/report.py --export lava "$2" |
		sort >"$scratch/exported"
	[ -s "$scratch/exported" ] &&
		sed '1d; $d' "$scratch/signals" | sort | diff - "$scratch/exported" &&
		head -n 1 "$scratch/signals" | grep -x '<LAVA_SIGNAL_STARTRUN tlbmark [^ ]*>' &&
		tail -n 1 "$scratch/signals" | grep -x '<LAVA_SIGNAL_ENDRUN tlbmark [^ ]*>'
}
