"""Which operator a child gets: one, drawn by probability among those that can apply to it. Compiled."""

from __future__ import annotations

from functools import reduce
from importlib import import_module

from wann.genome.randomness import uniform
from wann.jit import helper
from wann.mutations import OPERATORS


def _all_operators():
    """Compile a choice among all operators, by their position in the table."""

    @helper
    def none(operator, first_output, n_outputs, genome, size, choices, request, state):
        return False

    def either(others, numbered):
        position, (name, entry) = numbered
        this = getattr(import_module(f"wann.genome.operators.{entry.module}"), name)

        @helper
        def apply(operator, first_output, n_outputs, genome, size, choices, request, state):
            if operator == position:
                return this(first_output, n_outputs, genome, size, choices, request, state)
            return others(operator, first_output, n_outputs, genome, size, choices, request, state)

        return apply

    return reduce(either, reversed(list(enumerate(OPERATORS.items()))), none)


apply = _all_operators()


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
