"""The one decorator that adds a criterion, here or in a user's own file.

    @criterion("mine", "abs(w), each layer's largest 1", source="none yet")
    def mine(case):
        return [weight.abs() / weight.abs().max() for weight in case.weights]

A function returns one tensor a layer, higher = keep: `(out, in)` for weights, `(neurons,)` of every hidden
layer for neurons. It changes nothing. One of your own is named with its file, `mine.py:mine`,
or with its module, `my_module:mine`.
docs/pruning.md has a whole one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from wann.errors import CriterionDoesNotFit, NoGradient, PruningError, TrainingDiverged
from wann.pruning.criteria.case import LOSSES, Case, Values
from wann.pruning.criteria.options import Option, one_of
from wann.pruning.recipe.recipe import SCOPES, UNITS, WHEN
from wann.pruning.table import Table, require_known

Score = Callable[[Case], Sequence[Tensor]]
Update = Callable[[Case, list[Tensor]], Values]

COMMON_OPTIONS = {"loss": one_of(*LOSSES)}
LOOKS = ("weights", "data", "returns")


@dataclass(frozen=True)
class Criterion:
    """One criterion as it is listed and called.

    Attributes:
        name, line, source: for the list.
        function: what was decorated.
        when: whether it is meant for initial weights (`before`) or trained ones (`after`).
        unit: what a score is of: `weight` or `neuron`.
        scope: what competes where a recipe does not say; None = `layer` for neurons, as their scores seldom
            compare between layers, and `global` for weights.
        options: names and defaults of what it takes; an `Option` also says what a value may be.
        update: `(case, masks of what is kept) -> weights and biases`: what becomes of the rest.
        needs_gradient: whether scores that are all 0 are an error.
        looks_at: `weights` alone; `data`; or `returns`, of `Case.returns`, and data where there are none.
        needs_labels: whether it goes by the slope of a loss, which a policy, held against its own outputs,
            has not.
        activations: those of hidden neurons that it makes sense for, None = all.
    """

    name: str
    line: str
    function: Score
    source: str = ""
    when: str = "after"
    unit: str = "weight"
    scope: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    update: Update | None = None
    needs_gradient: bool = False
    looks_at: str = "data"
    needs_labels: bool = False
    activations: tuple[str, ...] | None = None

    def resolve(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options with defaults.

        Raises:
            UnknownMethod: one that it does not take.
            PruningError: a value is not what it may be.
        """
        known = {**COMMON_OPTIONS, **self.options}
        for key, value in options.items():
            require_known(f"{self.name}: options", key, known)
            if isinstance(option := known[key], Option):
                option.check(f"{self.name}: options.{key}", value)
        defaults = {key: o.default if isinstance(o, Option) else o for key, o in known.items()}
        return {**defaults, **options}

    def unit_of(self, wanted: str | None) -> str:
        """Return what goes together, `weight` or `neuron`, where a recipe wants this.

        Raises:
            CriterionDoesNotFit: weights alone cannot go.
        """
        if self.unit == "neuron" and wanted == "weight":
            raise CriterionDoesNotFit(f"{self.name}: unit: weight is not possible, as it scores neurons")
        return wanted or self.unit

    def scope_of(self, unit: str | None) -> str:
        """Return what competes, where a recipe wants this unit and names no scope."""
        if "neuron" in (unit, self.unit):
            return "layer" if self.scope in (None, "erk") else self.scope  # erk gives densities to weights
        return self.scope or "global"

    def check_activation(self, activation: str) -> None:
        """Raise CriterionDoesNotFit where it makes no sense for hidden neurons with this activation."""
        if self.activations is not None and activation not in self.activations:
            raise CriterionDoesNotFit(
                f"{self.name}: expected one of the activations {', '.join(self.activations)}, "
                f"got {activation}"
            )

    def __call__(self, case: Case) -> list[Tensor]:
        """Score a case, options that it leaves out at their defaults, and check what came out.

        Raises:
            CriterionDoesNotFit, NoGradient, TrainingDiverged, PruningError: why it tells nothing.
        """
        self.check_activation(case.activation)
        if self.unit == "neuron" and len(case.weights) < 2:
            raise CriterionDoesNotFit(f"{self.name}: scores hidden neurons, and the network has none")
        if any(torch.isnan(weight).any() for weight in case.weights):
            raise TrainingDiverged(
                f"{self.name}: weights are not numbers, so a training has overflowed; try a lower learning "
                f"rate"
            )
        scores = self.function(replace(case, options=self.resolve(case.options)))
        if not isinstance(scores, list | tuple) or not all(isinstance(s, Tensor) for s in scores):
            got = f"a {type(scores).__name__}"
            if isinstance(scores, list | tuple):
                got += " of " + ", ".join(sorted({type(score).__name__ for score in scores}))
            raise PruningError(f"{self.name}: expected a list of torch tensors, one a layer, got {got}")
        scores = list(scores)
        self._check(case, scores)
        return scores

    def _check(self, case: Case, scores: list[Tensor]) -> None:
        shapes = [tuple(w.shape) for w in case.weights]
        expected = shapes if self.unit == "weight" else [shape[:1] for shape in shapes[:-1]]
        if [tuple(score.shape) for score in scores] != expected:
            got = [tuple(score.shape) for score in scores]
            raise PruningError(f"{self.name}: expected scores of the shapes {expected}, got {got}")
        if any(torch.isnan(score).any() for score in scores):
            raise TrainingDiverged(
                f"{self.name}: scores are not numbers: the criterion is at fault, or weights are so large "
                f"that they overflow; try a lower learning rate"
            )
        none = [str(k + 1) for k, score in enumerate(scores) if not score.any()]
        if self.needs_gradient and none:
            where = "" if len(none) == len(scores) else f" of layer {', '.join(none)} of {len(scores)}"
            raise NoGradient(
                f"{self.name}: all gradients{where} are zero ('{case.activation}' passes none on, every "
                f"neuron is off, or the loss has its minimum here, as that of a policy held against its own "
                f"outputs); try another activation, another seed, or a criterion without gradients, as "
                f"magnitude or connection-effect"
            )


CRITERIA: Table[Criterion] = Table("criterion")


def criterion(name: str, line: str, **keys: Any) -> Callable[[Score], Score]:
    """Register the function below as a criterion; the keys are those of `Criterion`.

    Raises:
        PruningError: the name is another criterion's.
    """

    def register(score: Score) -> Score:
        made = Criterion(name, line, score, **keys)
        require_known(f"{name}: when", made.when, WHEN)
        require_known(f"{name}: unit", made.unit, UNITS)
        require_known(f"{name}: looks_at", made.looks_at, LOOKS)
        if made.scope is not None:
            require_known(f"{name}: scope", made.scope, SCOPES)
        if (made.unit, made.scope) == ("neuron", "erk"):
            raise PruningError(f"{name}: scope: erk gives densities to weights; take layer or global")
        CRITERIA.add(made, score.__module__)
        return score

    return register
