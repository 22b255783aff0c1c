"""Commands for backup and restore."""
