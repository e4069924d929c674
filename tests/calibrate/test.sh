#!/bin/sh
# A short calibration of three machines, in noise with the shares that are wanted of all:
# what misses is in results/reference/calibration.md.
set -eu
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build}
export BUILD
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'exit 1' HUP INT TERM
tests/calibrate/run --machines tiny,odd --profile smoke --seeds 1 --noisy tiny,odd,zen3 \
	--jobs 1 --out "$out" --near 97 --holds-99 98.5 --holds-95 96
