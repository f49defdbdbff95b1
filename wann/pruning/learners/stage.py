"""Stage: where policies play, be it to be scored, to be trained or to be looked at while they do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wann.evaluation.pools.pools import ThreadPool
from wann.evaluation.visited import visited_states
from wann.judging.regimes import TUNE_EPISODES
from wann.network.plan import compile_genome
from wann.pruning.learners.form import PolicyForm
from wann.pruning.learners.learner import Score
from wann.pruning.learners.play import TEST_EPISODES, mean_returns
from wann.pruning.masks.simplify import Layers
from wann.pruning.model.bridge import to_network_file_parts
from wann.seeding import Purpose, episode_seeds
from wann.tasks.task import Task

_STATE_EPISODES, _MOST_STATES = 16, 5000


class Stage:
    """One task in this process, on one core.

    Attributes:
        env_steps: environment steps spent so far by whatever chooses; those of scores are not counted.
    """

    def __init__(self, task: Task, form: PolicyForm) -> None:
        self.task, self.form = task, form
        self.pool = ThreadPool(task, 1)
        self.env_steps = 0

    def score(self, layers: Layers) -> Score:
        """Return mean returns over fixed `select` episodes and over the 100 `test` episodes of seed 0.

        What plays is the network that the file of this policy holds.
        """
        form = self.form
        genome, weights = to_network_file_parts(layers, form.activation, form.output_activation)
        network = compile_genome(genome)
        row = weights[network.genes][None]
        seeds = [
            episode_seeds(0, Purpose.SELECT, TUNE_EPISODES),
            episode_seeds(0, Purpose.TEST, TEST_EPISODES),
        ]
        return Score(*(float(mean_returns(self.pool, network, row, each)[0][0]) for each in seeds))

    def returns(self, policies: Sequence[Layers], seed: int) -> np.ndarray:
        """Return `(P,)` mean returns of policies, all at once, on `tune` episodes of a seed."""
        rows = np.array([self.form.row(layers) for layers in policies])
        seeds = episode_seeds(seed, Purpose.TUNE, TUNE_EPISODES)
        earned, steps = mean_returns(self.pool, self.form.network, rows, seeds)
        self.env_steps += steps
        return earned

    def states(self, layers: Layers, seed: int) -> np.ndarray:
        """Return `(N, n_inputs)` states that a policy visits in `tune` episodes of a seed, 5000 at most."""
        seeds = episode_seeds(seed, Purpose.TUNE, _STATE_EPISODES)
        row = self.form.row(layers)[None]
        states, steps = visited_states(self.task, self.form.network, row, seeds)
        self.env_steps += steps
        spread = np.linspace(0, len(states) - 1, min(len(states), _MOST_STATES))
        return states[spread.astype(int)]
