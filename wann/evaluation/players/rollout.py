"""Episodes in compiled dynamics: network and environment step together over a block of lanes.

A block's lanes are refilled from the queue as their episodes end. The bits of a lane's return depend on the
candidate, the task and the lane alone, never on the block it ran in.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import types

from wann.evaluation.lanes import Lanes
from wann.jit import bytes_, floats, floats2d, i8, int32s, ints, kernel
from wann.network.forward import SIGNATURE as FORWARD
from wann.network.forward import forward_kernel
from wann.network.network import Networks
from wann.tasks.actions import Box, Discrete
from wann.tasks.compiled.signatures import OBSERVE, STEP
from wann.tasks.task import Task

WIDTHS = (8, 16, 24, 32, 64)

# A step of a block costs about as much as this many lanes, whatever its width.
_FIXED_COST = 8


def block_width(n_lanes: int) -> int:
    """Return the compiled width that plays `n_lanes` equally long episodes with the least work."""
    return min(WIDTHS, key=lambda width: (-(-n_lanes // width) * (width + _FIXED_COST), width))


def prepare_rollout(task: Task, n_lanes: int) -> None:
    """Compile, or find in the cache, what `n_lanes` of a task need: before workers all try to at once."""
    width = block_width(n_lanes)
    task.dynamics.kernels(width)
    forward_kernel(width)
    rollout_kernel(width)


def play_compiled(
    task: Task, networks: Networks, weights: np.ndarray, lanes: Lanes, states: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Play every lane with every network.

    Args:
        task: a compiled task.
        networks: P networks.
        weights: `(W, 1)` shared, or `(W, C)` per connection (then P must be 1).
        lanes: L pairs.
        states: `(L, n_state)` initial states, one per lane.

    Returns:
        `(P, L)` returns and `(P, L)` steps, both float64.
    """
    width = block_width(len(lanes))
    observe, step = task.dynamics.kernels(width)
    returns, steps = (np.zeros((len(networks), len(lanes))) for _ in range(2))
    rule = task.actions
    box = rule if isinstance(rule, Box) else Box(np.zeros(1), np.zeros(1), (1,), "float64")
    rollout_kernel(width)(
        forward_kernel(width),
        observe,
        step,
        (1 + networks.n_inputs, networks.n_outputs, len(networks), task.max_steps, width),
        (_own(networks.node_start), _own(networks.edge_start)),
        _own(networks.codes),
        (_own(networks.indptr), _own(networks.sources)),
        _own(weights, np.float64),
        weights.shape[1] != 1,
        _own(lanes.weight_row, np.int64),
        _own(states, np.float64),
        (isinstance(rule, Discrete), box.single),
        (_own(box.low), _own(box.high)),
        returns,
        steps,
    )
    return returns, steps


def _own(array: np.ndarray, dtype: type | None = None) -> np.ndarray:
    """The array as kernels are compiled for: contiguous and writable. What Ray hands out is read-only."""
    return np.require(array, dtype, ["C", "W"])


_SIGNATURE = types.void(
    types.FunctionType(FORWARD),
    types.FunctionType(OBSERVE),
    types.FunctionType(STEP),
    types.UniTuple(i8, 5),
    types.UniTuple(ints, 2),
    bytes_,
    types.UniTuple(int32s, 2),
    floats2d,
    types.boolean,
    ints,
    floats2d,
    types.UniTuple(types.boolean, 2),
    types.UniTuple(floats, 2),
    floats2d,
    floats2d,
)


@cache
def rollout_kernel(width: int) -> Any:
    """Return the kernel for blocks of `width` lanes."""
    B = width

    @kernel(_SIGNATURE)
    def rollout(
        forward,
        observe,
        step,
        sizes,
        starts,
        all_codes,
        plans,
        weights,
        per_connection,
        weight_row,
        states,
        action_kind,
        bounds,
        returns,
        steps,
    ):
        first_computed, n_outputs, n_networks, max_steps, n_lanes_of_block = sizes
        if n_lanes_of_block != B:
            raise ValueError("this kernel was compiled for another block width")
        node_start, edge_start = starts
        all_indptr, all_sources = plans
        discrete, single = action_kind
        low, high = bounds
        n_state = states.shape[1]
        n_lanes = weight_row.size

        state = np.zeros(n_state * B)
        action = np.zeros(max(1, 1 if discrete else n_outputs) * B)
        reward, terminated = np.zeros(B), np.zeros(B)
        total, elapsed, active = np.zeros(B), np.zeros(B), np.zeros(B)
        lane_of = np.zeros(B, np.int64)

        for net in range(n_networks):
            codes = all_codes[node_start[net] : node_start[net + 1]]
            indptr = all_indptr[node_start[net] + net : node_start[net + 1] + net + 1]
            sources = all_sources[edge_start[net] : edge_start[net + 1]]
            n_nodes = first_computed + codes.size
            values = np.zeros(n_nodes * B)
            values[:B] = 1.0
            observation = values[B : first_computed * B]
            outputs = values[(n_nodes - n_outputs) * B :]
            n_weights = sources.size if per_connection else 1
            lane_weights = np.zeros(max(1, n_weights) * B)

            queue, running = 0, 0
            active[:] = 0.0
            state[:] = 0.0
            for slot in range(min(B, n_lanes)):
                for k in range(n_state):
                    state[k * B + slot] = states[queue, k]
                for k in range(n_weights):
                    lane_weights[k * B + slot] = weights[weight_row[queue], k]
                lane_of[slot], active[slot], total[slot], elapsed[slot] = queue, 1.0, 0.0, 0.0
                queue += 1
                running += 1

            while running > 0:
                observe(state, observation)
                forward(
                    values,
                    lane_weights,
                    per_connection,
                    n_lanes_of_block,
                    first_computed,
                    codes,
                    indptr,
                    sources,
                )
                if discrete:
                    for slot in range(B):
                        best, choice = outputs[slot], 0.0
                        for k in range(1, n_outputs):
                            value = outputs[k * B + slot]
                            choice = float(k) if value > best else choice
                            best = max(best, value)
                        action[slot] = choice
                else:
                    for k in range(n_outputs):
                        for slot in range(B):
                            unit = min(max(outputs[k * B + slot], -1.0), 1.0)
                            value = min(low[k] + (unit + 1.0) * 0.5 * (high[k] - low[k]), high[k])
                            action[k * B + slot] = np.float64(np.float32(value)) if single else value
                step(state, action, reward, terminated)
                ended = 0.0
                for slot in range(n_lanes_of_block):
                    total[slot] += reward[slot]
                    elapsed[slot] += 1.0
                    over = 1.0 if elapsed[slot] >= max_steps else terminated[slot]
                    terminated[slot] = over * active[slot]
                    ended += terminated[slot]
                if ended == 0.0:
                    continue
                for slot in range(B):
                    if terminated[slot] == 0.0:
                        continue
                    returns[net, lane_of[slot]] = total[slot]
                    steps[net, lane_of[slot]] = elapsed[slot]
                    if queue < n_lanes:
                        for k in range(n_state):
                            state[k * B + slot] = states[queue, k]
                        for k in range(n_weights):
                            lane_weights[k * B + slot] = weights[weight_row[queue], k]
                        lane_of[slot], total[slot], elapsed[slot] = queue, 0.0, 0.0
                        queue += 1
                    else:
                        active[slot] = 0.0
                        running -= 1
                        for k in range(n_state):
                            state[k * B + slot] = 0.0

    return rollout
