#!/bin/sh
# Both compilers make everything without a warning.
# usage: compilers.sh [TREE [COMPILER...]]
cd "${1:-$(dirname "$0")/../..}" || exit 1
[ $# -eq 0 ] || shift
. tests/tap.sh

# Here, and nowhere else, a warning of the compilers is an error; the linker's are not.
builds() { # COMPILER
	make -s -j "${JOBS:-2}" CC="$1" WERROR=-Werror BUILD="$scratch/$1" programs \
		>"$scratch/said" 2>&1
	status=$?
	grep -v '^  [A-Z]' "$scratch/said"
	[ "$status" -eq 0 ] && ! grep -q 'warning:' "$scratch/said"
}

[ $# -gt 0 ] || set -- gcc clang
for compiler; do
	check "$compiler builds everything without a warning" builds "$compiler"
done
finish
