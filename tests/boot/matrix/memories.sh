#!/bin/sh
# Results come home through little RAM and much, and many of them do.
set -eu
. tests/boot.sh

for memory in 64 128 1024 3072 6144; do
	check_home "memory-$memory" -a icount -c 1 --machine pc --memory $memory
done
check_home memory-q35-64 -a tcg -c 1 --memory 64
check_home memory-q35-6144 -a tcg -c 4 --memory 6144

# Some megabytes.
boot raw -a icount -c 1 --machine pc --set raw=1 --set transport=auto -p quick --timeout 300
check 'every sample comes home' comes_home raw

# And in little room: the rows behind them do as well.
boot raw-96 -a icount -c 1 --machine pc --memory 96 --set raw=1 --set transport=serial,ram \
	-p quick --timeout 300
rows_come_home() {
	comes_home raw-96 && some_rows raw-96 results.csv \
		'$bench == "single_op" && $op == "cr0_pg_toggle" && $status == "ok"'
}
check 'in little room too, with the rows behind them' rows_come_home

finish
