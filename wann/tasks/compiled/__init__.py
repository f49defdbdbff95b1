"""Environments whose dynamics are compiled, one file each."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wann.tasks.compiled.dynamics import Dynamics

# The id as configs write it -> the module that holds its DYNAMICS, imported when it is needed.
COMPILED: dict[str, str] = {
    "CartPole-v1": "wann.tasks.compiled.cartpole",
    "Pendulum-v1": "wann.tasks.compiled.pendulum",
    "Acrobot-v1": "wann.tasks.compiled.acrobot",
    "MountainCar-v0": "wann.tasks.compiled.mountain_car",
    "MountainCarContinuous-v0": "wann.tasks.compiled.mountain_car_continuous",
    "wann_envs:wann/CartPoleSwingUp-v0": "wann.tasks.compiled.cartpole_swingup",
}


def dynamics_of(env: str) -> Dynamics:
    """Return the dynamics of a compiled environment."""
    return import_module(COMPILED[env]).DYNAMICS
