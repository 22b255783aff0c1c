"""Backup and restore of database and documents as one consistent, encrypted set."""
