#!/bin/sh
# What cppcheck sees besides the compilers and clang-tidy.
# usage: cppcheck.sh [TREE [FILE...]]
cd "${1:-$(dirname "$0")/../..}" || exit 1
[ $# -eq 0 ] || shift
. tests/tap.sh
. tests/tree.sh

# Found wrongly, or better by others:
# - hardware has members in its structures that nothing reads;
# - gcc and clang warn of shadowed and unread variables too, and know the macros;
# - in inttypes.h, which cppcheck does not read, two formats differ, and the compilers
#   know the formats of our own functions;
# - what is filled or freed behind a pointer is not followed; ASan does;
# - a macro of macros is taken for a fault of the syntax;
# - a condition that is known in one caller is not for the next.
set_aside() {
	printf -- '--suppress=%s ' unusedStructMember shadowVariable unreadVariable \
		duplicateExpressionTernary knownConditionTrueFalse zerodivcond \
		invalidPrintfArgType_sint invalidPrintfArgType_uint unassignedVariable \
		memleak syntaxError:tests/silicon/params/costs.h
}

list_files "${@:-*.c}"
check 'version.h is there' make -s build/gen/version.h
# shellcheck disable=SC2046 # a list of options
check 'cppcheck is content' on_files cppcheck --quiet --error-exitcode=1 --std=c11 \
	--platform=unix64 --enable=warning,style,performance,portability \
	--inline-suppr $(set_aside) -j "${JOBS:-2}" -I . -I build/gen
finish
