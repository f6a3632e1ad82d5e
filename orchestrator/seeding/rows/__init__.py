"""Rows as seeds: read from a file or generated, and said to a server's client in its language."""
