"""Episodes in any Gymnasium environment, stepped one by one by the processes that call it.

`episode.py` is one episode, `policy.py` acts in it, `play.py` plays a network's lanes, `stock.py` holds the
environment that a process uses again, `reuse.py` says whether it may, and `hints.py` what goes wrong first.
"""
