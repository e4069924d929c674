#!/bin/sh
# The protocols between processors, every interleaving of a few of them, by spin: they
# hold, and each of their rules is needed, since without it they do not.
# usage: models.sh [TREE]
cd "${1:-$(dirname "$0")/../..}" || exit 1
. tests/tap.sh

tree=$PWD

# Makes the verifier of a model; its verdict is in $scratch/NAME/out.
explore() { # NAME MODEL OPTION...
	name=$1 model=$2
	shift 2
	mkdir "$scratch/$name" && cd "$scratch/$name" || return 1
	spin "$@" -a "$tree/tests/spin/$model.pml" >spin.out 2>&1 &&
		gcc -w -O1 -DSAFETY -DMEMLIM=1000 -o pan pan.c >gcc.out 2>&1 &&
		timeout 60 ./pan -m100000 >out
	status=$?
	cd "$tree" || return 1
	return "$status"
}

# To the last state: neither time, memory nor depth ran out.
holds() { # NAME MODEL OPTION...
	explore "$@" && grep 'errors: 0$' "$scratch/$1/out" &&
		! grep -e 'Search not completed' -e 'max search depth too small' \
			"$scratch/$1/out"
}

fails() { # NAME WHAT MODEL OPTION...
	failing=$1 what=$2
	shift 2
	explore "$failing" "$@"
	grep "^pan:1: $what" "$scratch/$failing/out"
}

stale='assertion violated'
stuck='invalid end state'

check 'lazy TLB mode: no processor uses a stale translation' holds lazy lazy
for rule in STAYS_AWAY MASK_FIRST DROP_FIRST NO_RELOAD MASK_READ_EARLY; do
	check "lazy TLB mode: not so with PLANT_$rule" \
		fails "$rule" "$stale" lazy "-DPLANT_$rule"
done

check 'shootdowns at once: nobody waits for ever or uses a stale translation' \
	holds free shootdown
check 'and under a lock' holds locked shootdown -DLOCK
for rule in ANSWER_WITHOUT NO_WAIT; do
	check "shootdowns at once: a stale one with PLANT_$rule" \
		fails "$rule" "$stale" shootdown "-DPLANT_$rule"
done
for rule in MAIL_FIRST DEAF; do
	check "shootdowns at once: somebody waits for ever with PLANT_$rule" \
		fails "$rule" "$stuck" shootdown "-DPLANT_$rule"
done
check 'under a lock: somebody waits for ever with PLANT_DEAF_TO_LOCK' \
	fails deaf_to_lock "$stuck" shootdown -DLOCK -DPLANT_DEAF_TO_LOCK
finish
