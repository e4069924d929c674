#!/bin/sh
# Five-level paging, switched on by the program and found on.
set -eu
. tests/stick.sh

only='only = single_op/invlpg,single_op/cr3_reload,single_op/cr0_pg_toggle'

# Two processors; the firmware, which has four levels, resets the machine.
stick switched 'run = switched' 'la57 = 1' "$only"
start switched -smp 2
check 'la57 = 1: results come home over a reset by the firmware' came_home switched
check 'it is switched on' says switched 'la57,switched on'
check 'on the other processor, too' says switched 'cpus_started,2'
check 'a PML5 entry that was pointed elsewhere is tried' \
	grep -aq '^[^ ]*invlpg,psc_pml5e,0,,before,must,.*,200,0,0,inconclusive,' \
	"$scratch/switched.console"

# This firmware's own code for other processors does not expect it.
evil found 'la57=on' 'transport = serial' "$only"
start found
check 'found on: a whole run' ended_with 0
check 'found on, it stays on' says found 'la57,found on'
check 'with everything in place' says found '@done 0'
finish
