"""The command line: one file per command, which wires options to a workflow and prints what comes out.

Each command imports what it needs when it is called, so that `wann --help` answers at once.
"""
