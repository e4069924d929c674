#!/bin/sh
# Debian 12.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
. tests/tree.sh
. tests/distros/root.sh
. tests/distros/try.sh

try bookworm
finish
