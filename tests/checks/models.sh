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

check 'mask: no processor uses a stale translation' holds mask lazy
check 'mask: frames of tables are not safe' fails mask_tables "$stale" lazy -DTABLES
for rule in STAYS_AWAY MASK_FIRST DROP_FIRST NO_RELOAD MASK_READ_EARLY; do
	check "mask: not so with PLANT_$rule" \
		fails "$rule" "$stale" lazy "-DPLANT_$rule"
done
check 'mask_init_mm: no processor uses a stale translation, or table' \
	holds init_mm lazy -DINIT_MM -DTABLES
for rule in STAYS_AWAY LEAVES_FIRST DROP_FIRST NO_RELOAD MASK_READ_EARLY KEEPS_TABLES; do
	check "mask_init_mm: not so with PLANT_$rule" \
		fails "init_mm_$rule" "$stale" lazy -DINIT_MM -DTABLES "-DPLANT_$rule"
done

check 'generation: no processor uses a stale translation, or table' \
	holds generation lazy_generation
for rule in GENERATION_FIRST SWITCHING_SKIPPED SPACE_FIRST GENERATION_LATE \
	TABLES_SKIPPED KEEPS_TABLES DROP_FIRST; do
	check "generation: not so with PLANT_$rule" \
		fails "generation_$rule" "$stale" lazy_generation "-DPLANT_$rule"
done

check 'tlb_gen: what is skipped leaves nobody with a stale translation' \
	holds tlb_gen tlb_gen
for rule in RANGE_ALWAYS GENERATION_FIRST DROP_FIRST; do
	check "tlb_gen: not so with PLANT_$rule" \
		fails "tlb_gen_$rule" "$stale" tlb_gen "-DPLANT_$rule"
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
check 'with interrupts on, one for all that are in a mailbox: the same' \
	holds irqs_on shootdown -DIRQS_ON
check 'and under a lock' holds irqs_on_locked shootdown -DIRQS_ON -DLOCK
for rule in MAIL_FIRST DEAF SIGNAL_FIRST; do
	check "with interrupts on: somebody waits for ever with PLANT_$rule" \
		fails "irqs_on_$rule" "$stuck" shootdown -DIRQS_ON "-DPLANT_$rule"
done
check 'and under a lock with PLANT_DEAF_TO_LOCK' \
	fails irqs_on_deaf_to_lock "$stuck" shootdown -DIRQS_ON -DLOCK -DPLANT_DEAF_TO_LOCK
finish
