"""Copies of seeded state: a private one for each test, and one that later runs start from."""
