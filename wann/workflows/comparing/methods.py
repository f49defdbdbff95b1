"""Which candidates are seeds of one method, and what the methods are called."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from wann.report.pareto import PRUNED
from wann.workflows.comparing.candidates import Candidate
from wann.workflows.comparing.figures import Figure
from wann.workflows.comparing.settings import Settings, identity, told, varying

_OF_TUNING = (Figure.BEST, Figure.TRAINED, Figure.SIGNED_SHARED, Figure.TUNED_SIGNED_SHARED)


def each_once(candidates: Sequence[Candidate]) -> tuple[list[Candidate], list[str]]:
    """Leave out what is there twice, and say so where it is not the same run again.

    What equal settings made with one seed is one network; of a search's two runs the one that got further
    stays. A network file of what is there already, such as a run's champion, is none of its own.
    """
    kept: dict[object, Candidate] = {}
    notes: list[str] = []
    for candidate in candidates:
        size = candidate.cell and (candidate.cell.density, candidate.cell.wanted)
        key = (_kind(candidate), size, candidate.seed)
        other = kept.setdefault(key, candidate)
        if other is candidate or candidate.cell is not None:
            continue
        kept[key] = further = max(other, candidate, key=lambda each: each.generations or (0, 0))
        out = candidate if further is other else other
        notes.append(f"{out.run}: left out, {further.run} has the same settings and seed")
    unnamed = {each.content for each in kept.values() if not each.named}
    found: list[Candidate] = []
    for candidate in kept.values():
        if candidate.named and candidate.content in unnamed:
            notes.append(f"{candidate.run}: left out, it is a network of the runs")
            continue
        if candidate.named:
            unnamed.add(candidate.content)
        found.append(candidate)
    return found, notes


def _kind(candidate: Candidate) -> str:
    named = {"file": candidate.run} if candidate.named else {}
    recipe = {"recipe": candidate.base} if candidate.family == PRUNED else {}
    return identity({**candidate.setup, **candidate.definition, **candidate.tuning, **recipe, **named})


def methods_of(candidates: Sequence[Candidate], figure: Figure) -> list[str]:
    """Return the method of each candidate: two settings are two methods, named by what differs.

    What all of a name share is not told. Of pruned networks, settings around the recipes (`setup`) are told
    wherever there are several; those of a recipe where another of its name differs in them. Searches that are
    all of one config's name, with nothing beside them, are called by what differs alone.
    """
    bases = _bases(candidates)
    around = varying([each.setup for each in candidates if each.family == PRUNED and not each.named])
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for k, candidate in enumerate(candidates):
        groups[candidate.family, bases[k]].append(k)
    methods = list(bases)
    for (family, base), places in groups.items():
        settings = [_settings(candidates[k], figure) for k in places]
        keys = varying(settings)
        keys += [key for key in around if family == PRUNED and key not in keys]
        short = len(groups) == 1 and family != PRUNED
        for k, each in zip(places, settings, strict=True):
            what = told(each, keys)
            methods[k] = what if short and what else f"{base} {what}".strip()
        _tell_apart(methods, places, settings, candidates)
    return methods


def _settings(candidate: Candidate, figure: Figure) -> Settings:
    if candidate.named:
        return candidate.definition
    tuning = candidate.tuning if figure in _OF_TUNING else {}
    return {**candidate.setup, **candidate.definition, **tuning}


def _tell_apart(
    methods: list[str], places: Sequence[int], settings: Sequence[Settings], candidates: Sequence[Candidate]
) -> None:
    """Add the run's name where two settings that differ are still called the same."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for k, each in zip(places, settings, strict=True):
        kinds[methods[k]].add(identity(each))
    for k in places:
        if len(kinds[methods[k]]) > 1:
            methods[k] = f"{methods[k]} ({Path(candidates[k].run).name})"


def _bases(candidates: Sequence[Candidate]) -> list[str]:
    """What each is called; searches with equal settings alike, whatever their configs are called."""
    first: dict[str, str] = {}
    return [
        each.base
        if each.family == PRUNED or each.named
        else first.setdefault(identity({**each.setup, **each.definition}), each.base)
        for each in candidates
    ]


def notes_on_runs(candidates: Sequence[Candidate], methods: Sequence[str]) -> list[str]:
    """Say what was stopped early, and where runs of one method were asked for different numbers."""
    notes = [
        f"stopped early: {each.run}, after {each.generations[0]} of {each.generations[1]} generations"
        for each in candidates
        if each.stopped_early and each.generations
    ]
    asked: dict[str, Counter[int]] = defaultdict(Counter)
    for each, method in zip(candidates, methods, strict=True):
        if each.generations:
            asked[method][each.generations[1]] += 1
    for method, counts in asked.items():
        if len(counts) > 1:
            each = ", ".join(f"{count} of {number}" for number, count in sorted(counts.items()))
            notes.append(f"{method}: runs of different length are seeds of one method: {each} generations")
    return notes
