"""Classification, compiled: networks on blocks of images, all weights of a block while its pixels are near.

A lane is one (weight, batch) pair: its loss is added image by image in the batch's order, so its bits depend
on the network, the weight and the batch alone.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import types

from wann.evaluation.lanes import Lanes
from wann.formulas import decay, log
from wann.jit import bytes_, compiled_formula, floats2d, i8, int32s, ints, kernel
from wann.network.forward import FUNCTION, forward_kernel
from wann.network.network import Networks
from wann.tasks.classification import ClassificationTask, batch
from wann.tasks.datasets import Split

WIDTH = 64

_decay, _log = compiled_formula(decay), compiled_formula(log)
_blocks = types.Array(types.float32, 3, "C")


def prepare_classifier() -> None:
    """Compile, or find in the cache, what classification needs."""
    forward_kernel(WIDTH)
    classify_kernel(WIDTH)


def classify(
    task: ClassificationTask, networks: Networks, weights: np.ndarray, lanes: Lanes
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Classify every lane's images with every network.

    Args:
        task: what the lanes' seeds name images of.
        networks: P networks.
        weights: `(W, 1)` shared, or `(W, C)` per connection (then P must be 1).
        lanes: L pairs.

    Returns:
        `(P, L)` minus mean cross-entropy, `(P, L)` images, `(P, L)` accuracy, all float64.
    """
    loss, images, correct = (np.zeros((len(networks), len(lanes))) for _ in range(3))
    for seed in np.unique(lanes.episode_seed):
        split = batch(task, int(seed))
        here = np.flatnonzero(lanes.episode_seed == seed)
        sums, hits, _ = classify_split(networks, weights, lanes.weight_row[here], split)
        loss[:, here], correct[:, here], images[:, here] = sums, hits, len(split)
    return -loss / images, images, correct / images


def classify_split(
    networks: Networks, weights: np.ndarray, weight_row: np.ndarray, split: Split, keep: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Classify the images of a split with each of L rows of weights.

    Returns:
        `(P, L)` summed cross-entropy, `(P, L)` correct answers, and, with `keep`, the `(P, L, N)` answers.
    """
    answers = np.zeros((len(networks), len(weight_row), len(split)) if keep else (0, 0, 0), np.int32)
    loss, correct = (np.zeros((len(networks), len(weight_row))) for _ in range(2))
    own = [
        np.require(a, None, ["C", "W"])
        for a in (networks.node_start, networks.edge_start, networks.codes, networks.indptr, networks.sources)
    ]
    classify_kernel(WIDTH)(
        forward_kernel(WIDTH),
        _in_blocks(split.images),
        np.require(split.labels, np.int64, ["C", "W"]),
        (1 + networks.n_inputs, networks.n_outputs, len(networks), WIDTH),
        (own[0], own[1]),
        own[2],
        (own[3], own[4]),
        np.require(weights, np.float64, ["C", "W"]),
        weights.shape[1] != 1,
        np.require(weight_row, np.int64, ["C", "W"]),
        loss,
        correct,
        answers,
    )
    return loss, correct, answers


def _in_blocks(images: np.ndarray) -> np.ndarray:
    """`(N, D)` images as `(blocks, D, WIDTH)`: an input's values of a block side by side; the rest is 0."""
    count, size = images.shape
    padded = np.zeros((-(-count // WIDTH) * WIDTH, size), np.float32)
    padded[:count] = images
    return np.ascontiguousarray(padded.reshape(-1, WIDTH, size).transpose(0, 2, 1))


_SIGNATURE = types.void(
    FUNCTION,
    _blocks,
    ints,
    types.UniTuple(i8, 4),
    types.UniTuple(ints, 2),
    bytes_,
    types.UniTuple(int32s, 2),
    floats2d,
    types.boolean,
    ints,
    floats2d,
    floats2d,
    types.Array(types.int32, 3, "C"),
)


@cache
def classify_kernel(width: int) -> Any:
    """Return the kernel for blocks of `width` images."""
    B = width

    @kernel(_SIGNATURE)
    def classifier(
        forward,
        blocks,
        labels,
        sizes,
        starts,
        all_codes,
        plans,
        weights,
        per_connection,
        weight_row,
        loss,
        correct,
        answers,
    ):
        first_computed, n_outputs, n_networks, lanes_of_block = sizes
        if lanes_of_block != B:
            raise ValueError("this kernel was compiled for another block width")
        node_start, edge_start = starts
        all_indptr, all_sources = plans
        keep = answers.size > 0
        top, total = np.zeros(B), np.zeros(B)
        best = np.zeros(B, np.int64)

        for net in range(n_networks):
            codes = all_codes[node_start[net] : node_start[net + 1]]
            indptr = all_indptr[node_start[net] + net : node_start[net + 1] + net + 1]
            sources = all_sources[edge_start[net] : edge_start[net + 1]]
            n_nodes = first_computed + codes.size
            values = np.zeros(n_nodes * B)
            values[:B] = 1.0
            outputs = values[(n_nodes - n_outputs) * B :]
            n_weights = sources.size if per_connection else 1
            lane_weights = np.zeros(max(1, n_weights) * B)

            for block in range(blocks.shape[0]):
                for k in range(first_computed - 1):
                    for slot in range(B):
                        values[(1 + k) * B + slot] = blocks[block, k, slot]
                first = block * B
                count = min(B, labels.size - first)
                for lane in range(weight_row.size):
                    for k in range(n_weights):
                        lane_weights[k * B : (k + 1) * B] = weights[weight_row[lane], k]
                    forward(
                        values,
                        lane_weights,
                        per_connection,
                        lanes_of_block,
                        first_computed,
                        codes,
                        indptr,
                        sources,
                    )
                    for slot in range(B):
                        top[slot], best[slot], total[slot] = outputs[slot], 0, 0.0
                    for k in range(1, n_outputs):
                        for slot in range(B):
                            value = outputs[k * B + slot]
                            best[slot] = k if value > top[slot] else best[slot]
                            top[slot] = max(top[slot], value)
                    for k in range(n_outputs):
                        for slot in range(B):
                            total[slot] += _decay(top[slot] - outputs[k * B + slot])
                    for slot in range(B):
                        total[slot] = _log(total[slot])
                    for slot in range(count):
                        label = labels[first + slot]
                        loss[net, lane] += total[slot] + (top[slot] - outputs[label * B + slot])
                        correct[net, lane] += 1.0 if best[slot] == label else 0.0
                        if keep:
                            answers[net, lane, first + slot] = best[slot]

    return classifier
