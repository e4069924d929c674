#!/bin/sh
# clang-format decides how C looks.
# usage: format.sh [TREE [FILE...]]
cd "${1:-$(dirname "$0")/../..}" || exit 1
[ $# -eq 0 ] || shift
. tests/tap.sh
. tests/tree.sh

[ $# -gt 0 ] || set -- '*.c' '*.h'
list_files "$@"
check 'clang-format would change nothing' on_files clang-format --dry-run -Werror
finish
