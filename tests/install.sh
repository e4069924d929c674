#!/bin/sh
# usage: tests/install.sh [--yes] [TOOL...]
#
# Installs what is missing of tests/packages, with apt, dnf, pacman or zypper.  As root
# without asking when there is no terminal, or with --yes; after a question otherwise.
# If it cannot, the exit status is 3, unless TOOLs are named and all of them are here:
# then they have to do.
set -eu

yes=no
if [ "${1-}" = --yes ]; then
	yes=yes
	shift
fi
list=$(dirname "$0")/packages
newline='
'

# Sets the name of the distribution, its column in the list, its command, and for those
# that nobody has tried, $untried.
find_manager() {
	untried=yes
	if has apt-get && has dpkg-query; then
		column=1 untried='' command='apt-get install'
	elif has dnf && has rpm; then
		column=2 distribution=Fedora command='dnf install'
	elif has pacman; then
		column=3 distribution='Arch Linux' command='pacman -S'
	elif has zypper && has rpm; then
		column=4 distribution=openSUSE command='zypper install'
	else
		return 1
	fi
}

has() { # TOOL
	command -v "$1" >/dev/null
}

# The names of this distribution, each once, without what it does not have.
wanted_packages() {
	sed 's/#.*//; s/[[:blank:]][[:blank:]]*/ /g' "$list" | cut -d ' ' -f "$column" | tr , '\n' |
		sed '/^-*$/d' | sort -u
}

# With rpm a package may be there under another name, which provides this one.
installed() { # PACKAGE...
	case $column in
	1) dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "$@" | sed -n 's/^ii *//p' ;;
	3) pacman -Qq "$@" ;;
	*) for package; do
		! rpm -q --whatprovides "$package" >/dev/null || echo "$package"
	done ;;
	esac 2>/dev/null
}

# Whether there is one to install, as far as apt's lists are here.
known() { # PACKAGE
	apt-cache show -q "$1" >/dev/null 2>&1
}

missing_packages() {
	wanted=$(wanted_packages)
	# shellcheck disable=SC2046 # a list of names
	there=$(installed $(echo "$wanted" | tr -d '?') || :)
	for package in $wanted; do
		case $newline$there$newline in
		*"$newline${package%\?}$newline"*) ;;
		*)
			case $package in
			*\?) ! known "${package%\?}" || printf ' %s' "${package%\?}" ;;
			*) printf ' %s' "$package" ;;
			esac
			;;
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

# What is missing of the tools comes first: the rest is how to get it.
cannot() { # WHY TOOL...
	why=$1 lacking=0
	shift
	[ $# -gt 0 ] || lacking=3
	for tool; do
		has "$tool" || {
			echo "$tool is missing" >&2
			lacking=3
		}
	done
	echo "$why" >&2
	exit $lacking
}

install_packages() { # PACKAGE...
	case $column in
	1)
		# Its lists may have been too old, or not there, to know all.
		# shellcheck disable=SC2046 # a list of names
		as_root apt-get update -qq &&
			as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
				--no-install-recommends -o Dpkg::Use-Pty=0 $(missing_packages)
		;;
	2) as_root dnf install -q -y "$@" ;;
	3) as_root pacman -S --noconfirm --needed "$@" ;;
	4) as_root zypper --non-interactive --quiet install --no-recommends "$@" ;;
	esac >/dev/null
}

find_manager || cannot "no apt, dnf, pacman or zypper here: install what $list names" "$@"
missing=$(missing_packages)
[ -n "$missing" ] || exit 0
[ -z "$untried" ] || echo "nobody has tried this on $distribution yet:" \
	"a name in $list may be wrong" >&2
agreed || cannot "missing; get it with: $command$missing" "$@"
echo "installing$missing"
# shellcheck disable=SC2086 # a list of names
install_packages $missing || cannot "missing; get it with: $command$missing" "$@"
