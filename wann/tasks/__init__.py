"""Tasks: what networks are judged on. Gymnasium is imported here, and nowhere else below `wann`.

A `Task` is plain data; `environment.py` reads one off a Gymnasium environment and makes the environment
itself, and `compiled/` holds the dynamics that run as machine code.
"""

from __future__ import annotations

from wann.tasks.actions import ActionRule, Box, Discrete
from wann.tasks.task import Task

__all__ = ["ActionRule", "Box", "Discrete", "Task"]
