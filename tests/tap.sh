# shellcheck shell=sh
# What shell tests share: `. tests/tap.sh`, then a check after the other, then `finish`.
# `scratch` is a directory of the test's own that is gone afterwards.

tap_count=0
tap_failed=0
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tlbmark-test.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

diag() { # WORD...
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok() { # NAME
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1"
}

not_ok() { # NAME
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $1"
}

skip() { # NAME REASON
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

# Succeeds if the command does; shows its output only if it does not.
check() { # NAME COMMAND...
	tap_name=$1
	shift
	if "$@" >"$scratch/check.out" 2>&1; then
		ok "$tap_name"
	else
		not_ok "$tap_name"
		diag "failed: $*"
		sed 's/^/# /' "$scratch/check.out"
	fi
}

finish() {
	echo "1..$tap_count"
	[ "$tap_failed" -eq 0 ]
}
