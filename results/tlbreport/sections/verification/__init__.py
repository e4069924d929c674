"""The sections on what was verified: operations by the entries they drop, litmus tests."""
