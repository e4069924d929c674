#!/bin/sh
# The reader of the logs of serial lines: every run in them, each whole or named as cut.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
. tests/host/stream.sh

out=$scratch/out

# A run by that id.
run() { # ID [STATUS]
	whole_run "${2:-0}" | sed "s/^@run .*/@run $1/"
}

# The first lines of one, up to its second file.
cut_run() { # ID
	run "$1" | sed '/^@file machine.csv/,$d'
}

# Reads the logs to their ends, expects an exit status.
split() { # STATUS LOG...
	expected=$1 actual=0
	shift
	rm -rf "$out"
	timeout 60 build/host/capture --out "$out" --split "$@" >"$scratch/said" 2>&1 || actual=$?
	cat "$scratch/said"
	[ "$actual" -eq "$expected" ]
}

# The folder of a run holds what a capture of that run alone leaves.
is_whole() { # FOLDER ID
	run "$2" | build/host/capture --out "$scratch/alone" >/dev/null || return 1
	diff -r "$scratch/alone" "$out/$1"
	same=$?
	rm -r "$scratch/alone"
	return $same
}

runs_of_all_logs_have_folders() {
	{ echo 'BIOS 1.0'; run a; printf 'login: '; run b; } >"$scratch/one"
	run c >"$scratch/two.lab.log"
	split 0 "$scratch/one" "$scratch/two.lab.log" && is_whole one/a a && is_whole one/b b &&
		is_whole two.lab/c c && [ "$(find "$out" -mindepth 2 -maxdepth 2 | wc -l)" -eq 3 ] &&
		grep -qF "$scratch/one: $out/one/b: whole, status 0" "$scratch/said"
}

cut_runs_are_named() {
	{ cut_run a; run b; cut_run c; } >"$scratch/one"
	split 4 "$scratch/one" && is_whole one/b b &&
		grep -qF "$out/one/a: not whole, status 4" "$scratch/said" &&
		grep -qF "$scratch/one: the machine started over at 3/3, without @done" "$scratch/said" &&
		grep -qF "$out/one/c: not whole, status 4" "$scratch/said" &&
		grep -qF "$scratch/one: the log ended at 3/3, without @done" "$scratch/said" &&
		grep -q . "$out/one/a/selftest.csv" && [ ! -e "$out/one/a/machine.csv" ]
}

one_id_has_a_folder_each_time() {
	{ run a; run a 1; } >"$scratch/one"
	split 1 "$scratch/one" && is_whole one/a a && [ -s "$out/one/a.2/machine.csv" ]
}

an_id_is_no_path() {
	run '..\/..\/away' >"$scratch/one"
	split 5 "$scratch/one" && [ ! -e "$out" ] && grep -qF 'this name is refused' "$scratch/said"
}

a_log_without_a_run_says_so() {
	echo nothing >"$scratch/one"
	split 5 "$scratch/one"
}

a_log_that_is_missing_stops_the_start() {
	run a >"$scratch/one"
	split 3 "$scratch/one" "$scratch/missing" &&
		grep -qF "$scratch/missing: No such file" "$scratch/said" && [ ! -e "$out" ]
}

# They would be taken for one machine.
logs_of_one_name_are_refused() {
	mkdir -p "$scratch/rack"
	run a >"$scratch/one.log"
	run b >"$scratch/rack/one.txt"
	split 2 "$scratch/one.log" "$scratch/rack/one.txt" && [ ! -e "$out" ] &&
		grep -qF "both would be in $out/one" "$scratch/said"
}

