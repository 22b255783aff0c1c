"""Seeing what happens: log lines that belong together, figures for a monitor, and warnings for the office."""
