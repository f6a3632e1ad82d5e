"""From bytes, or a Python mapping, to a tree of values that know their places."""
