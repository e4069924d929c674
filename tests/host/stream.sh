# shellcheck shell=sh
# shellcheck disable=SC2154 # scratch comes from tests/tap.sh
# Streams as the program sends them.  The CRC-32 comes from gzip's trailer.

crc32() { # reads the bytes
	gzip -nc | tail -c 8 | od -An -N4 -tx4 | tr -d ' \n'
}

part() { # NAME ROW...
	part_name=$1
	shift
	printf '@file %s\n' "$part_name"
	printf '%s\n' "$@"
	printf '@end %s rows=%d crc32=%s\n' "$part_name" \
		"$(printf '%s\n' "$@" | wc -l)" "$(printf '%s\n' "$@" | crc32)"
}

columns=test,value,limit,unit,verdict,core_type
rows='window,8,64,ticks,pass
monotonic,0,0,count,pass'

first_row=${rows%%
*}
second_row=${rows#*
}

# machine.csv, which announces one file of so many rows.
machine() { # NAME ROWS CRC32
	part machine.csv key,value env,tcg "file_${1}_rows,$2" "file_${1}_crc32,$3"
}

# A whole run: garbage of the firmware, one file in two parts, and a @done record.  Made once:
# its sums take thirty processes.
whole_run() { # STATUS
	[ -e "$scratch/whole-run-$1" ] || make_whole_run "$1" >"$scratch/whole-run-$1"
	cat "$scratch/whole-run-$1"
}

make_whole_run() { # STATUS
	printf '\033[2J\033[01;01HBdsDxe: starting Boot0001\r\nhalf a line'
	printf '\n@run test-1\n'
	printf '@progress 1 3 single_op/none\n@progress 2 3 single_op/invlpg\n'
	part selftest.csv "$columns" "$first_row"
	printf 'words between the parts\n@progress 3 3 refill/invlpg 4k pages=64\n'
	part selftest.csv "$second_row"
	machine selftest.csv 2 "$(printf '%s\n' "$columns" "$rows" | crc32)"
	part summary.txt 'all is well'
	printf '@done %s\n' "$1"
}
