"""Environments of Gymnasium's that are known to be, or not to be, the same when they are used again."""

from __future__ import annotations

from wann.tasks.environments.versions import engine
from wann.tasks.task import Task

# Whatever their version and arguments: what they keep has to do with the order of things in Box2D's memory.
DIFFER = ("BipedalWalker-v3", "BipedalWalkerHardcore-v3")

# As checked by `check_reuse`, for these versions, without arguments or wrappers.
SAME: dict[str, tuple[str, ...]] = {
    "gymnasium 1.4.0": (
        "CartPole-v1",
        "MountainCar-v0",
        "MountainCarContinuous-v0",
        "Pendulum-v1",
        "Acrobot-v1",
        "Blackjack-v1",
        "FrozenLake-v1",
        "FrozenLake8x8-v1",
        "CliffWalking-v1",
        "CliffWalkingSlippery-v1",
        "Taxi-v4",
    ),
    "gymnasium 1.4.0, box2d 2.3.10": ("LunarLander-v3", "LunarLanderContinuous-v3"),
    "gymnasium 1.4.0, mujoco 4.0.0": (
        "InvertedPendulum-v5",
        "InvertedDoublePendulum-v5",
        "HalfCheetah-v5",
        "Hopper-v5",
        "Reacher-v5",
        "Pusher-v5",
    ),
}


def known(task: Task) -> tuple[bool, str] | None:
    """Return (reuse, why), or None where nothing is known."""
    if task.env in DIFFER:
        return False, "known to keep something from the episode before"
    versions = engine(task)
    if not task.kwargs and not task.wrappers and task.env in SAME.get(versions, ()):
        return True, f"known to give the same bits ({versions})"
    return None
