"""Which operator a child gets: one, drawn by probability among those that can apply to it. Compiled."""

from __future__ import annotations

from wann.genome.operators import add_connection, add_node, change_activation, enable_connection
from wann.genome.randomness import uniform
from wann.genome.removal import remove_connection, remove_node
from wann.jit import helper

# The operators, in the order of their probabilities; `apply` knows them by this position.
OPERATORS: tuple[str, ...] = (
    "change_activation",
    "add_node",
    "add_connection",
    "enable_connection",
    "remove_connection",
    "remove_node",
)


@helper
def mutate_once(first_output, n_outputs, genome, size, probabilities, choices, request, state):
    """Apply one operator, drawn by probability among those that can apply."""
    left = probabilities.copy()
    while True:
        operator = draw(left, state)
        if operator < 0:
            return
        if apply(operator, first_output, n_outputs, genome, size, choices, request, state):
            return
        left[operator] = 0.0


@helper
def draw(probabilities, state):
    """Return a random position, by probabilities that need not add up to 1; -1 where all are 0."""
    total = 0.0
    for p in probabilities:
        total += p
    if total <= 0.0:
        return -1
    rest = uniform(state) * total
    drawn = -1
    for index in range(probabilities.size):
        if probabilities[index] > 0.0:
            drawn = index
            if rest < probabilities[index]:
                break
            rest -= probabilities[index]
    return drawn


@helper
def apply(operator, first_output, n_outputs, genome, size, choices, request, state):
    """Apply the operator at this position of `OPERATORS`; return whether it could."""
    if operator == 0:
        return change_activation(n_outputs, genome, size, choices, state)
    if operator == 1:
        return add_node(first_output, genome, size, choices, request, state)
    if operator == 2:
        return add_connection(first_output, n_outputs, genome, size, request, state)
    if operator == 3:
        return enable_connection(genome, size, state)
    if operator == 4:
        return remove_connection(first_output, n_outputs, genome, size, state)
    return remove_node(first_output, n_outputs, genome, size, state)
