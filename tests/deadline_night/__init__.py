"""Deadline night: 400 people, two cores, processes that die, and a clock that does not wait."""
