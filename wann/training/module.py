"""A network as a torch module: the same graph, with weights that can be trained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from wann.activations import CLAMP, name_of
from wann.genome.gene_weights import in_network_order
from wann.network.network import Network
from wann.training.formulas import torch_formula

# Below this share of a layer's nodes, it is quicker to pick those that are read than to multiply by zeros;
# below that share of a matrix, it is quicker to go from connection to connection (measured).
_FEW_NODES, _FEW_CONNECTIONS = 0.5, 0.05


@dataclass(frozen=True)
class _Block:
    """The connections from one layer into another.

    Attributes:
        layer: where they come from.
        edges: `(E,)` which of the network's connections they are.
        read: positions in that layer of what is read; None for all of it.
        shape: of the matrix from what is read to the nodes of the target layer; None where it is so sparse
            that there is an entry of `read` for each connection instead.
        place: `(E,)` flat positions of the connections in the matrix, or of their targets in their layer.
    """

    layer: int
    edges: Tensor
    read: Tensor | None
    shape: tuple[int, int] | None
    place: Tensor


@dataclass(frozen=True)
class _Layer:
    """A layer's incoming connections, and its activations, each with the number of nodes that have it."""

    blocks: list[_Block]
    activations: list[str]
    counts: list[int]


class NetworkModule(nn.Module):
    """Evaluates a `Network`: `(N, n_inputs)` inputs -> `(N, n_outputs)` outputs.

    The nodes of a layer are computed together. Outputs agree with `wann.network.reference.forward` up to the
    rounding of sums, which are added in another order.

    Args:
        network: the plan.
        weights: `(1,)` a shared weight, which multiplies a node's sum once, or `(C,)` one per connection in
            the network's order. They become the parameter `weights`.
        dtype: of parameter and values. A sum is clamped to +-1e100, or to the largest float32.

    Raises:
        GenomeError: the weights are in a genome's order.
        ValueError: there are more or fewer, or the dtype cannot hold one.
    """

    def __init__(self, network: Network, weights: np.ndarray, dtype: torch.dtype = torch.float64) -> None:
        super().__init__()
        weights = in_network_order(weights, "a module")
        if weights.shape not in ((1,), (network.n_connections,)):
            raise ValueError(f"weights: expected (1,) or ({network.n_connections},), got {weights.shape}")
        self.weights = nn.Parameter(torch.tensor(weights, dtype=dtype))
        if not torch.isfinite(self.weights).all():
            raise ValueError(f"weights: expected finite numbers of {dtype}, got up to {abs(weights).max():g}")
        self._shared = weights.shape == (1,)
        self._limit = min(CLAMP, torch.finfo(dtype).max)
        self._layers, outputs = _plan(network)
        self._outputs = torch.as_tensor(outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        """`(N, n_inputs)` -> `(N, n_outputs)`."""
        values = [torch.cat([inputs.new_ones(1, len(inputs)), inputs.T])]  # (nodes of a layer, N) each
        for layer in self._layers:
            total = inputs.new_zeros(sum(layer.counts), len(inputs))
            for block in layer.blocks:
                total = self._add(total, block, values[block.layer])
            if self._shared:
                total = total * self.weights
            parts = torch.clamp(total, -self._limit, self._limit).split(layer.counts)
            computed = [torch_formula(name)(x) for name, x in zip(layer.activations, parts, strict=True)]
            values.append(torch.cat(computed))
        return values[-1][self._outputs].T

    def _add(self, total: Tensor, block: _Block, values: Tensor) -> Tensor:
        """Add what comes in by a block's connections."""
        weights = self.weights.new_ones(len(block.edges)) if self._shared else self.weights[block.edges]
        read = values if block.read is None else values.index_select(0, block.read)
        if block.shape is None:
            return total.index_add(0, block.place, read * weights[:, None])
        matrix = weights.new_zeros(block.shape[0] * block.shape[1]).index_put((block.place,), weights)
        return torch.addmm(total, matrix.view(block.shape), read)


def _plan(network: Network) -> tuple[list[_Layer], np.ndarray]:
    """Put the nodes in layers, those of one activation side by side; return also where the outputs are."""
    first, layer = network.first_computed, network.layers()
    position = np.arange(network.n_nodes)  # of a node in its layer
    below, above = layer[network.sources], layer[network.targets]
    sizes = np.bincount(layer)
    layers = []
    for number in range(1, len(sizes)):
        nodes = first + np.flatnonzero(layer[first:] == number)
        nodes = nodes[np.argsort(network.codes[nodes - first], kind="stable")]
        position[nodes] = np.arange(len(nodes))
        codes, counts = np.unique(network.codes[nodes - first], return_counts=True)
        blocks = []
        for source in np.unique(below[above == number]).tolist():
            edges = np.flatnonzero((below == source) & (above == number))
            ends = position[network.sources[edges]], position[network.targets[edges]]
            blocks.append(_block(source, edges, *ends, int(sizes[source]), len(nodes)))
        layers.append(_Layer(blocks, [name_of(code) for code in codes], counts.tolist()))
    return layers, position[network.n_nodes - network.n_outputs :]


def _block(
    layer: int, edges: np.ndarray, sources: np.ndarray, targets: np.ndarray, width: int, height: int
) -> _Block:
    """The block of `(E,)` connections from a layer of `width` nodes into one of `height`."""
    read, columns = np.unique(sources, return_inverse=True)
    which = torch.as_tensor(edges)
    if len(edges) < _FEW_CONNECTIONS * len(read) * height:
        return _Block(layer, which, torch.as_tensor(sources), None, torch.as_tensor(targets))
    if len(read) < _FEW_NODES * width:
        place = torch.as_tensor(targets * len(read) + columns)
        return _Block(layer, which, torch.as_tensor(read), (height, len(read)), place)
    return _Block(layer, which, None, (height, width), torch.as_tensor(targets * width + sources))
