#!/bin/sh
# clang-tidy, with the flags that each source is compiled with, and with clang's own warnings.
# Its static analyzer takes most of the time: at each commit it looks at another half of the
# sources, at all that are named, and with ALL=1 at all there are.
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
# Without the analyzer to start it takes longer than to look at a source: a start has many.
run_tidy() { # LIST SOURCES-AT-ONCE CHECKS FLAG...
	tidy_list=$1 tidy_most=$2 tidy_checks=$3
	shift 3
	# shellcheck disable=SC2016 # what the inner shell replaces
	xargs -r -d '\n' -a "$tidy_list" -n "$tidy_most" -P "${JOBS:-2}" \
		sh -c 'flags=$1 checks=$2 && shift 2 &&
			exec clang-tidy --quiet --checks="$checks" "$@" -- $flags' \
		sh "$*" "$tidy_checks" \
		2>"$scratch/tidy.err" || { grep error: "$scratch/tidy.err"; false; }
}

tidy() { # PATTERN VARIABLE...
	grep "$1" "$scratch/analysed" >"$scratch/deep"
	grep "$1" "$scratch/rest" >"$scratch/shallow"
	shift
	# shellcheck disable=SC2046 # a list of flags
	run_tidy "$scratch/deep" 1 '' $(flags "$@") &&
		run_tidy "$scratch/shallow" 12 '-clang-analyzer-*' $(flags "$@")
}

list_files "${@:-*.c}"
if [ $# -gt 0 ]; then
	cp "$scratch/files" "$scratch/analysed"
else
	one_in 2 <"$scratch/files" >"$scratch/analysed"
fi
grep -vxFf "$scratch/analysed" "$scratch/files" >"$scratch/rest"
check 'version.h is there' make -s build/gen/version.h
check 'what sees UEFI' tidy '^\(efi\|tests/boot/evil\)/' EFI_CFLAGS EFI_INCLUDES
check 'the rest of the image' tidy '^\(lib\|paging\|bench\)/' EFI_CFLAGS
check 'what runs on the host' tidy '^\(host\|stick\|tests/[a-z]*\|tests/silicon/[a-gi-z][a-z]*\)/[^/]*$' HOST_CFLAGS
check 'the harness on a modelled machine' tidy '^tests/silicon/host/[^/]*$' SILICON_CFLAGS
finish
