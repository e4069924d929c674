# shellcheck shell=sh
# The options of run.sh: what each takes, and what is refused.
# shellcheck disable=SC2034,SC2154 # run.sh has the defaults, and takes what is set here

number() { # OPTION VALUE LEAST MOST
	case $2 in
	'' | *[!0-9]* | 0?* | ????????*) ;;
	*) [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ] || return 0 ;;
	esac
	die 2 "$1 $2: not a number from $3 to $4"
}

one_of() { # OPTION VALUE CHOICE...
	option=$1 value=$2
	shift 2
	for choice; do
		[ "$value" != "$choice" ] || return 0
	done
	die 2 "$option $value: not one of: $*"
}

# They are defined in one place.
profiles() {
	sed -n 's/^\t\t\.name = "\(.*\)",$/\1/p' "$root/lib/options/profile.c"
}

made_of() { # OPTION VALUE CHARACTERS
	case $2 in
	'' | *[!$3]*) die 2 "$1 $2: empty, or with a character that is not allowed" ;;
	esac
}

# Another folder may be the current one by the time it is used.
absolute() { # PATH
	case $1 in
	/*) printf '%s' "$1" ;;
	*) printf '%s/%s' "$(pwd)" "$1" ;;
	esac
}

# A name without a slash is looked for in PATH.
placed() { # PROGRAM
	case $1 in
	*/*) absolute "$1" ;;
	*) printf '%s' "$1" ;;
	esac
}

# Without the blanks on both sides, as the program reads a line.
trimmed() { # TEXT
	printf '%s' "$1" | sed 's/^ *//; s/ *$//'
}

# What run.sh has an option for, or must know itself.  Whether the program takes the
# others, and their values, it is asked itself: check_settings.
take_setting() { # KEY=VALUE
	case $1 in
	*[[:cntrl:]]* | *'#'*) die 2 "--set $1: a line end or a comment" ;;
	*=*) ;;
	*) die 2 "--set $1: not KEY=VALUE" ;;
	esac
	key=$(trimmed "${1%%=*}") setting=$(trimmed "${1#*=}")
	[ -n "$setting" ] || die 2 "--set $1: empty"
	case $key in
	run) run=$setting ;;
	profile) take_value "--set profile" "$setting" ;;
	only) only=$setting ;;
	*)
		settings="$settings$key = $setting
"
		;;
	esac
	case $key in
	transport) take_transport "$setting" ;;
	serial) take_serial "$setting" ;;
	esac
}

# A line of the model's file, without what a shell would read in another way.
take_erratum() { # TEXT
	made_of --erratum "$1" 'A-Za-z0-9_ '
	errata="$errata$1
"
}

# What a machine's file says, or what there is none of there.
take_hardware() { # OPTION VALUE
	case $1 in
	-a | --accel | -c | --cpus | --cpu | --machine | --memory | --firmware | --disk)
		hardware="$1 $2"
		;;
	esac
}

take_value() { # OPTION VALUE
	take_hardware "$@"
	case $1 in
	-e | --emulator) one_of "$@" qemu bochs model silicon && emulator=$2 ;;
	--machine-file) made_of "$@" 'A-Za-z0-9_./,+ -' && machine_file=$2 ;;
	--erratum) take_erratum "$2" ;;
	-a | --accel) one_of "$@" auto kvm tcg icount && accel=$2 accelerated="$1 $2" ;;
	-c | --cpus) number "$@" 1 255 && cpus=$2 ;;
	--cpu) made_of "$@" A-Za-z0-9_.,=+- && cpu=$2 ;;
	--machine) one_of "$@" q35 pc && machine=$2 chipset="$1 $2" ;;
	--memory) number "$@" 64 1048576 && memory=$2 ;;
	--firmware) [ -f "$2" ] || die 2 "$1 $2: no such file" && firmware=$(absolute "$2") ;;
	--disk) one_of "$@" virtio usb ahci nvme && disk=$2 ;;
	-p | --profile | '--set profile')
		# shellcheck disable=SC2046 # words
		one_of "$@" $(profiles) && profile=$2
		;;
	--only) made_of "$@" 'A-Za-z0-9_*?/,' && only=$2 ;;
	--set) take_setting "$2" ;;
	-o | --out) [ -n "$2" ] || die 2 "$1: empty" && out=$2 ;;
	--timeout) number "$@" 1 999999 && timeout=$2 limited=yes ;;
	*) die 2 "$1: no such option, or one without a value" ;;
	esac
}

