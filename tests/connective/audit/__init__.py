"""The audit log under attack."""
