#!/bin/sh
# -Wformat takes whatever printf() knows; line_format() knows less.
# usage: conversions.sh [TREE]
cd "${1:-$(dirname "$0")/../..}" || exit 1
. tests/tap.sh
. tests/tree.sh

# Prints FILE: LITERAL for every literal among the arguments of a call that has a
# conversion of another kind.  It reads a file as one line, from each call to the
# parenthesis that ends it.
unknown_conversions='
function look(literal, name) {
	gsub(/%%/, "", literal)
	gsub(/%-?[0-9]*[cs]/, "", literal)
	gsub(/%-?[0-9]*[.][*]s/, "", literal)
	gsub(/%[-0]?[0-9]*l?[dux]/, "", literal)
	if (literal ~ /%/)
		print name ": " literal
}

# What follows the parenthesis of a call.
function look_at_call(text, name,    depth, start) {
	for (depth = 1; depth > 0 && match(text, /[()]|"([^"\\]|\\.)*"|\047([^\047\\]|\\.)\047/);) {
		start = substr(text, RSTART, 1)
		if (start == "\"")
			look(substr(text, RSTART + 1, RLENGTH - 2), name)
		depth += (start == "(") - (start == ")")
		text = substr(text, RSTART + RLENGTH)
	}
}

function look_at(text, name) {
	while (match(text, /(line_format|format_text|record_fact|console_format)\(/)) {
		calls++
		text = substr(text, RSTART + RLENGTH)
		look_at_call(text, name)
	}
}

FNR == 1 { look_at(text, last); text = "" }
{ text = text " " $0; last = FILENAME }
END {
	look_at(text, last)
	if (calls < 50)
		print calls " calls were found: that cannot be all"
}
'

unknown() {
	on_files awk "$unknown_conversions"
}

list_files '*.c' '*.h'
grep '^\(bench\|efi\|host\|lib\|paging\)/' "$scratch/files" >"$scratch/own"
mv "$scratch/own" "$scratch/files"
check 'line_format() and its kin know every conversion they are given' \
	silent unknown
finish
