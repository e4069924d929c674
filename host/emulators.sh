# shellcheck shell=sh
# The machines that run.sh can boot: what each takes, what it needs here, its command,
# and what it says when it fails.  The command has the serial line as its output.
# shellcheck disable=SC2034,SC2154 # run.sh has the options, and takes what is set here

# Bochs has no accelerators, a chipset of its own, and limits.
limit_to_bochs() {
	[ -z "$accelerated" ] || die 2 "$accelerated: Bochs has no accelerators"
	[ "${chipset#* }" != q35 ] || die 2 "$chipset: Bochs is a pc"
	case ${firmware##*/} in
	*CODE*) die 2 "--firmware $firmware: Bochs takes one in one piece" ;;
	esac
	! by_screen || die 2 '--set transport=screen: nobody takes pictures of Bochs'
	number 'Bochs: --cpus' "$cpus" 1 14
	number 'Bochs: --memory' "$memory" 64 2048
	[ "$disk" = virtio ] || die 2 "--disk $disk: Bochs has an IDE disk"
	program=$bochs machine=pc accel=none cpu=${cpu:-corei7_haswell_4770}
}

is_modelled() {
	[ "$emulator" = model ] || [ "$emulator" = silicon ]
}

# Bochs with the modelled machine in it, built here.
limit_to_silicon() {
	[ -z "$cpu" ] || die 2 "--cpu $cpu: the processor is what the machine's file says"
	limit_to_bochs
	find_machine_file
	program=''
	# No other of its models has as much that needs no vector registers.
	cpu=corei7_sandy_bridge_2600k
	bochs=$(absolute "$root/build/silicon-bochs/bochs")
}

# The model is what its file says, has no firmware, and sends its results as it goes.
limit_to_model() {
	[ -z "$hardware" ] || die 2 "$hardware: the model is what its file says"
	case $transport in
	auto) take_transport serial ;;
	serial) ;;
	*) die 2 "--set transport=$transport: the model has a serial line alone" ;;
	esac
	find_machine_file
	accel=none cpus=1
}

