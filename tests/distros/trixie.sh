#!/bin/sh
# Debian 13.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
. tests/tree.sh
. tests/distros/root.sh
. tests/distros/try.sh

try trixie
finish
