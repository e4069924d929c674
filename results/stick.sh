# shellcheck shell=sh
# The stick that run.sh boots from, and what has come home to it.
# shellcheck disable=SC2034,SC2154 # run.sh has the options, and takes what is set here

# Seconds from the end of a run until its files are on the stick: a reset, the firmware
# and the writing.
home_timeout=240

# shellcheck source=results/screen.sh
. "$root/results/screen.sh"

take_transport() { # LIST
	transport=$(echo "$1" | tr -d ' ')
	case ,$transport, in
	,screen,) choose_screen ;;
	*,screen,*) die 2 '--set transport: the screen is read alone, without other ways' ;;
	esac
}

# A way that was not chosen is not waited for.  What the program does not know it
# ignores.
by_serial() {
	case $transport in
	screen | ram | nvram | ram,nvram | nvram,ram) return 1 ;;
	esac
}

by_stick() {
	[ "$transport" != serial ] && ! by_screen
}

# Until the machine ends that says nothing on the serial line.
await_end() { # SECONDS
	if by_screen; then
		read_screen "$1"
	else
		follow "$1"
	fi
}

make_disk() {
	! by_screen || open_screen
	data=$work/disk.img@@$((data_first * 512))
	{
		printf '%s = %s\n' run "$run" profile "$profile" countdown 0 \
			after debugexit
		[ -z "$only" ] || printf 'only = %s\n' "$only"
		printf '%s' "$settings"
		case $settings in *'serial = '*) ;; *) echo 'serial = com1' ;; esac
		# Somebody listens to the serial line: no pages have to be shown on a
		# screen before the reset.
		[ "$transport" != auto ] || echo 'transport = serial,ram'
	} >"$work/tlbmark.cfg"
	printf 'c\nq\n' >"$work/bochs.rc" # what its debugger is told: continue, then quit
	cp "$root/build/tlbmark.img" "$work/disk.img"
	mcopy -o -i "$data" "$work/tlbmark.cfg" ::/
}

# The folder of the run on the data partition, of which there is at most one.
stick_folder() {
	mdir -b -i "$data" ::/results 2>/dev/null | tr -d '\r' |
		grep -- "-$run/\$" || :
}

copy_from_stick() {
	folder=$(stick_folder)
	[ -n "$folder" ] && mcopy -n -i "$data" "${folder}*" "$out"
}

keep_serial() { # [FOLDER]
	mkdir -p "$out/${1-}"
	[ ! -d "$work/serial-files" ] ||
		cp "$work/serial-files"/* "$out/${1-}" 2>/dev/null || :
}

# Where the machine had too little memory to keep all samples, the stick has a part of
# them; the serial line has them all.
mend_samples() {
	grep -aqs 'samples.csv lacks some' "$work/console" || return 0
	if [ -e "$work/serial-files/samples.csv" ]; then
		say 'samples.csv is that of the serial line: in RAM there was no room for all'
		cp "$work/serial-files/samples.csv" "$out"
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

# What the stick has is what is kept; without it, what the serial line has delivered; both
# where they differ.  A folder without machine.csv says what became of the results.
collect() {
	copy_from_stick || :
	by_serial || status=$(status_of_stick)
	[ "$status" -ne 2 ] || return 0
	if [ ! -e "$out/machine.csv" ]; then
		say 'the stick has no results of this run'
		# The program says what it used, which may have been the serial line alone.
		grep -qsx 'transport,serial' "$work/serial-files/machine.csv" || status=4
		keep_serial
		return 0
	fi
	mend_samples
	by_serial || return 0
	same_as_serial || {
		status=4
		keep_serial serial
		say "what the serial line delivered is in $out/serial"
	}
}

# The machine found nothing to do; what it says of itself is no run.
end_without_a_run() {
	rm -f "$out/console.txt" "$out/tlbmark.run"
	rmdir "$out" 2>/dev/null || :
	die 2 "no benchmark matches${only:+ --only $only}"
}
