"""The nouns: frozen values that every layer passes around, one noun to a file.

Nothing in here reads, writes, waits or decides.
"""
