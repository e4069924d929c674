#!/bin/sh
# What every text file of the tree keeps to.
# usage: text.sh [TREE]
cd "${1:-$(dirname "$0")/../..}" || exit 1
. tests/tap.sh
. tests/tree.sh

most_lines=600
most_files=24 # of sources in a folder; tests/unit has one for each source

# Fails if awk prints anything.
finds_nothing() { # PROGRAM
	silent on_files awk "$1"
}

keep() { # REGULAR EXPRESSION for names
	grep -E "$1" "$scratch/texts" >"$scratch/files"
}

ends_with_newline() {
	on_files perl -0777 -ne 'print "$ARGV\n" unless /\n\z/'
}

list_files '*'
on_files grep -Il '' >"$scratch/texts"
keep .
check 'every file ends with a newline' silent ends_with_newline
check 'no line ends with a blank' finds_nothing '/[ \t]$/ { print FILENAME ":" FNR }'
check 'no line has a carriage return' finds_nothing '/\r/ { print FILENAME ":" FNR }'
check 'no path of some machine is named' finds_nothing '
	/(^|[^A-Za-z0-9_.}*])\/(home|root|work)(\/|[^A-Za-z0-9_.\/-]|$)/ {
		print FILENAME ":" FNR ": " $0
	}'

keep '\.py$'
check 'Python is indented with blanks' finds_nothing \
	'/^ *\t/ { print FILENAME ":" FNR }'
keep '\.(S|sh)$|^Makefile$'
check 'shell, assembly and make are indented with tabs' finds_nothing \
	'/^\t*        / { print FILENAME ":" FNR }'
keep '\.md$'
check 'prose is within 110 columns, and the first page whole' finds_nothing '
	length($0) > 110 && (FILENAME == "README.md" || !/^(\||    )/) {
		print FILENAME ":" FNR ": " length($0)
	}'
check 'a page says how to make what its commands take from build/' finds_nothing '
	FNR == 1 { delete made }
	!/^    / { next }
	/^ +make( |$)/ { made["build/tlbmark.efi"] }
	/^ +make image/ { made["build/tlbmark.img"] }
	{
		text = $0
		sub(/ #.*/, "", text)
		while (match(text, /build\/[A-Za-z0-9_.\/-]+/)) {
			file = substr(text, RSTART, RLENGTH)
			if (text ~ /^ +make /)
				made[file]
			if (!(file in made))
				print FILENAME ":" FNR ": " file
			text = substr(text, 1, RSTART - 1) substr(text, RSTART + RLENGTH)
		}
	}'
keep '\.([chS]|sh|py)$'
check "no source has more than $most_lines lines" finds_nothing \
	"FNR == $most_lines + 1 { print FILENAME }"
crowded() {
	sed -n 's,/[^/]*$,,p' "$scratch/files" | grep -vx tests/unit | sort | uniq -c |
		awk -v most=$most_files '$1 > most { print $2 ": " $1 }'
}

check "no folder has more than $most_files sources" silent crowded
finish
