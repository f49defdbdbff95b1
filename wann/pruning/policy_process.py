"""How a recipe is carried out on a policy: rounds of looking, scoring, masking and retraining by CMA-ES."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from wann.pruning.case import Data, Values
from wann.pruning.criteria.registry import Criterion
from wann.pruning.dense import DenseNet, Score
from wann.pruning.model import MLP
from wann.pruning.policy_fit import fit_policy, initial_policy
from wann.pruning.policy_stage import Stage
from wann.pruning.policy_training import PolicyTraining
from wann.pruning.pruner import Pruner
from wann.pruning.recipe import Recipe
from wann.pruning.schedules import rounds
from wann.pruning.simplify import Layers
from wann.pruning.streams import Stream, generator, number


class PolicyProcess:
    """One run of a recipe on a policy.

    Attributes:
        steps: iterations of CMA-ES, so far.
        score_before: after the last round of pruning, before what follows it.
    """

    score_before: Score

    def __init__(
        self,
        stage: Stage,
        recipe: Recipe,
        criterion: Criterion,
        options: Mapping[str, Any],
        density: float,
        training: PolicyTraining,
        dense: DenseNet,
    ) -> None:
        self._stage, self._recipe, self._criterion = stage, recipe, criterion
        self._density, self._training, self._dense = density, training, dense
        self._model = MLP(dense.sizes, dense.activation, torch.float64)
        nothing = Data(*(torch.zeros(0, width, dtype=torch.float64) for width in _ends(dense.sizes)))
        settings = {**options, "loss": "squared"}
        self._pruner = Pruner(self._model, recipe, criterion, settings, nothing, nothing, dense.seed)
        self.steps = 0

    def run(self) -> MLP:
        """Carry out the recipe and return the model."""
        before = self._recipe.when == "before"
        self._model.load(self._dense.initial if before else self._dense.layers)
        planned = rounds(self._recipe, self._density)
        for k, each in enumerate(planned):
            last = k == len(planned) - 1
            self._look(k)
            self._pruner.prune(each, k, last)
            if last:
                self.score_before = self._stage.score(self._model.masked_layers())
            if last or not before:
                self._retrain(k, last, before)
        return self._model

    def _look(self, k: int) -> None:
        """Show the criterion what the policy sees and does, or what policies earn: what it looks at."""
        seed = number(self._dense.seed, Stream.CRITERION, k)
        if self._criterion.looks_at == "data":
            seen = torch.from_numpy(self._stage.states(self._model.masked_layers(), seed))
            with torch.no_grad():
                data = Data(seen, self._model(seen))
            self._pruner.look_at(train=data, validation=data)
        elif self._criterion.looks_at == "returns":
            self._pruner.look_at(returns=lambda policies: self._returns(policies, seed))

    def _returns(self, policies: Sequence[Values], seed: int) -> np.ndarray:
        return self._stage.returns([_layers(*policy) for policy in policies], seed)

    def _retrain(self, k: int, last: bool, before: bool) -> None:
        mode, dense = self._recipe.retraining, self._dense
        if mode == "none":
            return
        if mode == "reinit" or (last and self._recipe.control == "reinit"):
            self._model.load(initial_policy(dense.sizes, generator(dense.seed, Stream.REINIT, k)))
        elif mode == "reset" and not before:
            self._model.load(dense.initial)
        iterations = self._training.iterations if before else self._training.iterations_of_round(last)
        seed = number(dense.seed, Stream.RETRAINING, k + 1)
        layers = self._model.masked_layers()
        self._model.load(fit_policy(self._stage, layers, self._training, iterations, seed))
        self.steps += iterations


def _ends(sizes: Sequence[int]) -> tuple[int, int]:
    return sizes[0], sizes[-1]


def _layers(weights: Sequence[torch.Tensor], biases: Sequence[torch.Tensor]) -> Layers:
    return [(weight.numpy(), bias.numpy()) for weight, bias in zip(weights, biases, strict=True)]
