"""Slices: for each test, or worker, its own part of what is shared, ready before it is asked for."""
