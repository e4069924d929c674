#!/bin/sh
# The operations that `make test` does not break alone.
exec "$(dirname "$0")/../broken_op.sh" cr3_reload cr4_pge_toggle cr0_pg_toggle
