#!/bin/sh
# Litmus tests on a modelled machine in Bochs: what an erratum lets through is forbidden there, and its
# round is kept.  Bochs runs one processor at a time: of stores that wait in a buffer it shows nothing.
set -eu
. tests/boot.sh

build_silicon

in_bochs() { # NAME OPTION...
	name=$1
	shift
	boot "$name" -e silicon --machine-file haswell -c 2 --set seed=7 \
		--only 'litmus/ptwalk2*,litmus/mrf1,litmus/ipi4,litmus/ipi8,litmus/break*,litmus/write_after_sh*' \
		"$@"
}

# Tests that are of a verdict there, each once.
of_verdict() { # NAME VERDICT
	rows "$1" litmus.csv "\$verdict == \"$2\"" | cut -d, -f1 | sort -u | tr '\n' ' '
}

are() { # NAME VERDICT TEST...
	name=$1 verdict=$2
	shift 2
	[ "$(of_verdict "$name" "$verdict")" = "$* " ] && return
	echo "$verdict: $(of_verdict "$name" "$verdict")"
	return 1
}

by_invlpg='break_before_make ipi4 ipi8 ptwalk2 write_after_shootdown'

in_bochs whole
check 'without an erratum: exit status 0' status_is whole 0
# shellcheck disable=SC2086 # words
check 'without an erratum: none is seen where each would have been' \
	are whole never break_before_make ipi4 ipi8 ptwalk2 ptwalk2_cr3 ptwalk2_invpcid_fence \
	write_after_shootdown
check 'without an erratum: no round is kept' [ -z "$(machine whole 'litmus_.*')" ]

in_bochs invlpg --erratum invlpg_does_nothing
check 'INVLPG does nothing: exit status 1' status_is invlpg 1
# shellcheck disable=SC2086 # words
check 'INVLPG does nothing: what rests on it is forbidden, and nothing else' \
	are invlpg forbidden $by_invlpg
check 'INVLPG does nothing: the self-test fails' all_such_rows invlpg selftest.csv \
	'$test == "litmus"' '$value == 5 && $verdict == "fail"'
check 'INVLPG does nothing: the first such round is kept' \
	grep -q '^litmus_ptwalk2_self_own-lines,"\{0,1\}round=[0-9]* r0=0 ' "$scratch/invlpg/machine.csv"

in_bochs cr3 --erratum cr3_does_nothing
check 'MOV CR3 does nothing: exit status 1' status_is cr3 1
check 'MOV CR3 does nothing: what rests on it is forbidden, and nothing else' \
	are cr3 forbidden ptwalk2_cr3

in_bochs second --erratum 'invlpg_does_nothing processor 1'
check 'INVLPG does nothing on the second processor: exit status 1' status_is second 1
check 'INVLPG does nothing on the second processor: what that one invalidates is forbidden' \
	are second forbidden ipi4 ipi8 write_after_shootdown
finish
