# shellcheck shell=sh
# The files of the tree, after tests/tap.sh: `list_files PATTERN...` leaves in
# $scratch/files what git tracks, and what is new; not what it ignores.
scratch=${scratch:?}

# A list that came out empty would let every check on it pass.
list_files() { # PATTERN...
	git ls-files --cached --others --exclude-standard -- "$@" | sort -u |
		while IFS= read -r file; do
			[ ! -f "$file" ] || printf '%s\n' "$file"
		done >"$scratch/files"
	[ ! -s "$scratch/files" ] || return 0
	not_ok "git lists $*"
	finish
	exit 1
}

# Runs a command on the files of the list, some at a time.
on_files() { # COMMAND...
	xargs -d '\n' "$@" <"$scratch/files"
}

# Passes if nothing is printed.
silent() { # COMMAND...
	"$@" >"$scratch/printed" 2>&1 && [ ! -s "$scratch/printed" ] && return
	cat "$scratch/printed"
	return 1
}

# Of a list on standard input one in N, another one at each commit: all of it, which
# `make planted` asks for with ALL=1, takes as long as the rest of `make test-long`.
one_in() { # N
	[ -z "${ALL-}" ] || { cat && return; }
	awk -v n="$1" -v commit="$(git rev-list --count HEAD 2>/dev/null || echo 0)" \
		'NR % n == commit % n'
}
