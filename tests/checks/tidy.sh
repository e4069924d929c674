#!/bin/sh
# clang-tidy, with the flags that each source is compiled with.
# usage: tidy.sh [TREE [FILE...]]
cd "${1:-$(dirname "$0")/../..}" || exit 1
[ $# -eq 0 ] || shift
. tests/tap.sh
. tests/tree.sh

flags() { # VARIABLE OF THE MAKEFILE...
	for variable; do
		make -s CC=clang "print-$variable"
	done
}

# Prints what was found; counts of what was suppressed go to standard error.
tidy() { # PATTERN VARIABLE...
	grep "$1" "$scratch/files" >"$scratch/some" || return 0
	shift
	# shellcheck disable=SC2046 # a list of flags
	xargs -d '\n' -a "$scratch/some" -n 1 -P "${JOBS:-2}" -I '{}' \
		clang-tidy --quiet '{}' -- $(flags "$@") 2>"$scratch/tidy.err" ||
		{ grep error: "$scratch/tidy.err"; false; }
}

list_files "${@:-*.c}"
check 'version.h is there' make -s build/gen/version.h
check 'what sees UEFI' tidy '^\(efi\|tests/boot/evil\)/' EFI_CFLAGS EFI_INCLUDES
check 'the rest of the image' tidy '^\(lib\|paging\|bench\)/' EFI_CFLAGS
check 'what runs on the host' tidy '^\(results\|tests/[a-z]*\)/[^/]*$' HOST_CFLAGS
finish
