#!/bin/sh
# Results that wait in RAM in three copies, and firmware that uses their memory between
# the two starts: what is whole comes home, and what became of the others is said.
set -eu
. tests/stick.sh

try() { # NAME WORDS LINE...
	evil "$@"
	start "$1"
}

# What was said of the copies before one was taken.
of_copies() { # NAME
	tr -d '\r' <"$scratch/$1.console" |
		sed -n 's/^tlbmark: copy \(.\) of the results in RAM at 0x[0-9a-f]*: /\1 /p'
}

comes_from_the_third() { # NAME FAULT
	came_home "$1" && [ "$(of_copies "$1")" = "1 $2
2 $2" ]
}

try streams 'damaged_streams=2'
check 'two of three are overwritten: the third comes home' \
	comes_from_the_third streams 'its content is damaged'
try headers 'damaged_headers=2'
check 'two have another header: the third comes home' \
	comes_from_the_third headers 'its header is damaged'
try held 'held=2'
check 'a page of two is in use: the third comes home' \
	comes_from_the_third held 'its place is in use'

try behind 'held_behind=3'
comes_from_the_first() { # NAME
	came_home "$1" && [ -z "$(of_copies "$1")" ]
}
check 'the firmware uses memory behind the stream of all: the first comes home' \
	comes_from_the_first behind

of_all() { # NAME FAULT
	[ "$(of_copies "$1")" = "1 $2
2 $2
3 $2" ]
}
try shared 'held=3'
comes_from_what_is_in_use() { # NAME
	came_home "$1" && of_all "$1" 'its place is in use'
}
check 'a page of each is in use, and nobody has written there: one comes home' \
	comes_from_what_is_in_use shared

is_lost() { # NAME FAULT
	ended_with 4 && says "$1" "run $1 is unfinished" && of_all "$1" "$2"
}
try lost 'damaged_streams=3'
check 'all are overwritten: the run is unfinished, and that is said of each' \
	is_lost lost 'its content is damaged'
try taken 'held=3 damaged_streams=3'
check 'all are in use and overwritten: the same' is_lost taken 'its place is in use'
finish
