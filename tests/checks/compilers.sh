#!/bin/sh
# Both compilers make everything without a warning.
# usage: compilers.sh [TREE [COMPILER [TARGET]]]     a path is one in build/
cd "${1:-$(dirname "$0")/../..}" || exit 1
compilers=${2-gcc clang} target=${3-objects}
. tests/tap.sh

# Here, and nowhere else, a warning of the compilers is an error; the linker's are not.
# Sanitizers, which warn of nothing, would double the time.
builds() { # COMPILER
	case $target in
	*/*) set -- "$1" "$scratch/$1/$target" ;;
	*) set -- "$1" "$target" ;;
	esac
	make -s -j "${JOBS:-2}" CC="$1" WERROR=-Werror SANITIZE= \
		UNIT_TEST_OPTIMISE=-O1 BUILD="$scratch/$1" "$2" \
		>"$scratch/said" 2>&1
	status=$?
	grep -v '^  [A-Z]' "$scratch/said"
	[ "$status" -eq 0 ] && ! grep -q 'warning:' "$scratch/said"
}

for compiler in $compilers; do
	check "$compiler builds everything without a warning" builds "$compiler"
done
finish
