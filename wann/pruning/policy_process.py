"""How a recipe is carried out on a policy, which is trained by CMA-ES."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from wann.pruning.course import Course
from wann.pruning.criteria.case import Data, Values
from wann.pruning.dense import DenseNet, Score
from wann.pruning.learners.evolving import PolicyTraining
from wann.pruning.learners.fit import Report
from wann.pruning.learners.stage import Stage
from wann.pruning.masks.pruner import Pruner
from wann.pruning.masks.simplify import Layers
from wann.pruning.model.mlp import MLP
from wann.pruning.policy_fit import fit_policy, initial_policy
from wann.pruning.recipe.chain import Link
from wann.pruning.saved import Saved
from wann.pruning.streams import Stream, generator, number


class PolicyProcess(Course):
    """One run of a recipe on a policy; its steps are iterations of CMA-ES."""

    def __init__(
        self,
        stage: Stage,
        chain: Sequence[Link],
        training: PolicyTraining,
        dense: DenseNet,
        progress: Report | None,
        saved: Saved,
    ) -> None:
        super().__init__(MLP(dense.sizes, dense.activation, torch.float64), chain, dense)
        self._stage, self._training, self._progress, self._saved = stage, training, progress, saved

    def pruner(self, link: Link) -> Pruner:
        """As the course says: of images there are none, and losses are squared."""
        nothing = Data(*(torch.zeros(0, width, dtype=torch.float64) for width in _ends(self.dense.sizes)))
        squared = replace(link, options={**link.options, "loss": "squared"})
        return Pruner(self.model, squared, nothing, nothing)

    def look(self, link: Link, pruner: Pruner, k: int) -> None:
        """Show the criterion what the policy sees and does, or what policies earn: what it looks at."""
        seed = number(link.seed, Stream.CRITERION, k)
        if link.criterion.looks_at == "data":
            seen = torch.from_numpy(self._stage.states(self.model.masked_layers(), seed))
            with torch.no_grad():
                data = Data(seen, self.model(seen))
            pruner.look_at(train=data, validation=data)
        elif link.criterion.looks_at == "returns":
            pruner.look_at(returns=lambda policies: self._returns(policies, seed))

    def score(self) -> Score:
        """As the course says."""
        return self._stage.score(self.model.masked_layers())

    def retrain(self, link: Link, k: int, count: int) -> None:
        """As the course says."""
        mode, last, before = link.recipe.retraining, k == count - 1, link.recipe.when == "before"
        fresh = last and link.recipe.control == "reinit"
        if mode == "none" and not fresh:
            return
        if mode == "reinit" or fresh:
            self.model.load(initial_policy(self.dense.sizes, generator(link.seed, Stream.REINIT, k)))
        elif mode == "reset" and not before:
            self.model.load(self.dense.initial)
        if not link.trains:
            return
        iterations = self._training.iterations if before else self._training.iterations_of_round(last)
        seed = number(link.seed, Stream.RETRAINING, k + 1)
        layers, behind = self.model.masked_layers(), self.model.values()
        if before and not link.last:  # what later stages go back to
            self.dense = replace(self.dense, checkpoints=[self.model.values()])
        label, watch, place = f"{link.label}round {k + 1}/{count}", self._progress, self._saved.next()
        fitted = fit_policy(self._stage, layers, self._training, iterations, seed, label, watch, place)
        self.model.load(self._kept(fitted, behind))
        self.steps += iterations

    def _kept(self, layers: Layers, behind: Layers) -> Layers:
        """Return the layers, and what is pruned as it was: CMA-ES trains no 0 that a control uncovers."""
        masks = zip(self.model.weight_masks(), self.model.bias_masks(), strict=True)
        return [
            (np.where(w_mask.numpy(), w, w_behind), np.where(b_mask.numpy(), b, b_behind))
            for (w_mask, b_mask), (w, b), (w_behind, b_behind) in zip(masks, layers, behind, strict=True)
        ]

    def _returns(self, policies: Sequence[Values], seed: int) -> np.ndarray:
        return self._stage.returns([_layers(*policy) for policy in policies], seed)


def _ends(sizes: Sequence[int]) -> tuple[int, int]:
    return sizes[0], sizes[-1]


def _layers(weights: Sequence[torch.Tensor], biases: Sequence[torch.Tensor]) -> Layers:
    return [(weight.numpy(), bias.numpy()) for weight, bias in zip(weights, biases, strict=True)]
