#!/bin/sh
# The matrix in paging/README.md is what the table of rules says.
set -eu
. tests/tap.sh

printed() {
	make -s build/host/matrix && build/host/matrix >"$scratch/printed"
}

# From its head, the one line that begins so, to the line behind it.
is_shown() {
	sed -n '/^| | `page_4k`/,/^$/{/^$/!p;}' paging/README.md >"$scratch/shown"
	diff "$scratch/shown" "$scratch/printed"
}

check 'the matrix is printed' printed
check 'it has a row for each operation but none' [ "$(grep -c '^| `' "$scratch/printed")" -ge 14 ]
check 'paging/README.md shows it as it is (make matrix)' is_shown

finish
