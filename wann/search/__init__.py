"""The search as pure steps on a visible state: `init`, `ask`, `tell` and `crown`, all in `search.py`."""

from __future__ import annotations

from wann.search.state import Champion, GenerationInfo, SearchState

__all__ = ["Champion", "GenerationInfo", "SearchState"]
