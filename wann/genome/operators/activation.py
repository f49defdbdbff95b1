"""The operator that changes what a node computes, compiled. Source: Gaier & Ha 2019."""

from __future__ import annotations

from wann.genome.randomness import below
from wann.jit import helper


@helper
def change_activation(first_output, n_outputs, genome, size, choices, request, state):
    """Give a random hidden node another activation of the set `choices`, uniformly."""
    activations = genome[0]
    n_hidden = size[0] - n_outputs
    if n_hidden == 0 or choices.size < 2:
        return False
    node = n_outputs + below(state, n_hidden)
    others = choices[choices != activations[node]]
    activations[node] = others[below(state, others.size)]
    return True
