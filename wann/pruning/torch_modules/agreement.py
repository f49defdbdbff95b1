"""Whether two modules compute the same, looked at on random inputs."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from wann.errors import PruningError
from wann.pruning.torch_modules.copying import first_line

_SCALES = (0.0, 1e-3, 0.1, 1.0, 10.0, 1e3, 1e6)
_ROWS = 32
_TOLERANCE = 1e-9


def check_agreement(theirs: nn.Module, ours: nn.Module, n_inputs: int, who: str, suspects: str = "") -> None:
    """Compare the outputs of two float64 modules, as they are and in evaluation mode.

    Inputs are 0, and normal, positive and negative ones of sizes from 1e-3 to 1e6. Outputs may differ by 1e-9
    of the largest of their batch, as sums add in another order. `suspects` is said where they differ more.

    Raises:
        PruningError: they differ, or one cannot be computed.
    """
    for training in (theirs.training, False):
        theirs.train(training)
        ours.train(training)
        worst, scale = max(_differences(theirs, ours, n_inputs, who))
        if not worst <= _TOLERANCE:
            mode = "as the module is" if training else "in evaluation mode"
            raise PruningError(
                f"{who}: outputs {mode} differ by up to {worst:.3g} of the largest, on inputs of size "
                f"{scale:g}; expected the same{_hint(theirs)}{suspects}"
            )


def outputs_of(model: nn.Module, inputs: Tensor, who: str) -> Tensor:
    """Return outputs, without a trace in torch's random state.

    Raises:
        PruningError: the module fails, or returns something else than rows of numbers.
    """
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            found = model(inputs.clone())
    except Exception as error:
        shape = tuple(inputs.shape)
        raise PruningError(
            f"{who}: the module fails on inputs of shape {shape} ({first_line(error)})"
        ) from error
    if not isinstance(found, Tensor) or found.ndim != 2 or len(found) != len(inputs):
        got = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
        raise PruningError(f"{who}: expected outputs of shape ({len(inputs)}, classes), got {got}")
    return found


def _differences(theirs: nn.Module, ours: nn.Module, n_inputs: int, who: str) -> list[tuple[float, float]]:
    """The largest difference on each scale, as a share of the largest output there."""
    draws = torch.Generator().manual_seed(0)
    found = []
    for scale in _SCALES:
        normal = torch.randn(_ROWS, n_inputs, generator=draws, dtype=torch.float64)
        inputs = scale * torch.cat([normal, normal.abs(), -normal.abs()])
        one, other = (outputs_of(model, inputs, who) for model in (theirs, ours))
        if one.shape != other.shape:
            raise PruningError(
                f"{who}: expected outputs of shape {tuple(other.shape)}, got {tuple(one.shape)}"
            )
        gap, largest = (one - other).abs().max().item(), one.abs().max().item()
        # no number beats every number
        share = gap / largest if largest else gap
        found.append((share if share == share else float("inf"), scale))
    return found


def _hint(model: nn.Module) -> str:
    """The modules whose hooks or replaced `forward` no reading of the code can see."""
    hooked = [
        name or "the module itself"
        for name, part in model.named_modules()
        if part._forward_hooks or part._forward_pre_hooks or "forward" in vars(part)
    ]
    return f"; hooks or a replaced forward: {', '.join(hooked)}" if hooked else ""
