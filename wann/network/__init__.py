"""Networks: the live part of a genome as a plan, and two forward passes that give the same bits.

`plan.py` makes plans, `reference.py` is the forward pass in NumPy, `forward.py` the compiled one.
"""

from __future__ import annotations

from wann.network.network import Network, Networks

__all__ = ["Network", "Networks"]
