"""Environments whose dynamics are compiled, one file each; `register` adds one from anywhere."""

from __future__ import annotations

from importlib import import_module

from wann.errors import TaskError, UnknownEnvironment, did_you_mean
from wann.tasks.compiled.dynamics import Dynamics
from wann.tasks.own.loading import file_of, load_file, own_file

__all__ = ["COMPILED", "Dynamics", "dynamics_of", "register"]

# The id as configs write it -> the module that holds its DYNAMICS, imported when it is needed.
COMPILED: dict[str, str] = {
    "CartPole-v1": "wann.tasks.compiled.cartpole",
    "Pendulum-v1": "wann.tasks.compiled.pendulum",
    "Acrobot-v1": "wann.tasks.compiled.acrobot",
    "MountainCar-v0": "wann.tasks.compiled.mountain_car",
    "MountainCarContinuous-v0": "wann.tasks.compiled.mountain_car_continuous",
    "wann_envs:wann/CartPoleSwingUp-v0": "wann.tasks.compiled.cartpole_swingup",
}


def register(env: str, module: str) -> None:
    """Say that the `DYNAMICS` of `module` are those of an environment.

    Call it in the very module that configs name before the colon, after `gymnasium.register`: whoever needs
    the environment imports that module, worker processes too.

    Args:
        env: the id as configs write it, `module:id`; in a file that a config names, the file takes the
            module's place.
        module: the module that holds `DYNAMICS`, mostly `__name__`.

    Raises:
        TaskError: worker processes could not find it so, or it is taken.
        UnknownEnvironment: Gymnasium knows no such id.
    """
    import gymnasium

    package, colon, name = env.partition(":")
    if not (package and colon and name):
        raise TaskError(
            f"register: '{env}' names no module, and worker processes find compiled dynamics by importing "
            f"one; expected 'module:id', such as '{module}:{name or package}'"
        )
    if "__main__" in (package, module):
        raise TaskError(
            f"register: '{env}' is registered by a script, which worker processes cannot import; move it "
            "to a module of its own, and name that one before the colon"
        )
    if name not in gymnasium.registry:
        raise UnknownEnvironment(
            f"register: Gymnasium knows no environment '{name}'"
            f"{did_you_mean(name, gymnasium.registry) or '; call gymnasium.register first'}"
        )
    if file := own_file(module):
        COMPILED[f"{file}:{name}"] = module
        return
    if COMPILED.get(env, module) != module:
        raise TaskError(f"register: '{env}' has compiled dynamics already, those of {COMPILED[env]}")
    COMPILED[env] = module


def dynamics_of(env: str) -> Dynamics:
    """Return the dynamics of a compiled environment; the module that `env` names is imported first.

    Raises:
        UnknownEnvironment: nothing is registered for it.
        TaskError: what is registered holds no dynamics.
    """
    package, colon, _ = env.partition(":")
    if env not in COMPILED and colon:
        load_file(file) if (file := file_of(env)) else import_module(package)
    if env not in COMPILED:
        raise UnknownEnvironment(f"no compiled dynamics for '{env}'{did_you_mean(env, COMPILED)}")
    dynamics = getattr(import_module(COMPILED[env]), "DYNAMICS", None)
    if not isinstance(dynamics, Dynamics):
        raise TaskError(
            f"{COMPILED[env]}: expected DYNAMICS, the Dynamics of '{env}', got {type(dynamics).__name__}"
        )
    return dynamics
