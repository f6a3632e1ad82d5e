"""`include`: several files become one tree of values, each of which remembers where it stands."""
