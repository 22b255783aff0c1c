"""The audit log: who did what and when, append-only and chained by hashes (invariant 9)."""
