"""Correlation: of neurons that rise and fall together one is enough."""

from __future__ import annotations

import torch
from torch import Tensor

from wann.pruning.criteria.case import Case, Values
from wann.pruning.criteria.neurons.activity import sampled_activity
from wann.pruning.criteria.neurons.folding import copies, fold, greedy_scores
from wann.pruning.criteria.options import whole
from wann.pruning.criteria.registry import criterion

_OPTIONS = {"samples": whole(5000)}


def update(case: Case, kept: list[Tensor]) -> Values:
    """Fold each neuron that goes into the kept one it correlates with most: a_j ~ alpha a_i + beta.

    alpha and beta are the least-squares line. Where no kept one correlates positively, only its mean is kept.
    """
    weights, biases = copies(case.weights, case.biases)
    for k, (values, keep) in enumerate(zip(_ordered_activity(case), kept, strict=True)):
        likeness, spread = _correlation(values)
        likeness[:, ~keep] = -torch.inf
        best, partner = likeness.max(1)
        slope = torch.where(best > 0, best * spread / spread[partner].clamp_min(1e-300), 0.0)
        mean = values.mean(0)
        offset = mean - slope * mean[partner]
        weights[k + 1], biases[k + 1] = fold(weights[k + 1], biases[k + 1], keep, partner, slope, offset)
    return weights, biases


@criterion(
    "correlation",
    "drops one of the most correlated pair, folds it in",
    unit="neuron",
    source="-",
    options=_OPTIONS,
    update=update,
)
def correlation(case: Case) -> list[Tensor]:
    """1 - r at which a neuron is dropped, the less varied one of a pair; negative r counts as unlike."""
    return [greedy_scores(*_correlation(values)) for values in _ordered_activity(case)]


def _ordered_activity(case: Case) -> list[Tensor]:
    """Score and update look at the same images."""
    state = case.generator.get_state()
    values = sampled_activity(case)
    case.generator.set_state(state)
    return values


def _correlation(values: Tensor) -> tuple[Tensor, Tensor]:
    """Return `(n, n)` correlations, 0 with a constant, and `(n,)` standard deviations of activations."""
    centred = values - values.mean(0)
    spread = centred.square().mean(0).sqrt()
    spread = torch.where(spread < 1e-12, 0.0, spread)
    scaled = centred / torch.where(spread == 0, torch.inf, spread)
    return scaled.T @ scaled / len(values), spread
