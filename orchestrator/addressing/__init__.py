"""Addressing, all of it pure: routes, references answered, what an engine is asked to start."""
