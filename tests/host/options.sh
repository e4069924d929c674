#!/bin/sh
# What run.sh makes of its options: the emulator's command, the program's configuration,
# and what it refuses.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
. tests/host/stream.sh
. tests/host/tree.sh

# --- the emulator's command

work=$TMPDIR/tlbmark
common="cd $work && exec $QEMU -no-user-config -nodefaults -net none -display none -vga none"
disk="-drive if=none,id=disk,format=raw,file=disk.img \
-device virtio-blk-pci,drive=disk,bootindex=0 \
-device isa-debug-exit,iobase=0xf4,iosize=4 -serial stdio"
code=$scratch/share/OVMF/OVMF_CODE_4M.fd
split="-drive if=pflash,format=raw,readonly=on,file=$code \
-drive if=pflash,format=raw,file=vars.fd"

command_is() { # MACHINE-AND-ACCELERATOR FIRMWARE OPTION...
	middle=$1 firmware=$2
	shift 2
	run 0 --dry-run "$@" && echo "$common $middle $firmware $disk" |
		diff - "$scratch/said" && [ ! -e "$FAKE_LOG" ]
}

command_has() { # TEXT OPTION...
	text=$1
	shift
	run 0 "$@" -n && said "$text"
}

firmware_of() { # PATH OPTION...: the only firmware there is
	other=$scratch/other
	path=$other/$1
	shift
	rm -rf "$other"
	mkdir -p "$(dirname "$path")"
	echo >"$path"
	run 0 TLBMARK_SHARE="$other" -n "$@" && said "$path "
}

no_firmware() {
	run 3 TLBMARK_SHARE="$scratch/nothing" -n && errors 'apt-get install ovmf'
}

quoting_is_the_shells() {
	mkdir -p "$scratch/it's a path"
	cp "$scratch/share/ovmf/OVMF.fd" "$scratch/it's a path"
	run 0 -n --firmware "$scratch/it's a path/OVMF.fd" &&
		eval "set -- $(sed 's/.* && exec //' "$scratch/said")" &&
		while [ "$1" != -bios ]; do shift; done &&
		[ "$2" = "$scratch/it's a path/OVMF.fd" ]
}

icount='-accel tcg,thread=single -cpu max,-monitor -icount shift=5,sleep=off '
icount=$icount'-rtc base=2020-01-01,clock=vm'
check 'command: q35, TCG' command_is \
	'-machine q35,sata=off -smp 4 -m 512 -accel tcg,thread=multi -cpu max,-monitor' \
	"$split" -a tcg
check 'command: q35, icount' command_is "-machine q35,sata=off -smp 4 -m 512 $icount" "$split" \
	--accel icount
check 'command: q35, KVM' command_is '-machine q35,sata=off -smp 4 -m 512 -accel kvm -cpu host' \
	"$split" -a kvm
check 'command: pc, TCG, one processor' command_is \
	'-machine pc -smp 1 -m 6144 -accel tcg,thread=single -cpu max,-monitor' \
	"-bios $scratch/share/ovmf/OVMF.fd" -a tcg --machine pc -c 1 --memory 6144
check 'command: pc, icount' command_is "-machine pc -smp 2 -m 512 $icount" \
	"-bios $scratch/share/ovmf/OVMF.fd" --accel=icount --machine=pc --cpus=2
check 'command: pc, KVM' command_is '-machine pc -smp 4 -m 512 -accel kvm -cpu host' \
	"-bios $scratch/share/ovmf/OVMF.fd" -a kvm --machine pc
check 'command: auto without vmx is TCG' command_has '-accel tcg'
check 'command: auto with vmx is KVM' command_has '-accel kvm' \
	TLBMARK_CPUINFO="$scratch/vmx"
check 'under TCG no model keeps MONITOR' command_has '-cpu EPYC,-monitor ' --cpu EPYC
check "under KVM a user's model stays as it is" command_has '-cpu EPYC -' \
	--cpu EPYC -a kvm
