"""Tests of `connective.pdf`."""
