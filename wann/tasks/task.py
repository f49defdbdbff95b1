"""Task: what a network is asked to do, as plain data that any worker can be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wann.tasks.actions import ActionRule
from wann.tasks.classification import ClassificationTask
from wann.tasks.compiled import dynamics_of
from wann.tasks.environments.observations import ObservationRule

if TYPE_CHECKING:
    from wann.tasks.compiled.dynamics import Dynamics


# `module:name`, or a mapping of that to keyword arguments.
Wrapping = str | Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class Task:
    """A Gymnasium environment with the rules that join it to a network.

    Attributes:
        env: the id, or `module:id`.
        kwargs: keyword arguments of `gymnasium.make`.
        wrappers: what is put around the environment, the first one innermost: `module:name`, or a mapping of
            that to keyword arguments.
        instances: environments that a process may hold at once; None: any number.
        max_steps: steps after which an episode is truncated.
        observations: how an observation becomes inputs.
        actions: how outputs become actions.
        inputs, outputs: names of the observation's parts and of the outputs, for people.
        output_activation: the activation of every output node.
        failure_return: what a failed episode is ranked by, or None (see `wann.search.objectives`).
        compiled: whether episodes run in compiled dynamics.
        render_fps: frames a second when it is shown.
    """

    env: str
    observations: ObservationRule
    actions: ActionRule
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    wrappers: tuple[Wrapping, ...] = ()
    instances: int | None = None
    max_steps: int = 1000
    output_activation: str = "linear"
    failure_return: float | None = None
    compiled: bool = False
    render_fps: float = 30.0

    @property
    def name(self) -> str:
        """The environment's id."""
        return self.env

    @cached_property
    def identity(self) -> str:
        """What environment this is: equal texts make equal environments."""
        return json.dumps(
            [self.env, self.kwargs, self.wrappers, self.max_steps], sort_keys=True, default=repr
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of it, a line each: nothing."""
        return ()

    @property
    def facts(self) -> dict[str, tuple[str, ...]]:
        """What a network's file tells of the data that it is for: nothing."""
        return {}

    @property
    def n_inputs(self) -> int:
        """Numbers in a flat observation."""
        return self.observations.n_inputs

    @property
    def n_outputs(self) -> int:
        """Outputs that a network needs."""
        return self.actions.n_outputs

    @property
    def dynamics(self) -> Dynamics:
        """The compiled dynamics; only where `compiled`."""
        return dynamics_of(self.env)


AnyTask = Task | ClassificationTask
