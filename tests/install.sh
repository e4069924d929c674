#!/bin/sh
# usage: tests/install.sh [--yes] [TOOL...]
#
# Installs what is missing of tests/packages.  As root without asking when there is no
# terminal, or with --yes; after a question otherwise.  If it cannot, the exit status
# is 3, unless TOOLs are named and all of them are here: then they have to do.
set -eu

yes=no
if [ "${1-}" = --yes ]; then
	yes=yes
	shift
fi
list=$(dirname "$0")/packages
newline='
'

missing_packages() {
	wanted=$(sed 's/#.*//' "$list")
	# shellcheck disable=SC2086 # a list of names
	there=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' $wanted 2>/dev/null |
		sed -n 's/^ii *//p')
	for package in $wanted; do
		case $newline$there$newline in
		*"$newline$package$newline"*) ;;
		*) printf ' %s' "$package" ;;
		esac
	done
}

agreed() {
	[ "$yes" = no ] && [ -t 0 ] || return 0
	printf 'Install%s? [Y/n] ' "$missing"
	read -r answer || return 1
	case $answer in
	'' | [Yy]*) ;;
	*) return 1 ;;
	esac
}

# Without a terminal sudo must not ask for a password.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif [ -t 0 ]; then
		sudo "$@"
	else
		sudo -n "$@"
	fi
}

cannot() { # WHY TOOL...
	echo "$1" >&2
	shift
	[ $# -gt 0 ] || exit 3
	for tool; do
		command -v "$tool" >/dev/null || {
			echo "$tool is missing" >&2
			exit 3
		}
	done
	exit 0
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	cannot "no apt here: install what $list names" "$@"
fi
missing=$(missing_packages)
[ -n "$missing" ] || exit 0
agreed || cannot "missing; get it with: apt-get install$missing" "$@"
echo "installing$missing"
# shellcheck disable=SC2086 # a list of names
if as_root apt-get update -qq >/dev/null &&
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
		--no-install-recommends -o Dpkg::Use-Pty=0 $missing >/dev/null; then
	exit 0
fi
cannot "missing; get it with: apt-get install$missing" "$@"
