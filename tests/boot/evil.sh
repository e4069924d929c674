#!/bin/sh
# Firmware that misbehaves in every way that must not matter; matrix/evil.sh has each alone.
set -eu
. tests/stick.sh

evil evil 'exits=3 grow=4 low=none madt=damaged reset=pf'
start evil
check 'it is left at the fourth try, and faults when it shall reset: results come home' \
	came_home evil
check 'the tries are counted' says evil 'exit_boot_services_tries,4'
check 'and a damaged list of processors' says evil '(MADT): damaged; they are known by'
finish