find_machine_file() {
	[ -n "$machine_file" ] || die 2 "-e $emulator: say which with --machine-file:" \
		"$(machine_names), or a path"
	case $machine_file in
	*/*) machine_file=$(absolute "$machine_file") ;;
	*) machine_file=$(absolute "$root/tests/silicon/machines/$machine_file.machine") ;;
	esac
	[ -f "$machine_file" ] || die 2 "--machine-file: there is no $machine_file;" \
		"known by name are: $(machine_names)"
}

machine_names() {
	(cd "$root/tests/silicon/machines" && echo *.machine) | sed 's/\.machine//g; s/ /, /g'
}

# The model's own rules, as those of settings.
check_machine_file() {
	is_modelled || return 0
	code=0
	refused=$(eval "$(model_command --check)" 2>&1) || code=$?
	case $code in
	0) return ;;
	2) die 2 "refused: ${refused#silicon: }" ;;
	*) die 3 "the machine's file cannot be checked: $refused" ;;
	esac
}

# Its errata are words of the program's, one each.
model_command() { # [--check]
	config=''
	[ $# -ne 0 ] || config='--config tlbmark.cfg'
	line=$(quoted "$(absolute "$root/build/host/silicon")" "$@")
	while read -r erratum; do
		[ -z "$erratum" ] || line="$line $(quoted --erratum "$erratum")"
	done <<-EOF
		$errata
	EOF
	echo "$line ${config:+$config }$(quoted "$machine_file")"
}

# When a disk of these has done its work is decided by the host's clock, and that ends
# the slice of one processor and begins that of another.
limit_to_icount() {
	! by_screen ||
		die 2 '-a icount: its clock turns the pages of the screen too fast to be read'
	case $disk-$threads in
	usb-multi | nvme-multi)
		die 2 "-a icount --disk $disk: the same instructions are not counted again" \
			'with more than one processor (-c 1, or --disk virtio)'
		;;
	esac
}

# Where Debian and Ubuntu, Fedora and Arch have OVMF: split in code and variables for
# q35, in one piece for pc.
choose_firmware() {
	[ "$emulator" != model ] || return 0
	case $machine in
	q35) places='OVMF/OVMF_CODE_4M OVMF/OVMF_CODE edk2/ovmf/OVMF_CODE
		edk2/x64/OVMF_CODE.4m ovmf/x64/OVMF_CODE.4m ovmf/x64/OVMF_CODE' ;;
	pc) places='ovmf/OVMF edk2/ovmf/OVMF edk2/x64/OVMF.4m ovmf/x64/OVMF.4m
		ovmf/x64/OVMF' ;;
	esac
	for place in $places; do
		file=$(absolute "$share/$place.fd")
		[ -n "$firmware" ] || [ ! -f "$file" ] || firmware=$file
	done
	[ -n "$firmware" ] || die 3 "no OVMF firmware for $machine here; get it with:" \
		"apt-get install ovmf (Fedora and Arch: edk2-ovmf)"
	variables=$(dirname "$firmware")/$(basename "$firmware" |
		sed 's/CODE/VARS/; s/\.secboot//')
	[ "$emulator" = qemu ] || choose_vga_bios
}

# Variables of firmware in one piece are gone with the reset that is the way home.
check_variables() {
	[ "$ways" = ' nvram ' ] || return 0
	[ "$variables" = "$firmware" ] || [ ! -f "$variables" ] || return 0
	die 2 "--set transport=nvram: $firmware has no file of variables beside it," \
		'and keeps none over a reset (--machine q35 does)'
}

# The same three; QEMU itself does not need one.
choose_vga_bios() {
	for place in seabios seavgabios qemu; do
		vga_bios=$(absolute "$share/$place/vgabios-stdvga.bin")
		[ ! -f "$vga_bios" ] || return 0
	done
	die 3 'no VGA BIOS for Bochs here; get it with: apt-get install seabios' \
		'(Fedora: seavgabios-bin, Arch: seabios)'
}

# A model that Bochs does not know is a mistake of the user; QEMU says so itself.
check_model() {
	[ "$emulator" = bochs ] || return 0
	models=$("$bochs" --help cpu 2>&1 </dev/null | grep -x "[a-z0-9_][a-z0-9_]*" || :)
	# shellcheck disable=SC2086 # a list of names
	[ -z "$models" ] || one_of --cpu "$cpu" $models
}

# Prints its arguments as one line that the shell reads as just these.
quoted() {
	line=
	for word; do
		case $word in
		*[!A-Za-z0-9_./:=,+@%-]*)
			word=\'$(printf '%s' "$word" | sed "s/'/'\\\\''/g")\' ;;
		esac
		line="$line $word"
	done
	echo "${line# }"
}

# In the work folder, so that the names of what is there hold nothing that an emulator
# reads in its own way, whatever TMPDIR is called.
emulator_command() { # ACCELERATOR
	printf '%s && exec ' "$(quoted cd "$work")"
	case $emulator in
	qemu) qemu_command "$1" ;;
	bochs) bochs_command ;;
	model) model_command ;;
	silicon) silicon_command ;;
	esac
}

# A path as QEMU takes it where commas separate what follows.
commas_doubled() { # PATH
	printf '%s' "$1" | sed 's/,/,,/g'
}

# Bochs reads these characters in its own way: such a file gets another name.
plain_name() { # PATH NAME
	case $1 in
	*[\\\"\$]*)
		[ ! -d "$work" ] || ln -sf "$1" "$work/$2"
		printf '%s' "$2"
		;;
	*) printf '%s' "$1" ;;
	esac
}

# The stick, as it may be plugged in.
disk_device() {
	case $disk in
	virtio) echo -device virtio-blk-pci,drive=disk,bootindex=0 ;;
	usb) echo -device qemu-xhci -device usb-storage,drive=disk,bootindex=0 ;;
	ahci) echo -device ahci,id=ahci -device ide-hd,drive=disk,bus=ahci.0,bootindex=0 ;;
	nvme) echo -device nvme,serial=tlbmark,drive=disk,bootindex=0 ;;
	esac
}

# The controller of disks that every q35 has is left out: no disk is on it, and each start
# would wait until the firmware has looked.
machine_words() {
	case $machine in
	q35) echo q35,sata=off ;;
	*) echo "$machine" ;;
	esac
}

# OVMF parks processors in MWAIT, which TCG runs as a busy loop: there no model has
# MONITOR.
qemu_command() { # ACCELERATOR
	case $1 in
	kvm) set -- -accel kvm -cpu "${cpu:-host}" ;;
	icount) set -- -accel tcg,thread=single -cpu "${cpu:-max},-monitor" \
		-icount shift=5,sleep=off -rtc base=2020-01-01,clock=vm ;;
	*) set -- -accel "tcg,thread=$threads" -cpu "${cpu:-max},-monitor" ;;
	esac
	case ${firmware##*/} in
	*CODE*) set -- "$@" -drive "if=pflash,format=raw,readonly=on,file=$(commas_doubled "$firmware")" ;;
	*) set -- "$@" -bios "$firmware" ;;
	esac
	[ "$variables" = "$firmware" ] || [ ! -f "$variables" ] ||
		set -- "$@" -drive "if=pflash,format=raw,file=vars.fd"
	# shellcheck disable=SC2046 # words
	quoted "$qemu" -no-user-config -nodefaults -net none -display none \
		$(screen_devices) \
		-machine "$(machine_words)" -smp "$cpus" -m "$memory" "$@" \
		-drive "if=none,id=disk,format=raw,file=disk.img" \
		$(disk_device) -device isa-debug-exit,iobase=0xf4,iosize=4 -serial stdio
}

