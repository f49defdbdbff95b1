"""wann: search for network topologies that work with a single shared weight.

The Python interface, for scripts and notebooks:

    import wann

    run = wann.evolve("configs/cartpole.yaml", seed=1, backend="local")
    print(run.status, run.folder, run.champion.genome.n_hidden)
    print(run.test().search_mean)

    run = wann.load("latest")                      # any run folder
    run = wann.resume(run.folder, generations=200)

    tuned = wann.tune(run.folder)                  # a weight of its own for every connection
    print(tuned.file.provenance["select_mean"])

    network = wann.compile_genome(run.champion.genome)
    task = wann.make_task("CartPole-v1")
    lanes = wann.Lanes.product(2, wann.episode_seeds(0, wann.Purpose.TEST, 10))
    result = wann.evaluate(task, wann.Candidate.shared("mine", network, [-1.0, 1.0]), lanes)
    print(result.per_weight)

    config = wann.load_config("configs/cartpole_swingup.yaml")
    wann.import_release("swing.out", config).save(Path("swing.json"))   # a champion of the original release
    print(wann.test("swing.json").search_mean)

Ctrl-C in the midst of such a call saves what is done and raises `KeyboardInterrupt`, so a loop over calls
ends too. SIGTERM and SIGHUP save likewise and then meet the handler that your program has for them; without
one, they end it. `wann.resume`, or an equal call of `wann.tune`, goes on.

Everything is imported when it is first used. A script that uses tasks without compiled dynamics starts
worker processes, so its own code must stand below `if __name__ == "__main__":`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wann.config import Config, load_config
    from wann.errors import WannError
    from wann.evaluation.lanes import Candidate, Evaluation, Lanes
    from wann.evaluation.play import evaluate
    from wann.genome.genome import Genome
    from wann.network.network import Network
    from wann.network.plan import compile_genome
    from wann.records.network.file import NetworkFile
    from wann.seeding import Purpose, episode_seeds
    from wann.tasks.environments.environment import make_task
    from wann.workflows.api import Run, evolve, load, resume, tune
    from wann.workflows.importing import import_release
    from wann.workflows.judge import test

_HOME = {
    "Candidate": "wann.evaluation.lanes",
    "Config": "wann.config",
    "Evaluation": "wann.evaluation.lanes",
    "Genome": "wann.genome.genome",
    "Lanes": "wann.evaluation.lanes",
    "Network": "wann.network.network",
    "NetworkFile": "wann.records.network.file",
    "Purpose": "wann.seeding",
    "Run": "wann.workflows.api",
    "WannError": "wann.errors",
    "compile_genome": "wann.network.plan",
    "episode_seeds": "wann.seeding",
    "evaluate": "wann.evaluation.play",
    "evolve": "wann.workflows.api",
    "import_release": "wann.workflows.importing",
    "load": "wann.workflows.api",
    "load_config": "wann.config",
    "make_task": "wann.tasks.environments.environment",
    "resume": "wann.workflows.api",
    "test": "wann.workflows.judge",
    "tune": "wann.workflows.api",
}

__all__ = [
    "Candidate",
    "Config",
    "Evaluation",
    "Genome",
    "Lanes",
    "Network",
    "NetworkFile",
    "Purpose",
    "Run",
    "WannError",
    "compile_genome",
    "episode_seeds",
    "evaluate",
    "evolve",
    "import_release",
    "load",
    "load_config",
    "make_task",
    "resume",
    "test",
    "tune",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("wann")
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'wann' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
