"""Tests of the submission process."""
