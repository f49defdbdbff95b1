"""From a run folder or a network file to its dossier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from wann.errors import OutputError, RunDamaged, RunError
from wann.evaluation.lanes import Lanes
from wann.evaluation.pools.backends import make_pool
from wann.evaluation.pools.pools import ChunkedPool
from wann.judging.regimes import judge
from wann.network.network import Networks
from wann.network.plan import compile_population
from wann.records.run.reading import RecordedRun
from wann.records.storage.paths import RunPaths
from wann.records.target import find_network, resolve
from wann.report.dossier import Dossier, LastPopulation
from wann.search.objectives import replace_failures
from wann.search.state import SearchState
from wann.seeding import Purpose, episode_seeds
from wann.tasks.classification import ClassificationTask
from wann.workflows.build import build_task, plan_network, trained_weights
from wann.workflows.judge import SEARCH_WEIGHTS
from wann.workflows.show import portrait_of

# From -2 to 2, with all the weights that the paper's searches share.
SWEEP = tuple(round(float(weight), 3) for weight in np.linspace(-2, 2, 33))
_EPISODES = 8  # that the last population plays
_SLOW_SWEEP = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)


def gather(target: str | Path, episodes: int = 100, workers: int | None = None) -> Dossier:
    """Return all that a report tells of a run, which may still be going on, or of a network file.

    Args:
        target: `latest`, a run folder or a network file.
        episodes: test episodes; of tasks that have images, all test images are looked at.
        workers: threads or processes; None for every core.

    Raises:
        WannError: there is no such network, or it does not fit its task.
    """
    (target,) = resolve([target])
    file, path = find_network(target)
    task = build_task(file.task)
    network = plan_network(file, task, path)
    trained, _ = trained_weights(target, file, path, network)
    shared = tuple(map(float, file.provenance.get("shared_weights") or SEARCH_WEIGHTS))
    run = _run(path)
    with make_pool(task, "local", workers) as pool:
        weights = SWEEP if task.compiled else _SLOW_SWEEP
        judgement = judge(pool, network, shared, episodes, 0, weights, trained)
        population = _last_population(run, pool, shared) if run and task.compiled else None
    assert judgement.own is not None
    if judgement.failed:
        raise OutputError(f"{path}: {judgement.failed} test episodes failed; see: wann test {target}")
    return Dossier(
        name=path.parent.name if run else path.stem,
        task=task,
        portrait=portrait_of(file, task, network),
        shared_weights=shared,
        judgement=judgement,
        sweep=judgement.own,
        trained=None if trained is None else trained[0],
        history=tuple(run.snapshot().rows) if run else (),
        population=population,
        provenance=file.provenance,
        state=_state(run) if run else "a network file",
    )


def told_apart(dossiers: Sequence[Dossier], paths: Sequence[Path]) -> list[Dossier]:
    """Return dossiers with names of their own: alike ones with as many folders of their path as that takes.

    Args:
        dossiers: of runs and network files.
        paths: the network file of each.
    """
    pairs = list(zip(dossiers, paths, strict=True))
    whole = [path.parent if d.name == path.parent.name else path.with_suffix("") for d, path in pairs]
    parts = [path.absolute().parts for path in whole]
    depths = [1] * len(parts)
    names = [dossier.name for dossier in dossiers]
    while True:
        counts = Counter(names)
        alike = [k for k, name in enumerate(names) if counts[name] > 1 and depths[k] < len(parts[k])]
        if not alike:
            break
        for k in alike:
            depths[k] += 1
            names[k] = "/".join(parts[k][-depths[k] :])
    seen: Counter[str] = Counter()
    for k, name in enumerate(names):  # one network twice
        seen[name] += 1
        names[k] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return [replace(dossier, name=name) for dossier, name in zip(dossiers, names, strict=True)]


def _run(path: Path) -> RecordedRun | None:
    """The search that a champion is of, None for any other file."""
    if path != RunPaths(path.parent).champion or not RunPaths(path.parent).manifest.is_file():
        return None
    try:
        run = RecordedRun(path.parent)
        run.check_searched()
    except RunDamaged:
        raise
    except RunError:  # a fixed topology, which has no history
        return None
    return run


def _state(run: RecordedRun) -> str:
    sessions = run.manifest["sessions"]
    last = sessions[-1] if sessions and isinstance(sessions[-1], dict) else {}
    return str(last.get("status") or "running")


def _last_population(
    run: RecordedRun, pool: ChunkedPool, shared_weights: tuple[float, ...]
) -> LastPopulation | None:
    """Play the newest checkpoint's genomes; the select episodes, so that no test episode is spent."""
    states = (found for found in run.states_before(2**63) if isinstance(found, SearchState))
    state = next(states, None)
    if state is None:
        return None
    networks, task = compile_population(state.population), pool.task
    episodes = 1 if isinstance(task, ClassificationTask) else _EPISODES
    column = np.array(shared_weights).reshape(-1, 1)
    lanes = Lanes.product(len(column), episode_seeds(run.config.run.seed, Purpose.SELECT, episodes))
    means = _scores(networks, pool, column, lanes).mean(axis=1)
    hidden = [name for network in networks for name in network.activations[: -network.n_outputs]]
    return LastPopulation(state.generation, episodes, networks.n_connections, means, Counter(hidden))


def _scores(networks: Networks, pool: ChunkedPool, weights: np.ndarray, lanes: Lanes) -> np.ndarray:
    played = pool.play(networks, weights, lanes)
    if played.accuracy is not None:
        return played.accuracy
    return replace_failures(played.returns, pool.task.failure_return)
