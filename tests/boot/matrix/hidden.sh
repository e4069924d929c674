#!/bin/sh
# Emulators that hide what they are: none is taken for hardware, and no processor is lost
# because one was.
set -eu
. tests/boot.sh

hide() { # NAME OPTION...
	boot "$@" --only single_op/none
}
is_env() { # NAME ENV
	status_is "$1" 0 && machine_is "$1" env "$2" && machine_is "$1" timing_valid 0
}

hide bit -a tcg -c 1 --cpu max,-hypervisor
check 'without the hypervisor bit, TCG is known by its signature' is_env bit tcg
hide signature -a tcg -c 4 --cpu max,-hypervisor,tcg-cpuid=off
is_unknown() {
	is_env signature unknown && all_started signature 4 &&
		[ -n "$(machine signature env_doubt)" ] &&
		machine_is signature timing_reason 'not certain to be hardware: see env_doubt'
}
check 'without its signature as well it is unknown, and all processors are there' is_unknown
hide guest -a tcg -c 2 --cpu max,tcg-cpuid=off
is_guest() {
	is_env guest vm && all_started guest 2 && machine_is guest hypervisor_name '' &&
		[ -n "$(machine guest env_doubt)" ] && machine_is guest exits_invpcid 'skipped: invpcid' &&
		machine_is guest timing_reason 'the hypervisor is not known: it may be an emulator'
}
check 'a hypervisor that nobody knows is a guest whose timing is not valid' is_guest
exits_tried() {
	for name in cpuid rdtsc mov_cr3 invlpg pge icr icr_self hlt; do
		machine_is guest "exits_$name" unclear && [ -n "$(machine guest "exits_${name}_ticks")" ] ||
			return
	done
}
check 'what CPUID does not leave for shows no exit, and all are tried' exits_tried
hide signature-icount -a icount -c 1 --cpu max,-hypervisor,tcg-cpuid=off
check 'one that counts instructions gives itself away' is_env signature-icount bochs
finish
