#!/bin/sh
# Options reach the program, and bad ones are named and do no harm.
set -eu
. tests/boot.sh

boot only -a icount -c 1 --machine pc --only 'single_op/inv*' --set run=my-run_1
check 'a pattern selects its operations: exit status 0' status_is only 0
check 'only those are measured' all_rows only results.csv '$op ~ /^inv/'
check 'and only those verified' all_rows only verify.csv '$op ~ /^inv/'
check 'the run has the name it was given' machine_is only run_id my-run_1

boot nothing -a icount -c 1 --machine pc --only 'no_such*'
check 'a pattern that selects nothing: exit status 2' status_is nothing 2

boot bad -a icount -c 1 --machine pc --set pages=x --set transport=flash --set after=never
check 'bad options do not keep it from running' status_is bad 0
check 'they are counted' machine_is bad bad_options 3
check 'and named with place, text and reason' machine_is bad bad_option_1 \
	'TLBMARK:6: pages = x: not a number in range'
check 'a list says what may be in it' machine_is bad bad_option_2 \
	'"TLBMARK:7: transport = flash: not auto or a list of serial, ram, nvram, screen"'

finish
