#!/bin/sh
# Litmus tests on a modelled machine in Bochs: what an erratum lets through is forbidden there, and its
# round is kept.  Its two processors are threads of one core.
set -eu
. tests/boot.sh

build_silicon

in_bochs() { # NAME TESTS OPTION...
	name=$1 tests=$2
	shift 2
	boot "$name" -e silicon --machine-file haswell -c 2 --set seed=7 --only "$tests" "$@"
}
invalidations='litmus/ptwalk2*,litmus/mrf1,litmus/ipi4,litmus/ipi8,litmus/break*,litmus/sibling*,litmus/write_after_sh*'

# Of a thousand translations of the other thread, what INVLPG on the boot processor drops.
loses() { # NAME COUNT
	all_such_rows "$1" results.csv '$variant == "sibling-lost"' \
		"\$status == \"ok\" && \$op == \"invlpg\" && \$cost == $2"
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

# The same, but for a test that an erratum shows in few rounds or in none, by where the program lies.
are_or_with() { # TEST NAME VERDICT TEST...
	seldom=$1 name=$2 verdict=$3
	shift 3
	[ "$(of_verdict "$name" "$verdict" | sed "s/\<$seldom //")" = "$* " ] && return
	echo "$verdict: $(of_verdict "$name" "$verdict")"
	return 1
}

# sibling_walk may find new entries that are left of the tests before it, since nothing drops them.
by_invlpg='break_before_make ipi4 ipi8 ptwalk2 write_after_shootdown'

in_bochs whole "$invalidations,litmus/accessed*,walks/invlpg"
check 'without an erratum: exit status 0' status_is whole 0
# shellcheck disable=SC2086 # words
check 'without an erratum: none is seen where each would have been' \
	are whole never accessed_race break_before_make ipi4 ipi8 ptwalk2 ptwalk2_cr3 \
	ptwalk2_invpcid_fence sibling_walk write_after_shootdown
check 'without an erratum: INVLPG leaves the other thread what it has' loses whole 0
check 'without an erratum: no round is kept' [ -z "$(machine whole 'litmus_.*')" ]

in_bochs invlpg "$invalidations" --erratum invlpg_does_nothing
check 'INVLPG does nothing: exit status 1' status_is invlpg 1
# shellcheck disable=SC2086 # words
check 'INVLPG does nothing: what rests on it is forbidden, and nothing else' \
	are_or_with sibling_walk invlpg forbidden $by_invlpg
check 'INVLPG does nothing: the self-test fails' all_such_rows invlpg selftest.csv \
	'$test == "litmus"' '$value >= 5 && $value <= 6 && $verdict == "fail"'
check 'INVLPG does nothing: the first such round is kept' \
	grep -q '^litmus_ptwalk2_self_own-lines,"\{0,1\}round=[0-9]* r0=0 ' "$scratch/invlpg/machine.csv"

# Each in tests of its own.  Below PML4 entry 302 is what litmus tests store to (VA_LITMUS), and nothing
# else.  n5 stands below: a store that lands late may show it, now and then.
in_bochs errata 'litmus/ptwalk2*,litmus/mrf1,litmus/dirty_race*,litmus/accessed*,litmus/mp*,litmus/sb*,litmus/n5_synonym,litmus/forward*,litmus/lazy*,litmus/write_after_sh*,walks/invlpg' \
	--erratum cr3_does_nothing --erratum invpcid_0_does_nothing --erratum dirty_not_set \
	--erratum accessed_late --erratum 'store_lands_late one_in 2 below 302' \
	--erratum 'synonym_unseen below 302' --erratum invlpg_drops_sibling
check 'CR3 and INVPCID do nothing, stores and A come late, D never, synonyms not: exit status 1' \
	status_is errata 1
check 'what rests on these is forbidden, and nothing else' \
	are_or_with write_after_shootdown errata forbidden \
	accessed_race dirty_race forward_synonym lazy_generation mp mp_ipi mp_x2apic_fence \
	n5_synonym ptwalk2_cr3 ptwalk2_invpcid_fence sb_cr3 sb_cr3_noflush sb_fence sb_invlpg
check 'INVLPG drops what the other thread has, too: that is counted' loses errata 1000

in_bochs second "$invalidations,litmus/n5" --erratum 'invlpg_does_nothing processor 1' \
	--erratum 'sibling_hit below 302' --erratum 'own_store_unseen below 302'
check 'INVLPG does nothing on the second, the first uses its entries, loads pass stores: exit status 1' \
	status_is second 1
check 'what that one invalidates, what it walks for, and n5 are forbidden, and nothing else' \
	are second forbidden break_before_make ipi4 ipi8 n5 sibling_walk write_after_shootdown

forbidden_by_table() {
	make -s litmus-list | awk '/^[a-z]/ { name = $1 } $1 == "forbidden:" { print name }' | sort
}

all_are_seen() {
	seen=$(for name in invlpg errata second; do of_verdict "$name" forbidden; done |
		tr ' ' '\n' | sed '/^$/d' | sort -u)
	[ "$seen" = "$(forbidden_by_table)" ] && return
	printf 'seen:\n%s\n' "$seen"
	return 1
}
check 'each outcome that is forbidden was seen with some erratum' all_are_seen
finish
