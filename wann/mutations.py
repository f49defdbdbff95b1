"""The mutation operators that come with wann: one table, name -> default probability and meaning.

It makes the keys of `search.mutation` and the order in which operators are drawn, so it is append-only: old
seeds keep their results as long as the probability of a new one is 0. Each is a compiled function of its
name in a module of `wann.genome.operators`. Source: Gaier & Ha 2019; the two that remove are additions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Operator:
    """One operator: its module, its probability unless a config says another, and what it does."""

    module: str
    default: float
    text: str


OPERATORS: dict[str, Operator] = {
    "change_activation": Operator("activation", 0.5, "A random hidden node gets another activation."),
    "add_node": Operator("growth", 0.25, "A new node splits a random enabled connection."),
    "add_connection": Operator(
        "growth", 0.2, "Two nodes of different layers that are not joined yet are joined."
    ),
    "enable_connection": Operator("growth", 0.05, "A random disabled connection is enabled."),
    "remove_connection": Operator(
        "removal",
        0.0,
        "A random enabled connection is deleted; hidden nodes without an enabled one left are, too.",
    ),
    "remove_node": Operator(
        "removal",
        0.0,
        "A random hidden node is deleted with all its connections; hidden nodes without an enabled one left "
        "are, too.",
    ),
}