said() { # TEXT
	tries=200
	until grep -qF "$1" "$scratch/said"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

# What is written later, in pieces, and into a log that took the name of the first.
growing_logs_are_followed() {
	rm -rf "$out"
	run a | head -n 2 >"$scratch/one"
	: >"$scratch/two"
	build/host/capture --out "$out" --follow "$scratch/one" "$scratch/two" \
		>"$scratch/said" 2>&1 &
	reader=$!
	run b >>"$scratch/two"
	said "$out/two/b: whole" || return 1
	run a | tail -n +3 >>"$scratch/one"
	said "$out/one/a: whole" || return 1
	mv "$scratch/one" "$scratch/one.1"
	run c >"$scratch/one"
	said "$out/one/c: whole" || return 1
	cut_run d >>"$scratch/two"
	until [ -e "$out/two/d" ]; do sleep 0.05; done
	kill -TERM $reader
	wait $reader
	[ $? -eq 4 ] && is_whole one/a a && is_whole two/b b && is_whole one/c c &&
		grep -qF "$scratch/two: interrupted at 3/3, without @done" "$scratch/said"
}

# A library for LD_PRELOAD, for the moments that nobody else can hit: it runs MOMENT_COMMAND once,
# behind the read() that finds the end of the log (MOMENT=end), or behind a stat() that finds
# another file of its name, before that is opened (MOMENT=open).
make_moment() {
	cat >"$scratch/moment.c" <<-'END'
		#define _GNU_SOURCE
		#include <dlfcn.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/stat.h>
		#include <unistd.h>

		static void at(const char *moment)
		{
			if (getenv("LD_PRELOAD") == NULL || strcmp(getenv("MOMENT"), moment) != 0)
				return;
			unsetenv("LD_PRELOAD");
			if (system(getenv("MOMENT_COMMAND")) != 0)
				abort();
		}

		ssize_t read(int fd, void *bytes, size_t count)
		{
			ssize_t (*const real)(int, void *, size_t) = dlsym(RTLD_NEXT, "read");
			const ssize_t got = real(fd, bytes, count);

			if (got == 0)
				at("end");
			return got;
		}

		int stat(const char *path, struct stat *found)
		{
			int (*const real)(const char *, struct stat *) = dlsym(RTLD_NEXT, "stat");
			const int status = real(path, found);

			if (status == 0 && strcmp(path, getenv("MOMENT_LOG")) == 0) {
				if (getenv("LD_PRELOAD") != NULL && strcmp(getenv("MOMENT"), "open") == 0)
					found->st_ino++;
				at("open");
			}
			return status;
		}
	END
	${CC:-cc} -shared -fPIC -o "$scratch/moment.so" "$scratch/moment.c"
}

# rotate.sh gives the log's name to another at that moment.
replaced_at() { # MOMENT
	rm -rf "$out"
	make_moment || return 1
	run a | sed '$d' >"$scratch/one"
	run a | tail -n 1 >"$scratch/rest"
	run b >"$scratch/next"
	MOMENT=$1 MOMENT_LOG=$scratch/one MOMENT_COMMAND="sh $scratch/rotate.sh" \
		LD_PRELOAD=$scratch/moment.so \
		build/host/capture --out "$out" --follow "$scratch/one" >"$scratch/said" 2>&1 &
	reader=$!
	found=0 status=0
	said "$out/one/a: whole" && said "$out/one/b: whole" || found=1
	kill -TERM $reader
	wait $reader || status=$?
	[ $status -eq 0 ] && [ $found -eq 0 ] && is_whole one/a a && is_whole one/b b
}

what_comes_before_a_rotation_is_read() {
	cat >"$scratch/rotate.sh" <<-END
		cat "$scratch/rest" >>"$scratch/one"
		mv "$scratch/one" "$scratch/one.1"
		mv "$scratch/next" "$scratch/one"
	END
	replaced_at end
}

a_log_that_vanishes_is_waited_for() {
	cat >"$scratch/rotate.sh" <<-END
		cat "$scratch/rest" >>"$scratch/one"
		mv "$scratch/one" "$scratch/one.1"
		(sleep 0.5; mv "$scratch/next" "$scratch/one") >/dev/null 2>&1 &
	END
	replaced_at open
}

options_of_one_stream_are_refused() {
	run a >"$scratch/one"
	split 2 --partial "$scratch/one" && split 2
}

check 'each log has a folder, and in it each of its runs' runs_of_all_logs_have_folders
check 'a run without an end is named as cut, and what came whole is kept' cut_runs_are_named
check 'a second run of one id has a folder beside the first' one_id_has_a_folder_each_time
check 'a run whose id is a path is refused' an_id_is_no_path
check 'logs without a run end with 5' a_log_without_a_run_says_so
check 'a log that is not there is named before anything is read' a_log_that_is_missing_stops_the_start
check 'logs whose runs would be in one folder are refused' logs_of_one_name_are_refused
check 'logs that grow, and one that is replaced, are followed' growing_logs_are_followed
check 'what is written between the last read and a rotation is read' what_comes_before_a_rotation_is_read
check 'a log that vanishes while it is opened again is waited for' a_log_that_vanishes_is_waited_for
check 'options of a single stream, and no log at all, are refused' options_of_one_stream_are_refused
finish
