#!/bin/sh
# run.sh where it is called: odd names of folders, other languages, outputs that take
# nothing, signals, and a tree that cannot be written.
cd "$(dirname "$0")/../../.." || exit 1
. tests/tap.sh
. tests/host/stream.sh
. tests/host/tree.sh

come_home=$scratch/come-home

# The files of a run on the stick, as capture takes them from a stream.
bring_home() { # STATUS
	rm -rf "$come_home"
	whole_run "$1" >"$scratch/whole"
	"$tree/build/host/capture" --out "$come_home" <"$scratch/whole" >/dev/null || :
	printf 'words\n@done %s\n' "$1" >"$come_home/console.txt"
}

# --- names

# A run whose files come home both ways, from and to folders of that name.
in_a_folder_called() { # NAME
	at=$scratch/at/$1
	rm -rf "$scratch/to" && mkdir -p "$at" "$scratch/to"
	bring_home 0
	whole_run 0 >"$stream"
	(
		cd "$scratch/to" &&
			run 0 FAKE_HOME="$come_home" TMPDIR="$at" -e "$2" -o "$1"
	) && diff -r "$come_home" "$scratch/to/$1" && [ -z "$(names "$at")" ] && rmdir "$at"
}

for name in 'a,b' 'x@@16M' "a \$HOME 'b" 'back\slash' ' two  blanks ' '-dash' 'c:d' \
	'*?[x]' 'straße'; do
	check "TMPDIR and --out may be called: $name" in_a_folder_called "$name" qemu
done
check 'in Bochs too' in_a_folder_called 'a, $HOME \"b" c' bochs

relative_work_folder() {
	whole_run 0 >"$stream"
	mkdir -p "$scratch/to/tmp"
	(cd "$scratch/to" && run_new 0 TMPDIR=tmp) && [ -z "$(names "$scratch/to/tmp")" ]
}

cd_goes_elsewhere() {
	whole_run 0 >"$stream"
	mkdir -p "$scratch/path/a" "$scratch/to"
	(
		cd "$scratch/to" && rm -rf a &&
			run 0 CDPATH="$scratch/path" -o a && said 'files in a, '
	)
}

