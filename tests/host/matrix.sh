#!/bin/sh
# The matrix in paging/README.md is what the table of rules says.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh

printed() {
	make -s build/host/matrix && build/host/matrix >"$scratch/printed"
}

# From its head, the one line that begins so, to the line behind it.
is_shown() {
	sed -n '/^| | `page_4k`/,/^$/{/^$/!p;}' paging/README.md >"$scratch/shown"
	sed '/^$/,$d' "$scratch/printed" | diff "$scratch/shown" -
}

check 'the matrix is printed' printed
check 'it has a row for each operation but none' [ "$(grep -c '^| `' "$scratch/printed")" -ge 14 ]
check 'paging/README.md shows it as it is (make matrix)' is_shown
check 'its letters are explained' grep -q '^M must be dropped; \. may be' "$scratch/printed"
check 'what AMD promises less of is named' grep -q \
	'^AMD: `cr4_smep_set`, PCIDE = 1: `page_4k` is may$' "$scratch/printed"
check 'what EFER.TCE loosens is named' [ "$(grep '^AMD, EFER.TCE set: ' "$scratch/printed")" = \
	'AMD, EFER.TCE set: `invlpg`, PCIDE = 0: `psc` is may
AMD, EFER.TCE set: `invlpg`, PCIDE = 0: `psc_pdpte` is may
AMD, EFER.TCE set: `invlpg`, PCIDE = 0: `psc_pml4e` is may
AMD, EFER.TCE set: `invlpg`, PCIDE = 0: `psc_pml5e` is may
AMD, EFER.TCE set: `invlpg`, PCIDE = 1: `psc` is may
AMD, EFER.TCE set: `invlpg`, PCIDE = 1: `psc_pdpte` is may
AMD, EFER.TCE set: `invlpg`, PCIDE = 1: `psc_pml4e` is may
AMD, EFER.TCE set: `invlpg`, PCIDE = 1: `psc_pml5e` is may' ]

finish