check 'Fedora has its firmware elsewhere' firmware_of edk2/ovmf/OVMF_CODE.fd
check 'Arch has its firmware elsewhere' firmware_of edk2/x64/OVMF_CODE.4m.fd
check 'older Arch has its firmware elsewhere' firmware_of ovmf/x64/OVMF_CODE.fd
check 'Arch has a firmware for pc' firmware_of edk2/x64/OVMF.4m.fd --machine pc
check 'the stick may be on USB' command_has \
	'-device qemu-xhci -device usb-storage,drive=disk,bootindex=0 ' --disk usb
check 'or behind AHCI' command_has '-device ide-hd,drive=disk,bus=ahci.0' --disk ahci
check 'or NVMe' command_has '-device nvme,serial=tlbmark,drive=disk' --disk=nvme
check 'no firmware: what to install is named' no_firmware
check 'a CODE image takes the variables beside it' command_is \
	'-machine pc -smp 4 -m 512 -accel tcg,thread=multi -cpu max,-monitor' "$split" \
	--machine pc --firmware "$scratch/share/OVMF/OVMF_CODE_4M.fd"
check 'any other image is a BIOS' command_has "-bios $scratch/share/ovmf/OVMF.fd" \
	--firmware "$scratch/share/ovmf/OVMF.fd"
check 'the command is quoted for the shell' quoting_is_the_shells

# --- Bochs' command

bochs_command_is() { # MEMORY FIRMWARE MODEL CPUS OPTION...
	cat >"$scratch/expected" <<-EOF
	$BOCHS
	-q
	-f
	/dev/null
	-rc
	bochs.rc
	megs: $1
	romimage: file="$2", address=0x0, options=none
	vgaromimage: file="$scratch/share/seabios/vgabios-stdvga.bin"
	cpu: model=$3, count=$4, ips=10000000, reset_on_triple_fault=0
	pci: enabled=1, chipset=i440fx
	vga: extension=vbe
	display_library: rfb, options="timeout=0"
	com1: enabled=1, mode=file, dev=/dev/fd/3
	speaker: enabled=0
	clock: sync=none, time0=utc
	panic: action=fatal
	error: action=report
	info: action=report
	log: "bochs.log"
	ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
	ata0-master: type=disk, path="disk.img", mode=flat, cylinders=135, heads=16, spt=63
	boot: disk
	sound: driver=dummy, waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
	magic_break: enabled=1
	EOF
	shift 4
	run 0 -n -e bochs "$@" && eval "printf '%s\\n' $(sed 's/.* && exec //; s/ 3>&1 >&2$//' "$scratch/said")" |
		diff "$scratch/expected" - && said ' 3>&1 >&2' && [ ! -e "$FAKE_LOG" ]
}

no_vga_bios() {
	rm -rf "$scratch/other"
	mkdir -p "$scratch/other/ovmf"
	echo >"$scratch/other/ovmf/OVMF.fd"
	run 3 TLBMARK_SHARE="$scratch/other" -n -e bochs &&
		errors 'apt-get install seabios'
}

check 'command: Bochs' bochs_command_is 512 "$scratch/share/ovmf/OVMF.fd" \
	corei7_haswell_4770 4
check 'command: Bochs with all its options' bochs_command_is 1024 \
	"$scratch/it's a path/OVMF.fd" corei7_skylake_x 14 --cpu corei7_skylake_x -c 14 \
	--memory 1024 --machine pc --firmware "$scratch/it's a path/OVMF.fd"
check 'no VGA BIOS: what to install is named' no_vga_bios

# --- options

help_is_printed() {
	run 0 --help && for option in emulator accel cpus cpu machine memory firmware disk \
		profile only set out timeout no-report dry-run list setup yes verbose; do
		said " --$option" || return 1
	done
}