take_options() {
	limited=no hardware=
	while [ $# -gt 0 ]; do
		case $1 in
		--no-report) report=no ;;
		-n | --dry-run) dry_run=yes ;;
		--list) list=yes ;;
		--setup) setup=yes ;;
		-y | --yes) yes=--yes ;;
		-v | --verbose) verbose=yes ;;
		-h | --help)
			show "$(help)"
			leave "$status"
			;;
		--*=*) take_value "${1%%=*}" "${1#*=}" ;;
		*)
			[ $# -gt 1 ] || die 2 "$1: no such option, or without its value"
			take_value "$1" "$2"
			shift
			;;
		esac
		shift
	done
	settle_options
}

# What follows from several of them, whatever their order.
settle_options() {
	qemu=$(placed "$qemu") bochs=$(placed "$bochs")
	[ "$emulator" != model ] || limit_to_model
	[ "$emulator$machine_file$errata" = "$emulator" ] || is_modelled ||
		die 2 '--machine-file and --erratum are of -e model and -e silicon'
	settle_ways
	[ "$cpus" -gt 1 ] && threads=multi || threads=single
	program=$qemu
	case $emulator in
	bochs) limit_to_bochs ;;
	silicon) limit_to_silicon ;;
	esac
	case $emulator in
	model) starts=build/host/silicon ;;
	silicon) starts='build/tlbmark.img build/host/silicon build/silicon-bochs/bochs' ;;
	*) starts=build/tlbmark.img ;;
	esac
	[ "$accel" != icount ] || limit_to_icount
	[ "$profile$limited" != fullno ] || timeout=3600
	[ -n "$run" ] ||
		run=$(date +%Y%m%d-%H%M%S)-$(od -An -N2 -tx1 /dev/urandom | tr -d ' ')
	default_out=$root/results/$run
	default_out=${default_out#./}
	out=${out:-$default_out}
	# Else it would be read as an option by whatever it is given to.
	case $out in
	-*) out=./$out ;;
	esac
	case $run in
	latest | reference | tlbreport | __pycache__)
		die 2 "--set run=$run: results/$run is something else already"
		;;
	esac
}

# They name themselves.
benchmarks() {
	sed -n 's/^\t\.name = "\(.*\)",$/\1/p' "$root"/bench/*.c | sort -u
}

# The program's own rules, asked before anything is started.
check_settings() {
	code=0
	# shellcheck disable=SC2046 # words
	refused=$(config_lines | "$root/build/host/check_config" $(benchmarks)) || code=$?
	case $code in
	0) return ;;
	2) ;;
	*) die 3 'the settings cannot be checked' ;;
	esac
	die 2 "refused: $(printf '%s' "$refused" | tr '\n' ';' | sed 's/;/; /g')"
}

# Nothing is installed for a command that is only printed.
check_unstarted_settings() {
	stage='checking the settings'
	if command -v make >/dev/null && command -v gcc >/dev/null; then
		in_background env MAKEFLAGS= make -s -C "$root" build/host/check_config >&2 ||
			die 3 'the build failed'
	fi
	if [ -x "$root/build/host/check_config" ]; then
		check_settings
	else
		say 'the settings are not checked: that takes make and gcc'
	fi
}

# What can be chosen, as the program has it; then the end.
list_choices() {
	stage='listing what can be chosen'
	"$root/tests/install.sh" ${yes:+"$yes"} make gcc || leave 3
	in_background env MAKEFLAGS= make -s -C "$root" build/host/list >&2 ||
		die 3 'the build failed'
	show "benchmarks, for --only BENCH:
$(benchmarks | sed 's/^/  /')
operations, for --only BENCH/OP; no benchmark has all of them:
$("$root/build/host/list" operations | sed 's/^/  /')
litmus tests, for --only litmus/TEST; make litmus-list has their steps:
$("$root/build/host/list" litmus | sed 's/^/  /')
keys, for --set KEY=VALUE and for tlbmark.cfg:
$("$root/build/host/list" keys | sed 's/^/  /')"
	leave "$status"
}
