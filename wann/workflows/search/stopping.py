"""When a search stops, and what of that may still change once it has begun."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wann.config import Config, RunConfig, override
from wann.errors import ConfigError, RunDamaged, did_you_mean
from wann.search.state import SearchState

# A run's config never changes, so these live in its manifest once they are other ones.
_RULES = ("solved_score", "max_env_steps", "max_seconds")
CHANGEABLE = ("search.generations", *(f"run.{name}" for name in _RULES))
# What is no part of the search has options of its own.
_OPTIONS = {
    "evaluation.backend": "use --backend",
    "evaluation.workers": "use --workers",
}


@dataclass(frozen=True)
class StopRules:
    """After how many generations a search ends at the latest, and what ends it before.

    Attributes:
        generations: the total.
        solved_score, max_env_steps, max_seconds: as in the section `run` of a config.
    """

    generations: int
    solved_score: float | None = None
    max_env_steps: int | None = None
    max_seconds: float | None = None

    @classmethod
    def of(cls, config: Config) -> StopRules:
        """The rules that a config says."""
        return cls(config.search.generations, **{name: getattr(config.run, name) for name in _RULES})

    def reason(self, state: SearchState, recorded: int) -> str | None:
        """Why a search ends here, None where it goes on.

        Generations that are recorded are replayed in any case, however long that takes now.

        Args:
            state: where it is.
            recorded: rows that its history has.
        """
        if state.generation < recorded:
            return None
        return next(iter(self._reached(state)), None)

    def further(self, state: SearchState) -> list[str]:
        """The options of `wann resume` with which a search that is at its end goes on."""
        return list(self._reached(state).values())

    def _reached(self, state: SearchState) -> dict[str, str]:
        """Each rule that holds, with the option that lifts it."""
        reached = {}
        if self.solved_score is not None and state.champion and state.champion.score >= self.solved_score:
            reached["solved"] = "--set run.solved_score=null"
        if state.generation >= self.generations:
            reached["finished"] = f"--generations {2 * state.generation}"
        if self.max_env_steps is not None and state.env_steps >= self.max_env_steps:
            reached["out of environment steps"] = f"--set run.max_env_steps={2 * state.env_steps}"
        if self.max_seconds is not None and state.seconds >= self.max_seconds:
            reached["out of time"] = f"--set run.max_seconds={math.ceil(2 * state.seconds)}"
        return reached

    def to_json(self) -> dict[str, Any]:
        """What a manifest holds: all but the generations, which have a place of their own there."""
        return {name: getattr(self, name) for name in _RULES}


def recorded_rules(config: Config, manifest: Mapping[str, Any], where: str) -> Config:
    """Return a run's config with the stop rules by which its last session went.

    Args:
        config: the run's.
        manifest: the run's.
        where: the manifest's path, for messages.

    Raises:
        RunDamaged: what the manifest has is no rule.
    """
    rules = manifest.get("rules", {})
    if not isinstance(rules, dict) or not rules.keys() <= set(_RULES):
        raise RunDamaged(f"{where}: rules: expected an object with {', '.join(_RULES)}, got {rules!r}")
    run = {**config.run.model_dump(), **rules}
    try:
        checked = RunConfig.model_validate(run)
    except ValueError as error:
        raise RunDamaged(f"{where}: rules: not stop rules: {json.dumps(rules)}") from error
    search = config.search.model_copy(update={"generations": manifest["generations"]})
    return config.model_copy(update={"run": checked, "search": search})


def changed_rules(config: Config, overrides: Sequence[str], generations: int | None) -> StopRules:
    """Return the rules by which a search is to go on.

    Args:
        config: the run's, with the rules so far.
        overrides: as `--set`.
        generations: as `--generations`; None where it is not given.

    Raises:
        ConfigError: something in an override is wrong, or it cannot change.
    """
    keys = [_key(text) for text in overrides]
    faults = [
        f"--set {text}: {key} cannot change once a run has begun{did_you_mean(key, CHANGEABLE)}; {_cure(key)}"
        for key, text in zip(keys, overrides, strict=True)
        if key not in CHANGEABLE and "=" in text
    ]
    if generations is not None and "search.generations" in keys:
        faults.append("--generations: says the same as --set search.generations; one of them is enough")
    if faults:
        raise ConfigError(faults)
    total = [] if generations is None else [f"search.generations={generations}"]
    return StopRules.of(override(config, [*overrides, *total]))


def _key(text: str) -> str:
    return ".".join(part.strip() for part in text.partition("=")[0].split("."))


def _cure(key: str) -> str:
    others = f"what can: {', '.join(CHANGEABLE)}"
    return _OPTIONS.get(key, f"{others}; for another {key}, start another run with wann evolve")
