"""Champions that come with the package: a network file for each task, `zoo:NAME` to every command.

`benchmarks/zoo.py` makes them; their provenance says from which search, and what they score.
"""
