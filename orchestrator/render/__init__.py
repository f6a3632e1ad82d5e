"""Shows what happens: all of it reads events, and none of it makes anything happen."""
