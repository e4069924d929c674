#!/bin/sh
# Options reach the program, and bad ones are named and do no harm.
set -eu
. tests/boot.sh
. tests/stick.sh
. tests/lava.sh

boot only -a icount -c 1 --machine pc --only 'single_op/inv*' --set run=my-run_1
check 'a pattern selects its operations: exit status 0' status_is only 0
check 'only those are measured' all_rows only results.csv '$op ~ /^inv/'
check 'and only those verified' all_rows only verify.csv '$op ~ /^inv/'
check 'the run has the name it was given' machine_is only run_id my-run_1

boot nothing -a icount -c 1 --machine pc --only 'no_such*'
check 'a pattern that selects nothing: exit status 2' status_is nothing 2

# run.sh refuses such lines: this stick was written by somebody else.
stick bad 'pages = x' 'transport = flash' 'after = never' 'transport = serial' 'lava = 1'
start bad
check 'bad options do not keep it from running' ended_with 0
check 'they are counted' says bad 'bad_options,3'
check 'and named with place, text and reason' says bad \
	'bad_option_1,TLBMARK:5: pages = x: not a number in range'
check 'a list says what may be in it' says bad \
	'"TLBMARK:6: transport = flash: not auto or a list of serial, ram, nvram, screen, http"'

signals_come_between() {
	build/host/capture --mode quiet --out "$scratch/bad" <"$scratch/bad.console" &&
		signals_are_the_exports "$scratch/bad.console" "$scratch/bad"
}
check 'with lava = 1 its rows are signals on the serial line, as its files are exported' \
	signals_come_between

finish
