"""Evaluation: candidates play episodes, one after the other or in parallel, always with the same results.

`play.py` evaluates in this process, `pools.py` spreads the work over threads, processes or Ray, and
`regimes.py` asks what a champion is worth.
"""

from __future__ import annotations

from wann.evaluation.lanes import Candidate, Evaluation, Lanes

__all__ = ["Candidate", "Evaluation", "Lanes"]
