"""From scores to parents, and from parents to children, as a config says: for any method."""

from __future__ import annotations

import numpy as np

from wann.config import SearchConfig
from wann.genome.innovation import InnovationLog
from wann.genome.mutation import mutate
from wann.genome.population import Population
from wann.search.members import SELECTION, Member
from wann.search.own_operators import apply_own, draw_own
from wann.search.scores import Scores
from wann.search.selection.plan import Plan


def selected(scores: Scores, search: SearchConfig, rng: np.random.Generator) -> Plan:
    """Return the plan of `search.selection`.

    Raises:
        SearchError: the rule fails, or what it returns is no plan for this population.
    """
    rule = SELECTION.chosen(search)
    plan = rule(scores, search, rng)
    _check(plan, len(scores.mean), rule)
    return plan


def breed(
    parents: Population, plan: Plan, search: SearchConfig, rng: np.random.Generator, log: InnovationLog
) -> tuple[Population, InnovationLog]:
    """Return the children that a plan asks for, by the operators of `search.mutation`.

    Raises:
        SearchError: an operator of the user's own fails.
    """
    own = draw_own(search, len(plan.parents), plan.elites, rng)
    children, log = mutate(
        parents,
        plan.parents,
        plan.elites,
        rng,
        search.mutation.model_dump(),
        search.activations,
        log,
        plan.mates,
        None if own is None else own.drawn >= 0,
    )
    return (children, log) if own is None else apply_own(children, log, own)


def _check(plan: Plan, size: int, rule: Member) -> None:
    if not isinstance(plan, Plan):
        raise rule.wrong("result", "a Plan", f"a {type(plan).__name__}")
    for name, least in (("parents", 0), ("mates", -1)):
        found = np.asarray(getattr(plan, name))
        if found.ndim != 1 or found.dtype.kind not in "iu" or len(found) != len(plan.parents):
            expected = f"({len(plan.parents)},) whole numbers, one a child"
            raise rule.wrong(name, expected, f"{found.shape} of {found.dtype}")
        if len(found) == 0 or found.min() < least or found.max() >= size:
            raise rule.wrong(name, f"indices from {least} to {size - 1}", str(found[:6].tolist()))
    if not 0 <= plan.elites <= len(plan.parents):
        raise rule.wrong("elites", f"0 to {len(plan.parents)}", repr(plan.elites))
