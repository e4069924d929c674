#!/bin/sh
# Firmware whose list of processors is not as it should be: a clear message, and the rest
# of the run intact.  And what it has set up in their local APICs for itself.
set -eu
. tests/stick.sh

try() { # NAME WORDS
	evil "$1" "$2"
	start "$1" -smp 2
}

knows() { # KEY VALUE
	grep -qxF -- "$1,$2" "$scratch/home"/*/machine.csv && return
	grep -E "^(cpu|madt)" "$scratch/home"/*/machine.csv
	return 1
}

both_start() { # NAME SOURCE
	came_home "$1" && knows cpus_found 2 && knows cpus_started 2 &&
		knows cpus_failed 0 && knows cpus_source "$2"
}

for fault in ffffffff duplicates order; do
	try "$fault" "madt=$fault"
	check "madt=$fault: both processors, each once" both_start "$fault" \
		'MADT and MP services'
done
check 'madt=order: the boot processor comes first' \
	grep -q '^cpu_0,apic=0 .* distance=self$' "$scratch/home"/*/machine.csv

try ghosts madt=ghosts
ghost_is_named() {
	came_home ghosts && knows cpus_found 3 && knows cpus_started 2 &&
		knows cpu_failed_2 'apic=77: did not come though asked twice'
}
check 'madt=ghosts: one that never comes is named' ghost_is_named

for fault in 'none absent' 'damaged damaged'; do
	name=${fault% *}
	try "$name" "madt=$name"
	check "madt=$name: both are known by the MP services" both_start "$name" 'MP services'
	check "madt=$name: that is said on the console" says "$name" \
		"(MADT): ${fault#* }; they are known by: MP services"
	check "madt=$name: and in machine.csv" knows madt "${fault#* }"
done

try alone 'madt=none mp=none'
is_alone() {
	came_home alone && knows cpus_found 1 && knows cpus_started 1 &&
		knows cpus_source 'neither MADT nor MP services'
}
check 'neither MADT nor MP services: one processor, and that is said' is_alone
check 'on the console too' says alone 'they are known by: neither MADT nor MP services'

try smi lvt=smi
keeps_smi() {
	came_home smi && knows smi_lvt thermal && knows cpus_started 2 &&
		! grep -q 'differs=.*smi_lvt' "$scratch/home"/*/machine.csv
}
check 'lvt=smi: the thermal entry stays, and both processors have it' keeps_smi
finish
