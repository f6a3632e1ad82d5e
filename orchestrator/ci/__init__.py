"""`greenroom ci`: an environment for one command in a pipeline, and what that is told."""
