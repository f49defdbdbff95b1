"""How fast environments are stepped: a search's generations against a bare loop in as many processes.

    python benchmarks/stepped.py [LunarLander-v3 InvertedPendulum-v5 ...] [--rounds 9] [--workers 2]

A round is one generation through `wann` (ask, evaluate in processes, tell, crown), then the bare loop: in
as many processes, each with one environment, `reset(seed)` and `step` of the very episodes that its
networks play, with their actions, which it reads from a list. So both play equally long episodes, and resets
cost both the same. `ratio` is the steps per second of `wann` over those of the bare loop: the median of the
rounds, which are taken in turn, so that what else the machine does falls on both. The JSON goes to stdout and
to benchmarks/results/.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from wann.config import Config, parse_config
from wann.evaluation.lanes import Lanes
from wann.evaluation.players.stepped.policy import Policy
from wann.evaluation.pools.backends import make_pool
from wann.evaluation.pools.pools import cores
from wann.network.network import Network, Networks
from wann.network.plan import compile_population
from wann.parallel.worker import Worker
from wann.records.manifest import versions
from wann.records.storage.files import write_json
from wann.search.search import ask, init
from wann.seeding import Purpose, episode_seeds
from wann.tasks.environments.environment import environment_of
from wann.tasks.task import Task
from wann.workflows.build import build_task
from wann.workflows.search.generation import next_generation, prepare

RESULT = Path(__file__).parent / "results" / "stepped.json"
CONFIG = "task: {{env: {}}}\nsearch: {{population: 24}}\nevaluation: {{episodes: 2, backend: local}}\n"
_env: dict[str, Any] = {}


def main() -> None:
    """Measure each environment, print and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("envs", nargs="*", default=["LunarLander-v3", "InvertedPendulum-v5"])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--workers", type=int, default=cores())
    arguments = parser.parse_args()
    table = {
        "command": "python benchmarks/stepped.py",
        "machine": f"{platform.system()} {platform.machine()}, {cores()} cores",
        "versions": versions(),
        "workers": arguments.workers,
        "environments": {env: measure(env, arguments.rounds, arguments.workers) for env in arguments.envs},
    }
    write_json(RESULT, table)
    print(json.dumps(table, indent=1))


def measure(env: str, rounds: int, workers: int) -> dict[str, Any]:
    """Return steps per second of both, and their ratio, over so many rounds; the first warms up."""
    config = parse_config(CONFIG.format(env), "benchmark")
    task = build_task(config.task)
    assert isinstance(task, Task)
    state = init(config.search, 0, task.n_inputs, task.n_outputs, task.output_activation)
    seconds, steps, episodes = np.zeros((2, rounds)), np.zeros((2, rounds)), 0
    with ExitStack() as stack:
        pool = stack.enter_context(make_pool(task, "local", workers))
        prepare(pool, config)
        bare = [Worker(task, bare_loop) for _ in range(workers)]
        stack.callback(lambda: [worker.dismiss() for worker in bare])
        for worker in bare:
            worker.take()  # it says that it is there
        for k in range(-1, rounds):
            script = scripts(task, state, config, workers)
            before, started = state.env_steps, time.perf_counter()
            state, _ = next_generation(state, pool, config)
            through, made = time.perf_counter() - started, state.env_steps - before
            spent, taken = in_processes(bare, script)
            if k >= 0:
                seconds[:, k], steps[:, k] = (through, spent), (made, taken)
                episodes += sum(len(each) for each in script)
    rates = steps / seconds
    total = steps.sum(axis=1) / seconds.sum(axis=1)
    return {
        "steps_per_second": {"wann": round(total[0]), "bare loop": round(total[1])},
        "ratio": round(float(np.median(rates[0] / rates[1])), 3),
        "ratio_of_each_round": [round(r, 3) for r in (rates[0] / rates[1]).tolist()],
        "steps_per_episode": round(steps[1].sum() / episodes, 1),
        "environments": str(pool.verdict),
    }


def scripts(task: Task, state: Any, config: Config, workers: int) -> list[list[tuple[int, list[Any]]]]:
    """The episodes of the coming generation as (seed, actions), dealt out to workers by their length."""
    networks: Networks = compile_population(ask(state))
    weights = np.array(config.evaluation.shared_weights).reshape(-1, 1)
    seeds = episode_seeds(0, Purpose.SEARCH, config.evaluation.episodes, state.generation + 1)
    lanes = Lanes.product(len(weights), seeds)
    environment = environment_of(task)
    found = [
        (int(seed), actions_of(task, network, weights[row], int(seed), environment))
        for network in networks
        for row, seed in zip(lanes.weight_row, lanes.episode_seed, strict=True)
    ]
    environment.close()
    found.sort(key=lambda episode: -len(episode[1]))
    return [found[k::workers] for k in range(workers)]


def actions_of(task: Task, network: Network, weights: np.ndarray, seed: int, environment: Any) -> list[Any]:
    """The actions of one episode."""
    policy, actions, over = Policy(task, network), [], False
    policy.weigh(weights)
    seen, _ = environment.reset(seed=seed)
    while not over:
        actions.append(policy(seen))
        seen, _, terminated, truncated, _ = environment.step(actions[-1])
        over = terminated or truncated
    return actions


def in_processes(workers: list[Worker], script: list[list[tuple[int, list[Any]]]]) -> tuple[float, int]:
    """Let each worker play its episodes; return the mean of their seconds, and all steps.

    The mean: what the last one takes longer than the others is no fault of a bare loop.
    """
    for worker, episodes in zip(workers, script, strict=True):
        worker.give(0, (episodes,))
    answers = [answer[1] for worker in workers if (answer := worker.take())]
    return float(np.mean([spent for spent, _ in answers])), sum(taken for _, taken in answers)


def bare_loop(task: Task, episodes: list[tuple[int, list[Any]]]) -> tuple[float, int]:
    """Play episodes in one environment; return the seconds and the steps."""
    environment = _env.setdefault(task.identity, None) or environment_of(task)
    _env[task.identity] = environment
    steps, started = 0, time.perf_counter()
    for seed, actions in episodes:
        environment.reset(seed=seed)
        for action in actions:
            _, _, terminated, truncated, _ = environment.step(action)
            steps += 1
            if terminated or truncated:
                break
    return time.perf_counter() - started, steps


if __name__ == "__main__":
    main()