help_has_examples() {
	run 0 -h && sed -n '/^examples:/,$s/^  \(.*[^ ]\)   *\([^ ].*\)/\1/p' "$scratch/said" \
		>"$scratch/examples" && [ "$(wc -l <"$scratch/examples")" -eq 3 ] &&
		awk 'length > 92 { bad = 1 } END { exit bad }' "$scratch/said" || return 1
	cp "$scratch/examples" "$scratch/each"
	while read -r script options; do
		# shellcheck disable=SC2086 # words
		[ "$script" = ./run.sh ] && run 0 -n $options || return 1
	done <"$scratch/each"
}

# The option says them in words, for whoever reads the help.
help_names_the_profiles() {
	run 0 --help && said " $(build/host/list keys |
		sed -n 's/^profile  *//p' | sed 's/ | /, /g; s/, \([^,]*\)$/ or \1 /')"
}

# Below the heading of that name, to the next.
listed() { # HEADING
	sed -n "/^$1, /,/^[a-z]/s/^  \([^ ]*\).*/\1/p" "$scratch/said"
}

benchmarks_are_listed() {
	run 0 --list && listed benchmarks >"$scratch/listed" &&
		sed -n '/^## /q; s/^| `\([a-z_]*\)` | .*/\1/p' bench/README.md |
		sort | diff - "$scratch/listed"
}

operations_are_listed() {
	run 0 --list && listed operations | sed 1d >"$scratch/listed" &&
		build/host/matrix | sed -n 's/^| `\([a-z0-9_]*\)`.*/\1/p' | uniq |
		sed '/^page_4k$/d' | diff - "$scratch/listed"
}

# As the stick has them, each in a comment.
keys_are_listed() {
	run 0 --list && listed keys | sort >"$scratch/listed" &&
		sed -n 's/^#\([a-z0-9_.]*\) =.*/\1/p' stick/tlbmark.cfg | sort |
		diff - "$scratch/listed"
}

check 'help names every option' help_is_printed
check 'it has three examples, and they are taken' help_has_examples
check 'and the profiles as the program does' help_names_the_profiles
check 'every benchmark is listed' benchmarks_are_listed
check 'every operation is listed' operations_are_listed
check 'every key is listed, and is on the stick' keys_are_listed
check 'an unknown option is refused' refused '--bogus' --bogus
check 'an argument is refused' refused 'file: no such option' file
check 'an option without its value is refused' refused '-o:' -o
check 'Bochs has no accelerators' refused '-a tcg: Bochs has no accelerators' \
	-a tcg -e bochs
check 'not even auto' refused '--accel auto: Bochs has' --emulator=bochs --accel=auto
check 'Bochs is no q35' refused '--machine q35: Bochs is a pc' -e bochs --machine q35
check 'Bochs has not 15 processors' refused 'Bochs: --cpus 15: not a number from 1' \
	-e bochs -c 15
check 'Bochs has not 4 GiB' refused 'Bochs: --memory 4096' -e bochs --memory 4096
check 'Bochs takes no half firmware' refused 'Bochs takes one in one piece' -e bochs \
	--firmware "$scratch/share/OVMF/OVMF_CODE_4M.fd"
check 'an unknown emulator is refused' refused '--emulator xen' --emulator xen
check 'an unknown accelerator is refused' refused '-a hvf' -a hvf
check 'no processor is refused' refused '-c 0' -c 0
check '256 processors are refused' refused '--cpus 256' --cpus 256
check 'half a processor is refused' refused '-c 0.5' -c 0.5
check 'too little memory is refused' refused '--memory 63' --memory 63
check 'memory that is no number is refused' refused '--memory 1G' --memory 1G
check 'an unknown machine is refused' refused '--machine microvm' --machine microvm
check 'a firmware that is not there is refused' refused '--firmware /x: no such file' \
	--firmware /x
check 'an unknown disk is refused' refused '--disk floppy' --disk floppy
check 'Bochs has one kind of disk' refused '--disk usb: Bochs has' -e bochs --disk usb
check 'an unknown profile is refused' refused '-p fast' -p fast
check 'a pattern with other characters is refused' refused '--only a b' --only 'a b'
check 'an unknown key is refused by name' refused 'color = red: no such key' --set color=red
check 'so is a value that the program would ignore' refused \
	'pages = 5000: not a number in range' --set pages=5000
