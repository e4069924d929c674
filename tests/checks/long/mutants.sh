#!/bin/sh
# Tests are worth what they notice: each line of mutants.list changes a source in a copy
# of the tree, which must still build, and the named test must fail.
# usage: mutants.sh [PATTERN]     only lines that match it
cd "$(dirname "$0")/../../.." || exit 1
. tests/tap.sh
. tests/tree.sh

list=tests/checks/long/mutants.list
copy=$scratch/copy

make_copy() {
	mkdir "$copy"
	on_files cp -p --parents -t "$copy"
}

build() { # TEST: a unit test, or the path of another
	case $1 in
	*/*) make -s -C "$copy" -j "${JOBS:-2}" all image build/evil.efi build/host/capture \
		build/host/qrread build/host/screen ;;
	*) make -s -C "$copy" -j "${JOBS:-2}" "build/unit/$1" ;;
	esac
}

# A mutant that never ends is noticed too.
passes() { # TEST
	case $1 in
	*/*) (cd "$copy" && timeout 120 "$1") ;;
	*) (cd "$copy" && timeout 60 "build/unit/$1") ;;
	esac
}

is_sound() { # TEST
	build "$1" && passes "$1"
}

is_noticed() { # FILE EXPRESSION TEST
	cp -p "$copy/$1" "$scratch/original"
	sed -i "$2" "$copy/$1" || return 1
	if cmp -s "$scratch/original" "$copy/$1"; then
		echo 'nothing is changed'
		return 1
	fi
	build "$3" || return 1
	! passes "$3" >"$scratch/passed" 2>&1 && return
	echo 'nobody noticed'
	return 1
}

list_files '*'
check 'a copy is made' make_copy
grep '^[^#]' "$list" | grep -e "${1:-.}" >"$scratch/mutants"
check 'there are mutants' [ -s "$scratch/mutants" ]
sed 's/.* | //' "$scratch/mutants" | sort -u >"$scratch/tests"
while read -r test; do
	check "$test passes" is_sound "$test"
done <"$scratch/tests"
while IFS= read -r line; do
	file=${line%% | *} test=${line##* | }
	expression=${line#* | }
	expression=${expression% | *}
	check "$line" is_noticed "$file" "$expression" "$test"
	# Newer than what was built of the mutant.
	cp "$scratch/original" "$copy/$file"
done <"$scratch/mutants"
finish
