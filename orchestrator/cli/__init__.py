"""The command line: one small file for each command; `app` lists them, `main` runs them."""
