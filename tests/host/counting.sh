#!/bin/sh
# tests/run counts every test, and takes no broken program for a good one.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh

program() { # NAME, and its body on standard input
	{
		echo '#!/bin/sh'
		cat
	} >"$scratch/$1"
	chmod +x "$scratch/$1"
}

# Runs programs, expects an exit status and the last line.
counts() { # STATUS LINE PROGRAM...
	expected=$1 line=$2
	shift 2
	actual=0
	(cd "$scratch" && "$runner" -j2 -t 1 "$@") >"$scratch/said" 2>&1 || actual=$?
	cat "$scratch/said"
	[ "$actual" -eq "$expected" ] && [ "$(tail -n 1 "$scratch/said")" = "$line" ]
}

shows() { # TEXT PROGRAM
	(cd "$scratch" && "$runner" -t 1 "$2") | grep -qF -- "$1"
}

# Nothing a test has started outlives it.  A zombie has no command line any more.
ends_what_was_started() {
	counts 1 '0 passed, 1 failed' hangs && read -r pid <"$scratch/pid" &&
		! grep -qs sleep "/proc/$pid/cmdline"
}

runner=$(pwd)/tests/run
program good <<-EOF
	echo 1..2; echo ok 1 - a; echo ok 2 - b
EOF
program failing <<-EOF
	echo 1..2; echo not ok 1 - a; echo '# because'; echo ok 2 - b; exit 1
EOF
program skipping <<-EOF
	echo 1..2; echo 'ok 1 - a # SKIP no device'; echo ok 2 - b
EOF
program nothing_to_do <<-EOF
	echo '1..0 # SKIP no device'
EOF
program short <<-EOF
	echo 1..3; echo ok 1 - a
EOF
program crashing <<-EOF
	echo 1..1; echo ok 1 - a; kill -SEGV \$\$
EOF
program leaking <<-EOF
	echo 1..1; echo ok 1 - a; echo lost >&2; exit 23
EOF
program silent <<-EOF
	exit 0
EOF
program hangs <<-EOF
	sleep 100 & echo \$! >"$scratch/pid"; wait
EOF

check 'the tests of all programs are counted together' \
	counts 0 '4 passed, 0 failed' good ./good
check 'a failed test is counted, and its program once' \
	counts 1 '3 passed, 1 failed' good failing
check 'what a failing program printed is shown' shows '# because' failing
check 'a skipped test is not passed' counts 0 '1 passed, 0 failed, 1 skipped' skipping
check 'skipped tests alone are no success' \
	counts 1 '0 passed, 0 failed, 1 skipped' nothing_to_do
check 'a test that was planned and did not run has failed' \
	counts 1 '1 passed, 1 failed' short
check 'a crash after the last test has failed' counts 1 '1 passed, 1 failed' crashing
check 'an exit status without a failed test has failed' \
	counts 1 '1 passed, 1 failed' leaking
check 'what it wrote to standard error is shown' shows lost leaking
check 'no output has failed' counts 1 '0 passed, 1 failed' silent
check 'a program that is not there has failed' counts 1 '0 passed, 1 failed' missing
check 'a program that hangs has failed, and is ended with its children' \
	ends_what_was_started
finish
