"""Tests of the public frame."""