firmware_with_a_comma() {
	mkdir -p "$scratch/a,b"
	cp "$scratch/share/OVMF"/* "$scratch/a,b"
	run 0 -n --firmware "$scratch/a,b/OVMF_CODE_4M.fd" &&
		said "readonly=on,file=$scratch/a,,b/OVMF_CODE_4M.fd "
}

firmware_of_bochs() {
	mkdir -p "$scratch/a\$b"
	cp "$scratch/share/ovmf/OVMF.fd" "$scratch/a\$b"
	run 0 -n -e bochs --firmware "$scratch/a\$b/OVMF.fd" &&
		said 'romimage: file="firmware.fd", '
}

dash_is_a_run() {
	bring_home 0
	whole_run 0 >"$stream"
	run 0 FAKE_HOME="$come_home" --set run=-abc &&
		[ "$(readlink "$tree/results/latest")" = -abc ] &&
		cmp "$tree/results/-abc/selftest.csv" "$come_home/selftest.csv"
}

# C has no Turkish here: whatever language is asked for, none is spoken to what is called.
language() {
	stand_in python <<-'END'
	printf '%s\n' "$LC_ALL" >"$2/language"
	END
	whole_run 0 >"$stream"
	run_new 0 LC_ALL=tr_TR.UTF-8 && [ "$(cat "$out/language")" = C ]
	answer=$?
	stand_in python <<-'END'
	exit 0
	END
	return $answer
}

check 'TMPDIR may be relative' relative_work_folder
check 'cd goes where run.sh sends it' cd_goes_elsewhere
check 'a comma in the path of the firmware is doubled for QEMU' firmware_with_a_comma
check 'what Bochs would expand in it gets another name' firmware_of_bochs
check 'a run may be called -abc, as the program allows' dash_is_a_run
check 'what run.sh calls speaks C' language

# --- outputs and work folders

# As run, with outputs that the shell opens.
run_with() { # STATUS REDIRECTIONS [OPTION...]
	expected=$1 redirections=$2
	shift 2
	rm -rf "$FAKE_LOG"* "$out"
	actual=0
	: >"$scratch/said"
	: >"$scratch/errors"
	# shellcheck disable=SC2034 # they may be opened
	eval '"$tree/run.sh" -a tcg --set transport=serial -o "$out" "$@" </dev/null' \
		"$redirections" || actual=$?
	cat "$scratch/said" "$scratch/errors"
	[ "$actual" -eq "$expected" ] && left_nothing
}

errors_are() { # TEXT
	[ "$(grep -c . "$scratch/errors")" -eq 1 ] && errors "$1"
}

stdout_is_full() {
	whole_run 0 >"$stream"
	run_with 3 '>/dev/full 2>"$scratch/errors"' &&
		errors_are 'run.sh: cannot write to standard output' &&
		[ "$(names "$out")" = 'machine.csv selftest.csv summary.txt ' ]
}

stdout_is_full_and_a_row_failed() {
	whole_run 1 >"$stream"
	run_with 1 '>/dev/full 2>"$scratch/errors"'
}

help_that_nobody_reads() {
	run_with 3 '>/dev/full 2>"$scratch/errors"' --help && [ ! -e "$FAKE_LOG" ] &&
		run_with 3 '>/dev/full 2>"$scratch/errors"' --dry-run && [ ! -e "$FAKE_LOG" ]
}

stdout_is_closed() {
	run_with 3 '>&- 2>"$scratch/errors"' && [ ! -e "$FAKE_LOG" ] && [ ! -e "$out" ] &&
		errors_are 'run.sh: the standard output is closed'
}

others_are_closed() {
	whole_run 0 >"$stream"
	run_with 0 '<&- >"$scratch/said" 2>&-' && [ -e "$out/summary.txt" ] &&
		run_with 0 '>"$scratch/said" 2>/dev/full' && [ -e "$out/summary.txt" ]
}

no_temporary_folder() {
	run 3 TMPDIR=/nothing/here && errors '/nothing/here (TMPDIR)' && [ ! -e "$FAKE_LOG" ]
}

# A command that fails where none should.
what_failed_is_said() {
	stand_in mv <<-'END'
	exit 1
	END
	whole_run 0 >"$stream"
	answer=0
	run 3 --set run=no-mv || answer=1
	rm -rf "$bin/mv" "${tree:?}"/results/*no-mv "$tree"/results/.latest-no-mv
	[ $answer -eq 0 ] && errors 'run.sh: failed while collecting the files'
}

no_stick_is_said() {
	stand_in mcopy <<-'END'
	exit 1
	END
	answer=0
	run_new 3 || answer=1
	rm "$bin/mcopy"
	[ $answer -eq 0 ] && errors 'run.sh: no copy of the stick in' && errors ': mcopy failed'
}

# The folder for the files takes no more when the run is done: they are not lost.
out_is_full() {
	bring_home 0
	whole_run 0 >"$stream"
	rm -rf "$out" && mkdir "$out" && ln -s /dev/full "$out/selftest.csv"
	actual=0
	FAKE_HOME="$come_home" "$tree/run.sh" -o "$out" >"$scratch/said" 2>"$scratch/errors" \
		</dev/null || actual=$?
	cat "$scratch/errors"
	kept=$(sed -n 's/.*missing there: selftest.csv; all are kept in //p' "$scratch/errors")
	[ $actual -eq 3 ] && diff -r "$come_home" "$kept" && [ ! -e "$kept/../disk.img" ] &&
		rm -rf "${TMPDIR:?}"/*
}

not_mine_to_remove() {
	rm -rf "$out" && mkdir "$out"
	echo 'no record' >"$stream"
	run 4 -o "$out" && [ -d "$out" ] && errors 'nothing was delivered'
}

check 'a full standard output: 3, one line, and the files are there' stdout_is_full
check 'it does not hide a row that failed' stdout_is_full_and_a_row_failed
check '--help and --dry-run to a full output end with 3, and start nothing' \
	help_that_nobody_reads
check 'a closed standard output is refused with 3 before anything starts' stdout_is_closed
check 'closed or full, input and errors matter to nobody' others_are_closed
check 'no folder for temporary files: 3, and which' no_temporary_folder
check 'a command that fails: 3, and what was being done' what_failed_is_said
check 'so is a stick that cannot be made' no_stick_is_said
check 'where --out takes the files no more they are kept elsewhere, and that is said' out_is_full
check "an empty folder of somebody's is not removed" not_mine_to_remove

# --- signals

# While it waits for something that takes long: KIND is make or python.
killed_in() { # KIND SIGNAL STATUS
	stand_in "$1" <<-END
	echo \$\$ >"$scratch/waiting"
	exec sleep 100
	END
	whole_run 0 >"$stream"
	rm -rf "$FAKE_LOG"* "$out" "$scratch/waiting"
	env "--default-signal=$2" "$tree/run.sh" --set transport=serial -o "$out" \
		>"$scratch/said" 2>"$scratch/errors" </dev/null &
	pid=$!
	tries=200
	until [ -s "$scratch/waiting" ] || [ $tries -eq 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
	kill "-$2" $pid
	actual=0
	wait $pid || actual=$?
	stand_in "$1" <<-'END'
	exit 0
	END
	cat "$scratch/errors"
	[ $actual -eq "$3" ] && errors "ended by SIG$2" && left_nothing &&
		! kill -0 "$(cat "$scratch/waiting")" 2>/dev/null
}

# The serial line has delivered all, the machine writes its stick.
killed_on_the_way_home() {
	whole_run 0 >"$stream"
	rm -rf "$FAKE_LOG"* "$out"
	FAKE_STAYS=yes "$tree/run.sh" -o "$out" >"$scratch/said" 2>"$scratch/errors" </dev/null &
	pid=$!
	tries=200
	until [ -e "$(echo "$TMPDIR"/tlbmark.*/console)" ] || [ $tries -eq 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
	kill -TERM $pid
	actual=0
	wait $pid || actual=$?
	cat "$scratch/errors"
	[ $actual -eq 143 ] && left_nothing &&
		[ "$(names "$out")" = 'machine.csv selftest.csv summary.txt ' ]
}

