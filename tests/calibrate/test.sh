#!/bin/sh
# A short calibration of two small machines, with the shares that hold today: what misses
# is in results/reference/calibration.md.
set -eu
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build}
export BUILD
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'exit 1' HUP INT TERM
tests/calibrate/run --machines tiny,odd --profile smoke --seeds 1 --noisy tiny \
	--jobs 1 --out "$out" --near 97 --holds-99 97 --holds-95 96
