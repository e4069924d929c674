# shellcheck shell=sh
# The stick that run.sh boots from, and what has come home to it.
# shellcheck disable=SC2034,SC2154 # run.sh has the options, and takes what is set here

newline='
'
# Seconds from the end of a run until its files are on the stick: a reset, the firmware
# and the writing.
home_timeout=240

# shellcheck source=host/screen.sh
. "$root/host/screen.sh"

# The ways that results may take; what run.sh tells the program where it is not told.
transport=auto ways=' serial ram '
# Whether the program sends on COM1, the one port that the emulators have.
listens=yes serial=auto

# Each way once, between blanks.  A name that the program does not know is its to refuse.
take_transport() { # LIST
	transport=$1 rest=$1, ways=' '
	[ "$1" != auto ] || rest=serial,ram,
	while [ -n "$rest" ]; do
		way=$(trimmed "${rest%%,*}") rest=${rest#*,}
		case $ways in
		*" $way "*) ;;
		*) ways="$ways${way:+$way }" ;;
		esac
	done
}

take_serial() { # PORT
	serial=$1 listens=no
	case $1 in
	auto | com1) listens=yes ;;
	0x*[!0-9A-Fa-f]* | 0x) ;;
	0x*) [ $(($1)) -ne $((0x3f8)) ] || listens=yes ;;
	esac
}

settle_ways() {
	case $ways in
	' screen ') choose_screen ;;
	*' screen '*) die 2 '--set transport: the screen is read alone, without other ways' ;;
	esac
	case $listens$ways in
	'no serial ') die 2 "--set serial=$serial: the emulators have COM1 alone, and transport=serial no other way" ;;
	esac
}

# A way that was not chosen is not waited for.
by_serial() {
	case $listens$ways in
	*'yes '*'serial '*) ;;
	*) return 1 ;;
	esac
}

by_stick() {
	case $ways in
	*' ram '* | *' nvram '*) ;;
	*) return 1 ;;
	esac
}

# Until the machine ends that says nothing on the serial line.
await_end() {
	if by_screen; then
		read_screen
	else
		follow "$timeout"
	fi
}

# The program's tlbmark.cfg.
config_lines() {
	printf '%s = %s\n' run "$run" profile "$profile" countdown 0 \
		after debugexit
	[ -z "$only" ] || printf 'only = %s\n' "$only"
	printf '%s' "$settings"
	case $settings in *'serial = '*) ;; *) echo 'serial = com1' ;; esac
	# Somebody listens to the serial line: no pages have to be shown on a
	# screen before the reset.
	[ "$transport" != auto ] || echo 'transport = serial,ram'
}

# mtools read paths in their own way: they are called where these are plain names.
at_work() { # COMMAND...
	(cd "$work" && "$@")
}

make_disk() {
	data=disk.img@@$((data_first * 512))
	config_lines >"$work/tlbmark.cfg"
	[ "$emulator" != model ] || return 0
	printf 'c\nq\n' >"$work/bochs.rc" # what its debugger is told: continue, then quit
	words=$(cp "$root/build/tlbmark.img" "$work/disk.img" 2>&1 &&
		{ at_work mcopy -o -i "$data" tlbmark.cfg ::/ 2>&1 || { echo 'mcopy failed' && false; }; }) ||
		die 3 "no copy of the stick in $work: ${words%%"$newline"*}"
}

# The folder of the run on the data partition, of which there is at most one.
stick_folder() {
	at_work mdir -b -i "$data" ::/results 2>/dev/null | tr -d '\r' |
		grep -- "-$run/\$" || :
}

copy_from_stick() {
	folder=$(stick_folder)
	[ -n "$folder" ] && mkdir "$work/home" || return 0
	words=$(at_work mcopy -n -i "$data" "${folder}*" home 2>&1) ||
		say "not all files of the stick could be kept in $work: ${words%%"$newline"*}"
	is_empty "$work/home" || deliver home || leave 3
}

keep_serial() { # [FOLDER]
	[ ! -d "$work/serial-files" ] || is_empty "$work/serial-files" ||
		deliver serial-files "${1-}"
}

# Where the machine had too little memory to keep all samples, the stick has a part of
# them; the serial line has them all.
mend_samples() {
	grep -aqs 'samples.csv lacks some' "$work/console" || return 0
	if [ -e "$work/serial-files/samples.csv" ]; then
		say 'samples.csv is that of the serial line: in RAM there was no room for all'
		cp "$work/serial-files/samples.csv" "$out" ||
			die 3 "cannot write to $out"
	else
		say 'samples.csv lacks some: there was no room for all in RAM'
	fi
}

# Each file of the serial line is on the stick, byte for byte, and no other is.
same_as_serial() {
	for file in "$work/serial-files"/* "$out"/*.csv "$out/summary.txt"; do
		name=${file##*/}
		[ -e "$file" ] || continue
		cmp -s "$work/serial-files/$name" "$out/$name" || {
			say "$name of the stick is not what the serial line delivered"
			return 1
		}
	done
}

# What it ended with, by what came home alone; 4 if that does not say.
status_of_stick() {
	sed -n 's/^@done \([0-4]\)$/\1/p' "$out/console.txt" 2>/dev/null | tail -n 1 |
		grep . || echo 4
}

# Whether the limit has ended the way home of a run that had ended, and whose files
# capture has found whole.
serial_has_all() {
	read_clock
	[ "$heard" = yes ] && [ "$status" -lt 2 ] && [ "$now" -ge "$deadline" ] &&
		[ -e "$work/serial-files/machine.csv" ]
}

# What the stick has is what is kept; without it, what the serial line has delivered; both
# where they differ.  A folder without machine.csv says what became of the results.
collect() {
	copy_from_stick
	heard=no
	! by_serial || [ "$status" -eq 5 ] || heard=yes
	if [ $heard = no ]; then
		# Nobody has heard of a run; that it was one the stick alone may know.
		[ "$status" -ne 5 ] || [ -e "$out/console.txt" ] || return 0
		status=$(status_of_stick)
	fi
	[ "$status" -ne 2 ] || return 0
	if [ ! -e "$out/machine.csv" ]; then
		say 'the stick has no results of this run'
		if serial_has_all; then
			say 'the time is up; the files of the serial line are whole, and kept'
			keep_serial || leave 3
			return 0
		fi
		# The program says what it used, which may have been the serial line alone.
		grep -qsx 'transport,serial' "$work/serial-files/machine.csv" || status=4
		keep_serial || leave 3
		return 0
	fi
	mend_samples
	[ $heard = yes ] || return 0
	same_as_serial || {
		[ "$status" -eq 3 ] || status=4
		keep_serial serial || leave 3
		say "what the serial line delivered is in $out/serial"
	}
}

# The machine found nothing to do; what it says of itself is no run.
end_without_a_run() {
	rm -f "$out/console.txt" "$out/tlbmark.run"
	die 2 "no benchmark matches${only:+ --only $only}"
}