check 'SIGTERM on the way home: what the serial line delivered is kept' killed_on_the_way_home
check 'SIGTERM while it builds is heard at once' killed_in make TERM 143
check 'SIGQUIT while it draws leaves nothing' killed_in python QUIT 131
check 'SIGHUP too' killed_in python HUP 129

# --- a tree that cannot be written

# Another user, who owns nothing there.
as_nobody() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	else
		"$@"
	fi
}

built_and_read_only() {
	mkdir -p "$scratch/built" && chmod 755 "$scratch" && cp Makefile "$scratch/built" &&
		cd "$scratch/built" && mkdir lib efi &&
		"$make" -s build/gen/version.h && cp -p build/gen/version.h "$scratch/before" &&
		chmod -R a-w . && as_nobody "$make" -s build/gen/version.h &&
		cmp build/gen/version.h "$scratch/before" &&
		[ -z "$(find build/gen/version.h -newer "$scratch/before")" ]
	result=$?
	chmod -R u+w "$scratch/built"
	return $result
}

nowhere_for_the_files() {
	chmod 755 "$scratch"
	rm -f "$tree/results/latest"
	chmod a-w "$tree/results"
	chmod 1777 "$scratch/tmp"
	actual=0
	as_nobody "$tree/run.sh" </dev/null >"$scratch/said" 2>"$scratch/errors" || actual=$?
	chmod u+w "$tree/results"
	cat "$scratch/errors"
	[ $actual -eq 3 ] && errors 'say with -o where the files may go'
}

make=$(PATH=${PATH#"$bin:"} command -v make)
check 'a tree that is built is not written to by those who run it' built_and_read_only
check 'where results cannot be written it says what is wanted' nowhere_for_the_files
finish
