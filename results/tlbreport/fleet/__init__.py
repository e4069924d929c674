"""Many runs: one database and a site."""
