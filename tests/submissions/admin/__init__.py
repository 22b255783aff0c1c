"""Tests of its admin pages."""
