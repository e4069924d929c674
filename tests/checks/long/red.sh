#!/bin/sh
# A check is one only if it fails where it should: each fault of faults.list is planted
# in a copy of the tree, where the check has passed before.
# usage: red.sh [PATTERN]     only lines that match it; without, a twelfth of them
cd "$(dirname "$0")/../../.." || exit 1
. tests/tap.sh
. tests/tree.sh

sound=$scratch/sound
copy=$scratch/copy
list=tests/checks/long/faults.list
host_programs=$(printf 'build/host/%s ' capture check_config qrread screen selftest matrix list silicon)

make_sound_tree() {
	mkdir "$sound"
	on_files cp -p --parents -t "$sound"
	git -C "$sound" init -q
	git -C "$sound" add -A
	git -C "$sound" -c user.name=test -c user.email=test@localhost \
		-c commit.gpgsign=false commit -q --no-verify -m 'a sound tree'
	# shellcheck disable=SC2086 # a list
	build "$sound" $host_programs
}

build() { # TREE [PROGRAM...]
	built=$1
	shift
	make -s -C "$built" -j "${JOBS:-2}" all image "$@"
}

# A check, or the test of another folder, which looks at its own tree.
run_check() { # TREE CHECK [ARGUMENT...]
	tree=$1 name=$2
	shift 2
	case $name in
	*/*) "$tree/tests/$name.sh" ;;
	*) "$tree/tests/checks/$name.sh" "$tree" "$@" ;;
	esac
}

plant() { # COMMAND CHECK
	rm -rf "$copy"
	cp -a "$sound" "$copy"
	(cd "$copy" && eval "$1") || return 1
	: >"$scratch/build.out"
	# Others look at sources, or build what they look at.  Whatever keeps it from being
	# built is told by the check.
	case $2 in
	image | object_code | trampoline | stick | reproducible)
		build "$copy" >"$scratch/build.out" 2>&1 || : ;;
	host/*)
		# shellcheck disable=SC2086 # a list
		build "$copy" $host_programs >"$scratch/build.out" 2>&1 || : ;;
	esac
}

goes_red() { # COMMAND TEST CHECK [ARGUMENT...]
	plant "$1" "$3" || return 1
	expected=$2
	shift 2
	if run_check "$copy" "$@" >"$scratch/red.out" 2>&1; then
		echo 'stays green'
		return 1
	fi
	grep -q "^not ok [0-9]* - $expected\$" "$scratch/red.out" && return
	cat "$scratch/build.out" "$scratch/red.out"
	return 1
}

list_files '*'
check 'a sound tree is made' make_sound_tree
# The command may hold bars of its own.
if [ $# -gt 0 ]; then
	grep '^[^#]' "$list" | grep -e "$1"
else
	grep '^[^#]' "$list" | one_in 12
fi | sed 's/ *| */|/;s/ *| */|/2;s/ *| */|/3' >"$scratch/faults"
check 'there are faults to plant' [ -s "$scratch/faults" ]
cut -d '|' -f 1 "$scratch/faults" | sort -u >"$scratch/checks"
while read -r words; do
	# shellcheck disable=SC2086 # a check and its arguments
	check "$words: passes" run_check "$sound" $words
done <"$scratch/checks"
while IFS='|' read -r words expected what command; do
	# shellcheck disable=SC2086 # a check and its arguments
	check "$words: $what" goes_red "$command" "$expected" $words
done <"$scratch/faults"
finish