check 'whatever else is given' refused 'raw = 2: neither 0 nor 1' --set raw=2 -n
check 'a benchmark that there is none of is refused, before anything is started' refused \
	'only = nosuch/*: no benchmark matches' --only 'nosuch/*'
check 'and where nothing would be' refused 'only = nosuch/*: no benchmark' --only 'nosuch/*' -n
check 'so is an operation' refused 'only = refill/nosuch: no' --only refill/nosuch
check 'even beside one that there is' refused 'only = no*: no benchmark' --only 'refill,no*'
check 'one that needs another machine, or the probe, is not' command_has -smp \
	--only 'lazy/invlpgb*,*/tr7_probe,single_op/*'
taken_and_not_started() {
	mkdir -p "$scratch/taken" && echo old >"$scratch/taken/results.csv"
	refused 'holds a run already' -n -o "$scratch/taken"
}
check 'so is a folder that holds a run, where nothing would be started' taken_and_not_started
unbuilt() { # STATUS TEXT VARIABLE...
	mv "$tree/build/host/check_config" "$scratch/aside"
	run "$1" "$3" -n && errors "$2"
	answer=$?
	mv "$scratch/aside" "$tree/build/host/check_config"
	return $answer
}
check 'where there is nothing to check with that is said' unbuilt 0 \
	'the settings are not checked' FAKE_MAKE=0
check 'and a build that fails' unbuilt 3 'the build failed' FAKE_MAKE=2
check 'each that is refused is named' refused \
	'after = never: not reboot, shutdown, wait or debugexit; pages = x: not' \
	--set after=never --set pages=x
check 'a setting without a value is refused' refused '--set seed' --set seed
check 'a setting of two lines is refused' refused '--set seed=1' --set "seed=1
raw=1"
check 'a setting with a comment is refused' refused '--set seed=1 # x' \
	--set 'seed=1 # x'
check 'the screen and another way are refused' refused 'the screen is read alone' \
	--set transport=ram,screen
check 'nobody takes pictures of Bochs' refused 'nobody takes pictures of Bochs' \
	-e bochs --set transport=screen
check 'variables alone are refused where the firmware keeps none' refused \
	'has no file of variables beside it' --machine pc --set transport=nvram
check 'nor where instructions are counted' refused '-a icount' -a icount \
	--set transport=screen
check 'a run id that is a path is refused' refused 'run = ../x: a character' --set run=../x
check 'one of 64 characters is too long for the program' refused 'too long' \
	--set "run=$(printf %064d 0)"
check 'an empty one is refused' refused '--set run=: empty' --set run=
for name in latest $(sed -n 's,^!/results/\(.*\)/$,\1,p' .gitignore); do
	check "results/$name is no run, and none is called so" refused \
		"results/$name is something else" --set "run=$name"
done
check 'a serial line that the emulator has not, and no other way' refused \
	'the emulators have COM1 alone' --set serial=com2
check 'counted instructions and a USB disk are refused with two processors' refused \
	'-a icount --disk usb' -a icount -c 2 --disk usb
check 'so is NVMe' refused '-a icount --disk nvme' --disk nvme --accel=icount
check 'with one processor it is not' command_has 'serial=tlbmark' -a icount -c 1 --disk nvme
check 'a time limit of zero is refused' refused '--timeout 0' --timeout 0

options_reach_the_program() {
	whole_run 0 >"$stream"
	run_new 0 --set run=my-run -p smoke --only 'refill/*,ipi' --set seed=7 \
		--set pages=16 && diff - "$FAKE_LOG.cfg" <<-EOF
		run = my-run
		profile = smoke
		countdown = 0
		after = debugexit
		only = refill/*,ipi
		transport = serial
		seed = 7
		pages = 16
		serial = com1
	EOF
}

check 'options become lines of tlbmark.cfg' options_reach_the_program
finish
