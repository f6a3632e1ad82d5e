"""A Compose file becomes a manifest: its services, and in words what they lose on the way.

Format: https://github.com/compose-spec/compose-spec/blob/main/spec.md. Nothing in here opens,
reads or connects: files and environment are given.
"""
