"""Workflows: the loops behind the commands, bare enough to read as the algorithm; recorders watch them.

`api.py` is the Python interface that `import wann` offers.
"""
