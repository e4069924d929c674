#!/bin/sh
# A sixth of the errata of the model, another one at each commit, fail their cells and no other,
# as the committed table says.
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
. tests/tree.sh

BUILD=${BUILD:-build}
export BUILD
tests/calibrate/errata --list >"$scratch/errata" || exit 1
one_in 6 <"$scratch/errata" | tests/calibrate/errata --hold --jobs "${JOBS:-2}"
