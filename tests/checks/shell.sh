#!/bin/sh
# The tool shellcheck has nothing to say of any shell script, whatever its name.
# usage: shell.sh [TREE]
cd "${1:-$(dirname "$0")/../..}" || exit 1
. tests/tap.sh
. tests/tree.sh

list_files '*'
on_files awk '
	FNR == 1 && (/^#!.*[\/ ](ba)?sh( |$)/ || FILENAME ~ /\.sh$/) { print FILENAME }
	' >"$scratch/scripts"
mv "$scratch/scripts" "$scratch/files"
check 'there are scripts' grep -qx run.sh "$scratch/files"
check 'shellcheck is content' on_files shellcheck
finish
