#!/bin/sh
# Tests are worth what they notice: each line of mutants.list changes a source in a copy
# of the tree, which must still build, and the named test must fail.
# usage: mutants.sh [PATTERN]     only lines that match it; without, a third of them
cd "$(dirname "$0")/../../.." || exit 1
. tests/tap.sh
. tests/tree.sh

list=tests/checks/long/mutants.list
sound=$scratch/sound
copy=$scratch/copy

make_sound_tree() {
	mkdir "$sound"
	on_files cp -p --parents -t "$sound"
}

build() { # TREE TEST: a unit test, or the path of another
	case $2 in
	*/*) make -s -C "$1" -j "${JOBS:-2}" all image build/evil.efi build/host/capture \
		build/host/qrread build/host/screen ;;
	*) make -s -C "$1" -j "${JOBS:-2}" "build/unit/$2" ;;
	esac
}

# A mutant that never ends is noticed too.  The longest of the others takes 20 s on a busy machine.
passes() { # TREE TEST
	case $2 in
	*/*) (cd "$1" && timeout 240 "$2") ;;
	*) (cd "$1" && timeout 90 "build/unit/$2") ;;
	esac
}

is_sound() { # TEST
	build "$sound" "$1" && passes "$sound" "$1"
}

make_copy() {
	cp -a "$sound" "$copy"
}

# Back to the sound tree, without building anything again.
restore() { # FILE
	(cd "$copy" && find . -type f -newer "$scratch/begun") >"$scratch/changed"
	while IFS= read -r changed; do
		cp -p "$sound/$changed" "$copy/$changed" 2>/dev/null || rm -f "$copy/$changed"
	done <"$scratch/changed"
	cmp "$sound/$1" "$copy/$1"
}

is_noticed() { # FILE EXPRESSION TEST
	sed -i "$2" "$copy/$1" || return 1
	if cmp -s "$sound/$1" "$copy/$1"; then
		echo 'nothing is changed'
		return 1
	fi
	build "$copy" "$3" || return 1
	! passes "$copy" "$3" >"$scratch/passed" 2>&1 && return
	echo 'nobody noticed'
	return 1
}

list_files '*'
check 'a copy is made' make_sound_tree
if [ $# -gt 0 ]; then
	grep '^[^#]' "$list" | grep -e "$1" >"$scratch/mutants"
else
	grep '^[^#]' "$list" | third >"$scratch/mutants"
fi
check 'there are mutants' [ -s "$scratch/mutants" ]
sed 's/.* | //' "$scratch/mutants" | sort -u >"$scratch/tests"
while read -r test; do
	check "$test passes" is_sound "$test"
done <"$scratch/tests"
check 'it is copied once more' make_copy
while IFS= read -r line; do
	file=${line%% | *} test=${line##* | }
	expression=${line#* | }
	expression=${expression% | *}
	# The times of files go on in steps: what is changed next must be newer than this.
	touch -d '1 second ago' "$scratch/begun"
	check "$line" is_noticed "$file" "$expression" "$test"
	restore "$file" || { not_ok "$file is as it was" && break; }
done <"$scratch/mutants"
finish
