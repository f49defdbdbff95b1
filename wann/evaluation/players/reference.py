"""Episodes and batches of images in plain NumPy: slow, short, and what kernels must equal bit for bit."""

from __future__ import annotations

import numpy as np

from wann.evaluation.lanes import Candidate, Evaluation, Lanes
from wann.formulas import decay, log
from wann.network.reference import forward
from wann.tasks.classification import ClassificationTask, batch
from wann.tasks.environments.initial_states import initial_states
from wann.tasks.task import Task


def evaluate_reference(task: Task, candidate: Candidate, lanes: Lanes) -> Evaluation:
    """Evaluate one candidate on explicit lanes with the NumPy network and the NumPy formulas."""
    dynamics = task.dynamics
    state = tuple(initial_states(task, lanes.episode_seed).T)
    weights = candidate.weights[lanes.weight_row]
    returns, steps = np.zeros(len(lanes)), np.zeros(len(lanes))
    running = np.ones(len(lanes), bool)
    while running.any():
        observation = np.array(dynamics.observe(state)).T
        action = task.actions.decode(forward(candidate.network, weights, observation))
        *state, reward, terminated = dynamics.advance(*state, *action.T)
        returns[running] += np.broadcast_to(reward, returns.shape)[running]
        steps[running] += 1
        running &= (np.asarray(terminated) == 0) & (steps < task.max_steps)
        # what has ended may run away; keep it finite
        state = tuple(np.where(running, value, 0.0) for value in state)
    return Evaluation(lanes, returns, {"steps": steps})


def classify_reference(task: ClassificationTask, candidate: Candidate, lanes: Lanes) -> Evaluation:
    """Evaluate one candidate on batches of images: minus mean cross-entropy, and accuracy."""
    returns, accuracy, images = np.zeros(len(lanes)), np.zeros(len(lanes)), np.zeros(len(lanes))
    for lane, (row, seed) in enumerate(zip(lanes.weight_row, lanes.episode_seed, strict=True)):
        split = batch(task, int(seed))
        weights = np.repeat(candidate.weights[row : row + 1], len(split), axis=0)
        outputs = forward(candidate.network, weights, split.images.astype(np.float64)).T
        top = outputs.max(axis=0)
        total = np.zeros(len(split))
        for output in outputs:
            total = total + decay(top - output)
        losses = log(total) + (top - outputs[split.labels, np.arange(len(split))])
        images[lane] = len(split)
        returns[lane] = -(np.cumsum(losses)[-1] / len(split))
        accuracy[lane] = np.mean(outputs.argmax(axis=0) == split.labels)
    return Evaluation(lanes, returns, {"steps": images, "accuracy": accuracy})
