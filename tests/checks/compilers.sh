#!/bin/sh
# gcc makes everything without a warning, and clang what boots; what else clang would warn of
# is said by tidy.sh, which has its flags.
# usage: compilers.sh [TREE [COMPILER [TARGET]]]     a path is one in build/
cd "${1:-$(dirname "$0")/../..}" || exit 1
compilers=${2-gcc clang} target=${3-}
. tests/tap.sh

# Here, and nowhere else, a warning of the compilers is an error; the linker's are not.
# Sanitizers and notes for debuggers, which warn of nothing, would double the time.
builds() { # COMPILER TARGET
	case $2 in
	*/*) set -- "$1" "$scratch/$1/$2" ;;
	esac
	make -s -j "${JOBS:-2}" CC="$1" WERROR='-Werror -g0' SANITIZE= \
		UNIT_TEST_OPTIMISE=-O1 BUILD="$scratch/$1" "$2" \
		>"$scratch/said" 2>&1
	status=$?
	grep -v '^  [A-Z]' "$scratch/said"
	[ "$status" -eq 0 ] && ! grep -q 'warning:' "$scratch/said"
}

for compiler in $compilers; do
	case $compiler in
	gcc) what=everything targets=objects ;;
	*) what='what boots' targets=booted ;;
	esac
	check "$compiler builds $what without a warning" builds "$compiler" "${target:-$targets}"
done
finish
