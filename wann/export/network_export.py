"""What every format is written from: a network with all that is known of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from wann.network.network import Network
from wann.network.order import check_connection_weights

# The numbers that a format may compute with.
DOUBLE, FLOAT, FIXED = "double", "float", "fixed"

# What sums and weights are clamped at in single precision, where wann's own limit would be infinite. Squares
# of it, and sums of hundreds of squares, are finite yet.
FLOAT_CLAMP = 1e18


def to_single(values: ArrayLike) -> np.ndarray:
    """Return numbers as float32, none beyond `FLOAT_CLAMP`."""
    return np.clip(values, -FLOAT_CLAMP, FLOAT_CLAMP).astype(np.float32)


@dataclass(frozen=True, eq=False)
class NetworkExport:
    """A network to write.

    Attributes:
        network: the plan.
        input_names, output_names: `n_inputs` and `n_outputs` names, for people.
        weights: `(1, C)` weights in the network's connection order, or None where all share one.
        shared_weight: the weight that the network is known to do well with, or None.
        task: the environment or data set it is for, or None.
        name: what functions, classes and the graph are named after.
        provenance: where it comes from, as in its file.
        number: what the written file computes with: double, float or fixed.
        image: (height, width) where the inputs are an image.
        scale: in words, what is done to inputs before the network gets them; None = nothing.

    Raises:
        GenomeError: the weights are in a genome's order, or not as many as the connections.
    """

    network: Network
    input_names: Sequence[str]
    output_names: Sequence[str]
    weights: np.ndarray | None = None
    shared_weight: float | None = None
    task: str | None = None
    name: str = "network"
    provenance: dict[str, Any] = field(default_factory=dict)
    number: str = DOUBLE
    image: tuple[int, int] | None = None
    scale: str | None = None

    def __post_init__(self) -> None:
        check_connection_weights(self.network, self.weights, self.name)

    @property
    def identifier(self) -> str:
        """The name as an identifier of C and Python: letters, digits and underscores."""
        name = re.sub(r"[^0-9A-Za-z]+", "_", self.name).strip("_")
        return name if name and not name[0].isdigit() else f"network_{name}".rstrip("_")

    @property
    def default_weight(self) -> float:
        """The shared weight where the file is given none: the best known one, or 1."""
        return 1.0 if self.shared_weight is None else self.shared_weight

    def facts(self) -> list[str]:
        """Return lines that say what the network is, in plain ASCII that ends no comment and no string."""
        plan = self.network
        lines = [f"Written by: wann {version('wann')}, wann export"]
        if self.task is not None:
            lines.append(f"Task: {self.task}")
        hidden = len(plan.codes) - plan.n_outputs
        lines.append(f"Size: connections {plan.n_connections}, hidden nodes {hidden}")
        if self.weights is not None:
            lines.append("Weights: one for each connection")
        elif self.shared_weight is not None:
            lines.append(
                f"Weights: one that all connections share; {self.shared_weight!r} is known to do well"
            )
        else:
            lines.append("Weights: one that all connections share")
        for title, names in (("Inputs", self.input_names), ("Outputs", self.output_names)):
            known = [f"{k} {name}" for k, name in enumerate(names[:_MOST_NAMES])]
            more = [f"and {len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES else []
            lines.append(f"{title}: {', '.join(known + more)}")
        if self.scale is not None:
            lines.append(f"Scale: {self.scale}")
        origin = [f"{k} {v}" for k, v in self.provenance.items() if isinstance(v, str | int | float)]
        if origin:
            lines.append(f"Origin: {', '.join(origin)}")
        return [_harmless(line) for line in lines]


_MOST_NAMES = 16


def _harmless(text: str) -> str:
    # no quote, backslash, star or question mark: no string or comment ends there, no trigraph begins
    return re.sub(r"[^ !#-&(-),-.:-<=>@-\[\]^_`{|}~0-9A-Za-z+/]", "_", text)
