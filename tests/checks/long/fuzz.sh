#!/bin/sh
# Foreign input against everything that reads some: libFuzzer, for FUZZ_SECONDS on each
# target of tests/fuzz/, two at a time.  A finding is left in build/fuzz/.
# usage: fuzz.sh [TARGET...]
cd "$(dirname "$0")/../../.." || exit 1
. tests/tap.sh
. tests/tree.sh

seconds=${FUZZ_SECONDS:-15}
[ $# -gt 0 ] || {
	# shellcheck disable=SC2046 # names without blanks
	set -- $(make -s print-FUZZ_TARGETS)
}

# Longer than any input worth its time; memory and a single run are bounded.
fuzz() { # BUILD TARGET SECONDS
	mkdir -p "$scratch/corpus/$2" &&
		perl tests/fuzz/seeds.pl "$2" "$scratch/corpus/$2" &&
		"$1/fuzz/$2" -max_total_time="$3" -max_len=4096 -timeout=10 \
			-rss_limit_mb=1024 -use_value_profile=1 -print_final_stats=1 \
			-artifact_prefix="$1/fuzz/$2.finding-" "$scratch/corpus/$2"
}

start() { # TARGET
	fuzz build "$1" "$seconds" >"$scratch/$1.log" 2>&1
	echo $? >"$scratch/$1.status"
}

finds_nothing() { # TARGET
	tail -n 40 "$scratch/$1.log"
	[ "$(cat "$scratch/$1.status")" -eq 0 ]
}

# Inputs that were tried, not only seeds.
has_worked() { # TARGET
	awk -v least=$((20 * seconds)) '
		/^stat::number_of_executed_units:/ { executed = $2 }
		END { exit !(executed > least) }' "$scratch/$1.log"
}

# The same on a tree with a fault in it; it ends with the first finding.
finds_a_fault() { # FILE EXPRESSION TARGET
	copy=$scratch/copy
	rm -rf "$copy"
	mkdir "$copy"
	list_files '*'
	on_files cp -p --parents -t "$copy"
	sed -i "$2" "$copy/$1" && ! cmp -s "$1" "$copy/$1" || return 1
	make -s -C "$copy" -j "${JOBS:-2}" "build/fuzz/$3" || return 1
	fuzz "$copy/build" "$3" 20 >"$scratch/fault.log" 2>&1
	ls "$copy/build/fuzz/$3.finding-"*
}

# The programs of the targets named.
programs() { # TARGET...
	for target; do
		echo "build/fuzz/$target"
	done
}

# shellcheck disable=SC2046 # names without blanks
check 'the targets are built' make -s -j "${JOBS:-2}" $(programs "$@")
for target; do
	if [ "${running:-}" ]; then
		start "$target"
		wait "$running"
		running=
	else
		start "$target" &
		running=$!
	fi
done
[ -z "${running:-}" ] || wait "$running"
for target; do
	check "$target: nothing is found in $seconds s" finds_nothing "$target"
	check "$target: inputs were tried" has_worked "$target"
done
check 'a division by zero is found' finds_a_fault lib/codes/pack_measured.c \
	's/m->step += m->step == 0;//' pack
check 'a name that is a path is found' finds_a_fault lib/stream/capture.c \
	's/good \&\& plain(\*\*at)/good/' capture
check 'a length that is believed is found' finds_a_fault lib/stream/log_header.c \
	's/header->length > room - sizeof \*header/false/' log_header
check 'a read behind the end of a table is found' finds_a_fault lib/machine/acpi.c \
	's/memory->at(memory, address, length) == NULL)/false)/' acpi
finish
