"""Mutation operators of the user's own: `(genome, rng) -> Genome`, named in `search.mutation`.

They are plain Python, for the children that draw them alone. New connections get their innovation ids here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from wann.config import SearchConfig
from wann.genome.genome import Genome
from wann.genome.innovation import InnovationLog
from wann.genome.population import Population
from wann.search.members import Member, find_function


@dataclass(frozen=True, eq=False)
class OwnChildren:
    """Which children draw an operator of the user's own.

    Attributes:
        operators: these operators.
        drawn: `(children,)` index of each child's operator, -1 for one of wann's.
        seeds: `(children,)` of their random draws.
    """

    operators: tuple[Member, ...]
    drawn: np.ndarray
    seeds: np.ndarray


def operators_of(search: SearchConfig) -> dict[str, float]:
    """Return the operators of the user's own in a config, each with its probability."""
    return dict(search.mutation.model_extra or {})


@cache
def _operator(name: str) -> Member:
    return Member(f"mutation.{name}", name, find_function(f"search.mutation.{name}", name))


def draw_own(
    search: SearchConfig, children: int, elites: int, rng: np.random.Generator
) -> OwnChildren | None:
    """Draw which children get one; None, and no draw, where a config names none.

    Raises:
        SearchError: one cannot be found.
    """
    shares = {name: share for name, share in operators_of(search).items() if share > 0}
    if not shares:
        return None
    position = np.searchsorted(np.cumsum(list(shares.values())), rng.random(children), side="right")
    drawn = np.where(position < len(shares), position, -1)
    drawn[:elites] = -1
    seeds = rng.integers(0, 2**63, size=children)
    return OwnChildren(tuple(map(_operator, shares)), drawn, seeds)


def apply_own(children: Population, log: InnovationLog, own: OwnChildren) -> tuple[Population, InnovationLog]:
    """Return the children with theirs applied, and the log after that."""
    genomes, next_id = list(children), log.next_id
    for child in np.flatnonzero(own.drawn >= 0).tolist():
        before, operator = genomes[child], own.operators[own.drawn[child]]
        after = operator(before, np.random.default_rng(int(own.seeds[child])))
        _check(before, after, operator)
        new = ~np.isin(after.innovation, before.innovation)
        innovation = after.innovation.copy()
        innovation[new] = next_id + np.arange(new.sum())
        next_id += int(new.sum())
        genomes[child] = replace(after, innovation=innovation)
    return Population.of(genomes), InnovationLog(next_id)


def _check(before: Genome, after: Genome, operator: Member) -> None:
    if not isinstance(after, Genome):
        raise operator.wrong("result", "a Genome", f"a {type(after).__name__}")
    expected, got = ((g.n_inputs, g.n_outputs) for g in (before, after))
    if expected != got:
        raise operator.wrong("inputs and outputs", str(expected), str(got))
    outputs = slice(None, before.n_outputs)
    if not np.array_equal(before.activations[outputs], after.activations[outputs]):
        raise operator.wrong("activations of the outputs", "those of before", "others")
