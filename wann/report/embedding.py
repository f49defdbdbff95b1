"""What a page holds beside its texts: networks as data, tasks as data and code, some test images."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from wann.errors import OutputError, WannError
from wann.export.formulas.dynamics import observed, step_script
from wann.report.dossier import Dossier
from wann.seeding import Purpose, episode_seeds
from wann.tasks.actions import Box, Discrete
from wann.tasks.classification import ClassificationTask
from wann.tasks.environments.initial_states import initial_states
from wann.tasks.task import Task

EPISODES = 5  # that a reader may choose from
_IMAGES = 48
_MOST_CONNECTIONS = 20_000


def script(runs: Sequence[dict[str, Any]], dossiers: Sequence[Dossier]) -> str:
    """Return the statement that declares RUNS; a task's step is code, not data."""
    texts = []
    for run, dossier in zip(runs, dossiers, strict=True):
        text = json.dumps(run, allow_nan=False)
        if run.get("task"):
            assert isinstance(dossier.task, Task)
            advance = step_script(dossier.task.dynamics)
            text = f"((run) => {{ run.task.advance = {advance}; return run; }})({text})"
        texts.append(text)
    return f"const RUNS = [{', '.join(texts)}];"


def embed(dossier: Dossier, key: str) -> dict[str, Any]:
    """Return what the page's script needs to know of a run.

    Raises:
        OutputError: the network is too large for a page.
    """
    network, task = dossier.portrait.network, dossier.task
    if network.n_connections > _MOST_CONNECTIONS:
        raise OutputError(
            f"{dossier.name}: {network.n_connections:,} connections are too many for a page; expected at "
            f"most {_MOST_CONNECTIONS:,}; see: wann test, wann export"
        )
    run: dict[str, Any] = {
        "key": key,
        "plan": {
            "n_inputs": network.n_inputs,
            "n_outputs": network.n_outputs,
            "activations": network.activations,
            "indptr": network.indptr.tolist(),
            "sources": network.sources.tolist(),
            "weights": None,
        },
        "trained": None if dossier.trained is None else dossier.trained.tolist(),
        "names": list(dossier.portrait.outputs),
    }
    if isinstance(task, ClassificationTask):
        if task.data.shape is not None:
            run["images"] = _images(task)
    elif _runs_in_pages(task):
        run["task"] = _live_task(task)
    return run


def _runs_in_pages(task: Task) -> bool:
    """Whether a page can play a task: its dynamics are compiled, and made of what JavaScript has."""
    if not task.compiled or not isinstance(task.actions, Discrete | Box) or task.kwargs:
        return False
    if isinstance(task.actions, Box) and (task.actions.n_outputs != 1 or task.actions.whole):
        return False
    try:
        observed(task.dynamics)
        step_script(task.dynamics)
    except (WannError, OSError):  # OSError: no source of it is to be had
        return False
    return True


def _live_task(task: Task) -> dict[str, Any]:
    rule = task.actions
    action: dict[str, Any] = {"kind": "discrete"}
    if isinstance(rule, Box):
        action = {"kind": "box", "low": rule.low.item(), "high": rule.high.item(), "single": rule.single}
    seeds = episode_seeds(0, Purpose.TEST, EPISODES)
    return {
        "env": task.env,
        "observed": observed(task.dynamics),
        "action": action,
        "max_steps": task.max_steps,
        "fps": task.render_fps,
        "starts": initial_states(task, seeds).tolist(),
    }


def _images(task: ClassificationTask) -> dict[str, Any]:
    test = task.data.test
    images = np.ascontiguousarray(test.images[:_IMAGES], "<f4")
    return {
        "shape": list(task.data.shape or ()),
        "labels": test.labels[:_IMAGES].tolist(),
        "pixels": base64.b64encode(images.tobytes()).decode(),
        "low": float(images.min()),
        "high": float(images.max()),
    }
