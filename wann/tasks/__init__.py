"""Tasks: what networks are judged on. Gymnasium is imported here, and nowhere else below `wann`.

A `Task` is plain data: `observations.py` and `actions.py` hold the rules that join an environment to a
network, `spaces.py` chooses among them, `environment.py` makes environments and reads a task off one, and
`compiled/` holds the dynamics that run as machine code.
"""

from __future__ import annotations

from wann.tasks.actions import ActionRule, Box, Discrete, MultiBinary, MultiDiscrete
from wann.tasks.environments.observations import ObservationRule
from wann.tasks.task import Task

__all__ = ["ActionRule", "Box", "Discrete", "MultiBinary", "MultiDiscrete", "ObservationRule", "Task"]
