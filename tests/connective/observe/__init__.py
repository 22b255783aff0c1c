"""Seeing what happens."""
