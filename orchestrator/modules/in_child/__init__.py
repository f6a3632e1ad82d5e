"""Describes and starts modules of testcontainers. Runs in the project's interpreter, on its own.

Usage: python in_child [FOLDER]; the folder is for what is temporary, and goes with this process.
Each line of the standard input is a request, each line of the standard output an answer, both JSON;
whatever the module prints goes to the standard error. When the standard input ends, so does this
process, whatever it is doing.

A module is described by a rehearsal: it is made and started without an engine, up to the call that
would create its container, which tells everything. When it is started for good, creating and
starting the container are asked of whoever runs us, so that they are done as for all others;
the module's own waiting, and what it does in the container, is done here.

It knows nothing of the package around it, which the project's interpreter need not have: hence the
relative imports.
"""
