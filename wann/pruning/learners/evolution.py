"""Training by CMA-ES: policies, in episodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch

from wann.pruning.criteria.case import Data, Values
from wann.pruning.learners.cma import fit_policy, initial_policy
from wann.pruning.learners.evolving import PolicyTraining
from wann.pruning.learners.form import PolicyForm
from wann.pruning.learners.learner import Fitted, Plan, Report, Score
from wann.pruning.learners.stage import Stage
from wann.pruning.model.mlp import MLP, Layers
from wann.pruning.recipe.chain import Link
from wann.pruning.saved import Place
from wann.tasks.task import Task


class EvolutionLearner:
    """Plays episodes; see `Learner`. Its epochs and steps are iterations, its images states."""

    loss = "squared"
    steps_of_epoch = 1

    def __init__(self, task: Task, training: PolicyTraining, sizes: tuple[int, ...], activation: str) -> None:
        self._training, self._sizes, self._activation = training, sizes, activation
        self._stage = Stage(task, PolicyForm(sizes, activation, task.output_activation))
        nothing = Data(*(torch.zeros(0, width, dtype=torch.float64) for width in (sizes[0], sizes[-1])))
        self.data = nothing, nothing

    @property
    def env_steps(self) -> int:
        """Spent so far by whatever chooses; those of scores are not counted."""
        return self._stage.env_steps

    def model(self) -> MLP:
        """In float64: what is scored is what CMA-ES found."""
        return MLP(self._sizes, self._activation, torch.float64)

    def initial(self, draw: int) -> Layers:
        """Of variance 1 / (n_in + 1), biases too."""
        return initial_policy(self._sizes, torch.Generator().manual_seed(draw))

    def fit(self, model: MLP, plan: Plan, report: Report | None, place: Place) -> Fitted:
        """By fresh episodes.

        Raises:
            NothingLeft: no weight has an effect.
            EvaluationError: every episode of an iteration failed.
        """
        behind = model.values()
        layers = fit_policy(self._stage, model.masked_layers(), self._training, plan, report, place)
        masks = zip(model.weight_masks(), model.bias_masks(), strict=True)
        # What is pruned stays as it was: CMA-ES trains no 0 that a control uncovers.
        kept = [
            (np.where(w_mask.numpy(), w, w_behind), np.where(b_mask.numpy(), b, b_behind))
            for (w_mask, b_mask), (w, b), (w_behind, b_behind) in zip(masks, layers, behind, strict=True)
        ]
        model.load(kept)
        return Fitted(plan.epochs, 0, [behind])

    def score(self, model: MLP) -> Score:
        """Mean returns."""
        return self._stage.score(model.masked_layers())

    def look(self, model: MLP, link: Link, draw: int) -> dict[str, Any]:
        """What the policy sees and does, or what policies earn: what the criterion looks at."""
        if link.criterion.looks_at == "data":
            seen = torch.from_numpy(self._stage.states(model.masked_layers(), draw))
            with torch.no_grad():
                data = Data(seen, model(seen))
            return {"train": data, "validation": data}
        if link.criterion.looks_at == "returns":
            return {"returns": lambda policies: self._returns(policies, draw)}
        return {}

    def _returns(self, policies: Sequence[Values], draw: int) -> np.ndarray:
        return self._stage.returns([_layers(*policy) for policy in policies], draw)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stage.pool.close()


def _layers(weights: Sequence[torch.Tensor], biases: Sequence[torch.Tensor]) -> Layers:
    return [(weight.numpy(), bias.numpy()) for weight, bias in zip(weights, biases, strict=True)]
