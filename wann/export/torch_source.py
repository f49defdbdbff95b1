"""torch: one Python file with an `nn.Module`, which needs torch and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import fill
from typing import BinaryIO

import numpy as np

from wann.activations import ACTIVATIONS, CLAMP
from wann.export.formulas.formula import definitions, public_name
from wann.export.formulas.languages import TORCH
from wann.export.network_export import FLOAT_CLAMP, NetworkExport
from wann.export.pieces import Piece, to_pieces


def write_torch(export: NetworkExport, file: BinaryIO) -> None:
    """Write a network as a Python file."""
    file.write(torch_source(export).encode())


def torch_source(export: NetworkExport) -> str:
    """Return a network as the text of a Python file."""
    pieces, outputs = to_pieces(export.network)
    names = {piece.activation: None for piece in pieces}
    formulas = [ACTIVATIONS[name].formula for name in names]
    functions = [TORCH.function(definition) for definition in definitions(formulas)]
    table = "".join(
        f'    "{name}": _{public_name(formula)},\n' for name, formula in zip(names, formulas, strict=True)
    )
    parts = [
        _head(export),
        *functions,
        f"_ACTIVATIONS = {{\n{table}}}\n",
        _tables(pieces, outputs),
        _weights(export),
        _module(export),
    ]
    return "\n\n".join(parts)


def _head(export: NetworkExport) -> str:
    facts = "\n".join(fill(line, 100, subsequent_indent="    ") for line in export.facts())
    return f'''\
"""{export.identifier}: a network as a torch module; this file needs torch and nothing else.

{facts}

    from {export.identifier} import Network
    network = Network()
    outputs = network(observations)  # (..., {export.network.n_inputs}) -> (..., {export.network.n_outputs})

It computes in double, with the bits of wann's own evaluation on the CPU; `Network().float()` in single.
"""

import torch
from torch import nn
'''


def _tables(pieces: Iterable[Piece], outputs: np.ndarray) -> str:
    rows = "".join(
        f'    (\n        "{piece.activation}",\n{_rows(piece.sources)}{_rows(piece.connections)}    ),\n'
        for piece in pieces
    )
    return f"""\
# Nodes that are computed at once: their activation; the columns whose values they add, the first of each
# node, then the second, ...; and the numbers of these connections. Column 0 is 0, 1 the bias, then come the
# inputs, then the nodes in this order.
_PIECES = [
{rows}]
_OUTPUTS = {_list(outputs, "")}
"""


def _rows(table: np.ndarray) -> str:
    rows = "".join(f"            {_list(row, '            ')},\n" for row in table)
    return f"        [\n{rows}        ],\n"


def _list(values: np.ndarray, indent: str) -> str:
    text = f"[{', '.join(map(repr, values.tolist()))}]"
    return fill(text, 110, initial_indent=indent, subsequent_indent=indent + " ").lstrip()


def _weights(export: NetworkExport) -> str:
    values = np.array([export.default_weight]) if export.weights is None else export.weights[0]
    what = (
        "The weight that all connections share"
        if export.weights is None
        else "One weight for each connection"
    )
    return f"# {what}.\n_WEIGHTS = {_list(values, '')}\n"


_INTRODUCTION = '''\
class Network(nn.Module):
    """The network; its weights are a parameter, `weights`, that can be trained."""

    def __init__(self):
        super().__init__()
        self.weights = nn.Parameter(torch.tensor(_WEIGHTS, dtype=torch.float64))
        self.register_buffer("start", torch.tensor([0.0, 1.0], dtype=torch.float64), persistent=False)
        for k, (_, sources, connections) in enumerate(_PIECES):
            self.register_buffer(f"sources_{k}", torch.tensor(sources), persistent=False)
            self.register_buffer(f"connections_{k}", torch.tensor(connections), persistent=False)
'''

_SHARED = '''
    def forward(self, observations, weight=None):
        """Return `(..., {outputs})` outputs of `(..., {inputs})` observations.

        `weight` is the one that all connections share: a number, or a tensor that broadcasts to `(..., 1)`;
        where it is None, the parameter `weights` is.
        """
        if weight is None:
            weight = self.weights
        observations = observations.to(self.start)
        limit = {clamp!r} if observations.dtype == torch.float64 else {float_clamp!r}
        values = torch.cat([self.start.expand(*observations.shape[:-1], 2), observations], -1)
        for k, (activation, _, _) in enumerate(_PIECES):
            total = 0.0
            for sources in getattr(self, f"sources_{{k}}"):
                total = total + values[..., sources]
            total = torch.clamp(total * weight, -limit, limit)
            values = torch.cat([values, _ACTIVATIONS[activation](total)], -1)
        return values[..., _OUTPUTS]
'''

_OWN = '''
    def forward(self, observations):
        """Return `(..., {outputs})` outputs of `(..., {inputs})` observations."""
        observations = observations.to(self.start)
        limit = {clamp!r} if observations.dtype == torch.float64 else {float_clamp!r}
        values = torch.cat([self.start.expand(*observations.shape[:-1], 2), observations], -1)
        weights = torch.cat([self.weights, self.start[:1]])
        for k, (activation, _, _) in enumerate(_PIECES):
            total = 0.0
            each = zip(getattr(self, f"sources_{{k}}"), getattr(self, f"connections_{{k}}"))
            for sources, connections in each:
                total = total + weights[connections] * values[..., sources]
            total = torch.clamp(total, -limit, limit)
            values = torch.cat([values, _ACTIVATIONS[activation](total)], -1)
        return values[..., _OUTPUTS]
'''


def _module(export: NetworkExport) -> str:
    forward = (_SHARED if export.weights is None else _OWN).format(
        inputs=export.network.n_inputs,
        outputs=export.network.n_outputs,
        clamp=CLAMP,
        float_clamp=FLOAT_CLAMP,
    )
    return _INTRODUCTION + forward
