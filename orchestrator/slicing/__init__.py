"""Slices: a part of what is shared for each test or worker, ready before it is asked for."""
