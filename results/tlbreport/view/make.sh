#!/bin/sh
# Prints view.html, one file: the page, with the report's style and script in it.
set -eu
unset CDPATH
cd "$(dirname "$0")/.."
awk '/^@[a-z]/ {
		file = substr($0, 2)
		if ((getline line <file) < 1) exit 1
		do print line; while ((getline line <file) > 0)
		next
	}
	{ print }' view/view.html
