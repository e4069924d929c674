#!/bin/sh
# Every figure is known beforehand: machines that have a GiB for one page.
exec "$(dirname "$0")/../icount.sh" large
