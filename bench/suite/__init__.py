"""A suite, run as a user's would be, whose tests note how long each waits for what it needs."""
