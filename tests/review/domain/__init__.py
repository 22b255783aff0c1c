"""The rules of review."""