geometry() {
	echo "cylinders=$cylinders, heads=$heads, spt=$sectors_per_track"
}

# From Bochs 3.0 on its debugger, which sees the breakpoint, is there only if it is asked
# for; before, there is no such option.
bochs_debugger() {
	! "$bochs" --help 2>&1 </dev/null | grep -q '^ *-debugger ' || echo -debugger
}

# What the debugger writes must not come between the records: the serial line has a
# descriptor of its own.  Without a file for -f Bochs would ask what to do.  A magic
# breakpoint ends it once the files are on the disk; the end of @done would still be in
# the UART, so nothing before has one.
bochs_command() {
	echo "$(bochs_words 10000000 'rfb, options="timeout=0"' "$(bochs_debugger)" \
		'sound: driver=dummy, waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy' \
		'magic_break: enabled=1') 3>&1 >&2"
}

# Its clock counts ticks of the machine's TSC.
silicon_command() {
	khz=$(sed -n 's/#.*//; s/^ *tsc_khz *= *\([0-9]*\) *$/\1/p' "$machine_file")
	features=1g_pages,smep,invpcid,x2apic,tsc_adjust,clflushopt
	printf '%s ' "$(quoted env "SILICON_MACHINE=$machine_file" \
		"SILICON_ERRATA=$errata" "SILICON_SEED=$(setting_of seed)")"
	echo "$(bochs_words "${khz}000, add_features=\"$features\"" nogui '') 3>&1 >&2"
}

# The last value that --set has given a key; nothing if none.
setting_of() { # KEY
	printf '%s' "$settings" | sed -n "s/^$1 = //p" | tail -n 1
}

bochs_words() { # IPS DISPLAY OPTION [WORD...]
	ips=$1 display=$2 option=$3
	shift 3
	set -- "megs: $memory" \
		"romimage: file=\"$(plain_name "$firmware" firmware.fd)\", address=0x0, options=none" \
		"vgaromimage: file=\"$(plain_name "$vga_bios" vga.bin)\"" \
		"cpu: model=$cpu, count=$cpus, ips=$ips, reset_on_triple_fault=0" \
		'pci: enabled=1, chipset=i440fx' \
		'vga: extension=vbe' \
		"display_library: $display" \
		'com1: enabled=1, mode=file, dev=/dev/fd/3' \
		'speaker: enabled=0' \
		'clock: sync=none, time0=utc' \
		'panic: action=fatal' 'error: action=report' 'info: action=report' \
		'log: "bochs.log"' \
		'ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14' \
		"ata0-master: type=disk, path=\"disk.img\", mode=flat, $(geometry)" \
		'boot: disk' "$@"
	# What its debugger is told, where it has one.
	[ "$emulator" = silicon ] || set -- -rc bochs.rc "$@"
	quoted "$bochs" -q ${option:+"$option"} -f /dev/null "$@"
}

# What the emulator had to say, a few lines of it.
emulator_words() {
	if [ "$emulator" = silicon ] && [ -s "$work/emulator.err" ] &&
		grep '^silicon: ' "$work/emulator.err"; then
		return
	elif [ "$emulator" = bochs ] || [ "$emulator" = silicon ]; then
		sed -n 's/.*>>PANIC<< *//p' "$work/bochs.log" "$work/emulator.err" \
			2>/dev/null | sort -u | head -n 5
	else
		head -n 5 "$work/emulator.err"
	fi
}
