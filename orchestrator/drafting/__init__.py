"""Drafts a manifest from what is found in a folder."""
