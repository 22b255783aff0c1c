"""Tests of the staff pages of the review."""
