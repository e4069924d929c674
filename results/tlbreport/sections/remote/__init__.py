"""The sections on rows with several processors: IPI, shootdown, lazy TLB mode."""
