"""neat-python beside wann on CartPole-v1: the same population and episodes, seconds a generation.

    pip install neat-python && python benchmarks/neat_cartpole.py

Both evaluate 64 genomes on 24 episodes each a generation (wann: 6 weights x 4 episodes), for five generations
from scratch, on one core. Environment steps differ, as better networks live longer, so both steps a second
and seconds a generation are given. Prints one JSON object, or says that neat-python is not installed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import gymnasium

from wann.config import load_config, override
from wann.evaluation.pools.backends import make_pool
from wann.search.search import init
from wann.workflows.build import build_task
from wann.workflows.search.generation import next_generation

POPULATION, EPISODES, GENERATIONS = 64, 24, 5
CONFIG = Path(__file__).parents[1] / "configs" / "cartpole.yaml"

# Every key that neat-python asks for; the values are those of its documentation's first example.
NEAT = f"""
[NEAT]
no_fitness_termination = False
fitness_criterion = max
fitness_threshold = 1e9
pop_size = {POPULATION}
reset_on_extinction = False
[DefaultGenome]
num_inputs = 4
num_outputs = 2
num_hidden = 0
feed_forward = True
initial_connection = full_direct
activation_default = tanh
activation_mutate_rate = 0.0
activation_options = tanh
aggregation_default = sum
aggregation_mutate_rate = 0.0
aggregation_options = sum
bias_init_mean = 0.0
bias_init_stdev = 1.0
bias_init_type = gaussian
bias_max_value = 30.0
bias_min_value = -30.0
bias_mutate_power = 0.5
bias_mutate_rate = 0.7
bias_replace_rate = 0.1
response_init_mean = 1.0
response_init_stdev = 0.0
response_init_type = gaussian
response_max_value = 30.0
response_min_value = -30.0
response_mutate_power = 0.0
response_mutate_rate = 0.0
response_replace_rate = 0.0
time_constant_init_mean = 1.0
time_constant_init_stdev = 0.0
time_constant_init_type = gaussian
time_constant_max_value = 1.0
time_constant_min_value = 1.0
time_constant_mutate_power = 0.0
time_constant_mutate_rate = 0.0
time_constant_replace_rate = 0.0
compatibility_disjoint_coefficient = 1.0
compatibility_weight_coefficient = 0.5
conn_add_prob = 0.5
conn_delete_prob = 0.5
node_add_prob = 0.2
node_delete_prob = 0.2
single_structural_mutation = False
structural_mutation_surer = default
enabled_default = True
enabled_mutate_rate = 0.01
enabled_rate_to_true_add = 0.0
enabled_rate_to_false_add = 0.0
weight_init_mean = 0.0
weight_init_stdev = 1.0
weight_init_type = gaussian
weight_max_value = 30
weight_min_value = -30
weight_mutate_power = 0.5
weight_mutate_rate = 0.8
weight_replace_rate = 0.1
[DefaultSpeciesSet]
compatibility_threshold = 3.0
[DefaultStagnation]
species_fitness_func = max
max_stagnation = 20
species_elitism = 2
[DefaultReproduction]
elitism = 2
survival_threshold = 0.2
min_species_size = 2
"""


def main() -> None:
    """Measure both and print them."""
    print(json.dumps(measure(), indent=1))


def measure() -> dict[str, Any] | None:
    """Both libraries' figures, or None where neat-python is not installed."""
    try:
        import neat  # pyright: ignore[reportMissingImports]
    except ImportError:
        print("neat-python is not installed; try: pip install neat-python", file=sys.stderr)
        return None
    theirs, ours = _neat(neat), _wann()
    return {
        "neat_python": theirs,
        "wann": ours,
        "ratio_steps_per_s": round(ours["steps_per_s"] / theirs["steps_per_s"], 1),
    }


def _figures(steps: int, seconds: float) -> dict[str, float]:
    return {
        "steps_per_s": round(steps / seconds),
        "seconds_per_generation": round(seconds / GENERATIONS, 3),
        "env_steps": steps,
    }


def _neat(neat: Any) -> dict[str, float]:
    steps = 0

    def evaluate(genomes: Any, config: Any) -> None:
        nonlocal steps
        for _, genome in genomes:
            network = neat.nn.FeedForwardNetwork.create(genome, config)
            genome.fitness = 0.0
            for seed in range(EPISODES):
                environment = gymnasium.make("CartPole-v1")
                observation, _ = environment.reset(seed=seed)
                over = False
                while not over:
                    first, second = network.activate(observation)
                    action = int(second > first)
                    observation, reward, terminated, truncated, _ = environment.step(action)
                    genome.fitness += float(reward) / EPISODES
                    steps += 1
                    over = terminated or truncated

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "neat.cfg"
        path.write_text(NEAT)
        parts = (neat.DefaultGenome, neat.DefaultReproduction, neat.DefaultSpeciesSet, neat.DefaultStagnation)
        population = neat.Population(neat.Config(*parts, str(path)))
        started = time.perf_counter()
        population.run(evaluate, GENERATIONS)
    return _figures(steps, time.perf_counter() - started)


def _wann() -> dict[str, float]:
    config = override(load_config(CONFIG), ["evaluation.workers=1"])
    task = build_task(config.task)
    with make_pool(task, "local", 1) as pool:

        def generations() -> int:
            state = init(config.search, 0, task.n_inputs, task.n_outputs, task.output_activation)
            for _ in range(GENERATIONS):
                state, _ = next_generation(state, pool, config)
            return state.env_steps

        generations()  # compiles
        started = time.perf_counter()
        steps = generations()
        return _figures(steps, time.perf_counter() - started)


if __name__ == "__main__":
    main()
