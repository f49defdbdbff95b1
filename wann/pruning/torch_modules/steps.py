"""What each node of a chain does to values: a linear layer, a scale and shift, an activation, or nothing."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional
from torch.nn.modules.dropout import _DropoutNd
from torch.nn.utils.parametrize import ParametrizationList

from wann.errors import PruningError
from wann.pruning.model.mlp import Mask
from wann.pruning.torch_modules.chain import WHO, Chain, is_batch_size, kind_of


@dataclass(frozen=True, eq=False)
class Masked:
    """Values, and the mask that they are multiplied by before they are used."""

    values: Tensor
    mask: Tensor


@dataclass(frozen=True, eq=False)
class Linear:
    """`(out, in)` weights and `(out,)` biases, or none; `owners` are ids of the parameters behind them."""

    where: str
    weight: Masked
    bias: Masked | None
    owners: set[int]


@dataclass(frozen=True, eq=False)
class Affine:
    """Values times scale plus shift, each one number or `(width,)`."""

    where: str
    scale: Tensor
    shift: Tensor


@dataclass(frozen=True)
class Activation:
    """A function of each value, by its name in `wann.activations`."""

    where: str
    name: str


@dataclass(frozen=True)
class Width:
    """Nothing but the claim that rows are so wide."""

    where: str
    width: int


Step = Linear | Affine | Activation | Width | None

_ACTIVATIONS: dict[Any, str] = {
    **dict.fromkeys(
        (nn.ReLU, torch.relu, torch.relu_, functional.relu, functional.relu_, "relu", "relu_"), "relu"
    ),
    **dict.fromkeys((nn.Tanh, torch.tanh, torch.tanh_, functional.tanh, "tanh", "tanh_"), "tanh"),
    **dict.fromkeys((nn.Sigmoid, torch.sigmoid, functional.sigmoid, torch.special.expit), "sigmoid"),
    **dict.fromkeys((torch.sigmoid_, "sigmoid", "sigmoid_"), "sigmoid"),
    **dict.fromkeys((torch.abs, torch.absolute, torch.abs_, operator.abs), "abs"),
    **dict.fromkeys(("abs", "abs_", "absolute", "absolute_"), "abs"),
    **dict.fromkeys((torch.square, torch.square_, "square", "square_"), "square"),
    **dict.fromkeys((torch.neg, torch.negative, torch.neg_, operator.neg), "negate"),
    **dict.fromkeys(("neg", "neg_", "negative", "negative_"), "negate"),
}
_IDLE = ("contiguous", "clone", "detach", operator.pos, torch.positive, torch.clone, torch.detach)
_ADDS = (operator.add, operator.iadd, torch.add, "add", "add_")
_TAKES = (operator.sub, operator.isub, torch.sub, torch.subtract, "sub", "sub_", "subtract", "subtract_")
_TIMES = (operator.mul, operator.imul, torch.mul, torch.multiply, "mul", "mul_", "multiply", "multiply_")
_OVER = (
    *(operator.truediv, operator.itruediv, torch.div, torch.divide, torch.true_divide),
    *("div", "div_", "divide", "divide_", "true_divide", "true_divide_"),
)
_POWERS = (operator.pow, torch.pow, "pow", "pow_")
_CLAMPS = (torch.clamp, torch.clip, torch.clamp_, "clamp", "clamp_", "clip", "clip_")
_CLAMPS_MIN = (torch.clamp_min, torch.clamp_min_, "clamp_min", "clamp_min_")
_DROPOUTS = (functional.dropout, functional.alpha_dropout, functional.feature_alpha_dropout)
_MATMULS = (operator.matmul, torch.matmul, "matmul", "mm", torch.mm)
_SOFTMAX = (nn.Softmax, nn.LogSoftmax, functional.softmax, functional.log_softmax, torch.softmax)
_SOFTMAX_TOO = (torch.log_softmax, "softmax", "log_softmax")


class Steps:
    """Reads the nodes of a chain."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        # what `torch.nn.utils.prune` has computed, and from what
        self._pruned = {
            id(getattr(part, name)): _parameter(part, name)
            for part in chain.root.modules()
            for name in ("weight", "bias")
            if hasattr(part, f"{name}_mask") and isinstance(getattr(part, name, None), Tensor)
        }

    def read(self, node: fx.Node) -> Step:
        """Return what a node does.

        Raises:
            PruningError: nothing that an MLP can hold.
        """
        if node.op == "call_module":
            return self._module(node, self.chain.module(node))
        for kinds, read in _READERS:
            if node.target in kinds:
                return read(self, node)
        raise self.refused(node)

    def refused(self, node: fx.Node, got: str = "") -> PruningError:
        """The error for a node that cannot be taken."""
        kind = kind_of(self.chain.module(node)) if node.op == "call_module" else node.target
        name = got or getattr(kind, "__name__", str(kind))
        expected = "nn.Linear, BatchNorm1d, relu, tanh, sigmoid, Flatten, or Dropout in evaluation mode"
        if kind in (*_SOFTMAX, *_SOFTMAX_TOO):
            expected = "the outputs before it, which have the same largest class; take it off"
        return PruningError(f"{WHO}: {self.chain.where(node)}: expected {expected}, got {name}")

    def _module(self, node: fx.Node, module: nn.Module) -> Step:
        kind, where = kind_of(module), self.chain.where(node)
        if kind is nn.Linear:
            bias = None if module.bias is None else _parameter(module, "bias")
            return Linear(where, _parameter(module, "weight"), bias, {id(p) for p in module.parameters()})
        if kind is nn.BatchNorm1d:
            return self._norm(node, module)
        if kind in _ACTIVATIONS:
            return Activation(where, _ACTIVATIONS[kind])
        idle = kind is nn.Identity or (kind is nn.Flatten and (module.start_dim, module.end_dim) == (1, -1))
        if isinstance(module, _DropoutNd):
            if module.training and module.p:
                raise self.refused(node, f"{kind.__name__} in training mode; call model.eval() first")
            idle = True
        if not idle:
            raise self.refused(node)
        return None

    def _norm(self, node: fx.Node, module: nn.Module) -> Step:
        assert isinstance(module, nn.BatchNorm1d)
        if module.training or module.running_mean is None or module.running_var is None:
            why = (
                "in training mode; call model.eval() first"
                if module.training
                else "without running statistics"
            )
            raise self.refused(node, f"BatchNorm1d {why}")
        return self._normed(
            node, module.running_mean, module.running_var, module.weight, module.bias, module.eps
        )

    def _norm_function(self, node: fx.Node) -> Step:
        names = ("input", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps")
        given = self._bound(node, names)
        if given.get("training", False):
            raise self.refused(
                node, "batch_norm in training mode (training=self.training, and model.eval(), stop it)"
            )
        mean, var, weight, bias = (self.chain.constant(given.get(name)) for name in names[1:5])
        return self._normed(node, mean, var, weight, bias, given.get("eps", 1e-5))

    def _normed(
        self,
        node: fx.Node,
        mean: Tensor,
        var: Tensor,
        weight: Tensor | None,
        bias: Tensor | None,
        eps: float,
    ) -> Step:
        scale = (var + eps).rsqrt()
        scale = scale if weight is None else scale * weight
        shift = -mean * scale
        return Affine(self.chain.where(node), scale, shift if bias is None else shift + bias)

    def _activation(self, node: fx.Node) -> Step:
        self._bound(node, ("input", "inplace"))
        return Activation(self.chain.where(node), _ACTIVATIONS[node.target])

    def _power(self, node: fx.Node) -> Step:
        if self._bound(node, ("input", "exponent")).get("exponent") != 2:
            raise self.refused(node, "another power than 2")
        return Activation(self.chain.where(node), "square")

    def _clamp(self, node: fx.Node) -> Step:
        given = self._bound(node, ("input", "min", "max"))
        if given.get("min") != 0 or given.get("max") is not None:
            raise self.refused(node, "other bounds than min=0")
        return Activation(self.chain.where(node), "relu")

    def _linear(self, node: fx.Node) -> Step:
        given = self._bound(node, ("input", "weight", "bias"))
        weight, bias = given["weight"], given.get("bias")
        if {weight, bias} & self.chain.data:
            raise self.refused(node, "weights that depend on the input")
        owners = self.chain.parameters(weight) | self.chain.parameters(bias)
        return Linear(
            self.chain.where(node), self._masked(weight), None if bias is None else self._masked(bias), owners
        )

    def _matmul(self, node: fx.Node) -> Step:
        values, weight = (*node.args, *node.kwargs.values())[:2]
        if weight in self.chain.data or values not in self.chain.data:
            raise self.refused(node)
        of = self._masked(weight)
        if of.values.ndim != 2:
            raise self.refused(node)
        turned = Masked(of.values.T, of.mask.T)
        return Linear(self.chain.where(node), turned, None, self.chain.parameters(weight))

    def _affine(self, node: fx.Node) -> Step:
        operands = (*node.args, *node.kwargs.values())
        if len(operands) != 2 or set(node.kwargs) - {"other", "input"}:
            raise self.refused(node)
        first = operands[0] in self.chain.data
        if first and operands[1] in self.chain.data:
            if node.target in _TIMES:
                return Activation(self.chain.where(node), "square")
            raise self.refused(node)
        number = torch.as_tensor(
            self.chain.constant(operands[1 if first else 0]), dtype=torch.float64
        ).detach()
        one, none = torch.ones(()).double(), torch.zeros(()).double()
        if node.target in _ADDS:
            scale, shift = one, number
        elif node.target in _TAKES:
            scale, shift = (one, -number) if first else (-one, number)
        elif node.target in _TIMES:
            scale, shift = number, none
        elif first:
            scale, shift = 1.0 / number, none
        else:
            raise self.refused(node)
        return Affine(self.chain.where(node), scale, shift)

    def _dropout(self, node: fx.Node) -> Step:
        given = self._bound(node, ("input", "p", "training", "inplace"))
        training = given.get("training", node.target is functional.dropout)
        if training and given.get("p", 0.5):
            name = getattr(node.target, "__name__", node.target)
            how = "training=self.training, and model.eval(), stop it"
            raise self.refused(node, f"{name} in training mode ({how})")
        return None

    def _flatten(self, node: fx.Node) -> Step:
        given = self._bound(node, ("input", "start_dim", "end_dim"))
        if (given.get("start_dim", 0), given.get("end_dim", -1)) != (1, -1):
            raise self.refused(node, "other dimensions than start_dim=1")
        return None

    def _reshape(self, node: fx.Node) -> Step:
        shape: Any = node.args[1:] or tuple(node.kwargs.values())
        shape = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
        batch = len(shape) == 2 and (is_batch_size(shape[0]) or shape[0] == -1)
        if not batch or type(shape[1]) is not int or shape[0] == shape[1]:
            raise self.refused(node, "another shape than (x.size(0), -1) or (-1, inputs)")
        return None if shape[1] == -1 else Width(self.chain.where(node), shape[1])

    def _nothing(self, node: fx.Node) -> Step:
        return None

    def _bound(self, node: fx.Node, names: tuple[str, ...]) -> dict[str, Any]:
        """A call's arguments by name."""
        given = {**dict(zip(names, node.args, strict=False)), **node.kwargs}
        if (
            len(node.args) > len(names)
            or set(given) - set(names)
            or given.get("input") not in self.chain.data
        ):
            raise self.refused(node)
        return given

    def _masked(self, value: Any) -> Masked:
        if isinstance(value, fx.Node) and value.op == "call_module" and not value.args:
            module = self.chain.module(value)
            if isinstance(module, ParametrizationList):
                return _parametrized(module)
        tensor = self.chain.constant(value)
        if not isinstance(tensor, Tensor):
            raise PruningError(f"{WHO}: expected a tensor of weights, got {tensor!r:.40}")
        return self._pruned.get(id(tensor)) or Masked(tensor, torch.ones_like(tensor))


def _parameter(module: nn.Module, name: str) -> Masked:
    """A module's weights or biases with the mask that `torch.nn.utils.prune`, or this package, gave them."""
    if hasattr(module, f"{name}_mask"):
        return Masked(getattr(module, f"{name}_orig"), getattr(module, f"{name}_mask"))
    lists = getattr(module, "parametrizations", {})
    if name in lists:
        return _parametrized(lists[name])
    values = getattr(module, name)
    return Masked(values, torch.ones_like(values))


def _parametrized(made: ParametrizationList) -> Masked:
    if len(made) == 1 and isinstance(made[0], Mask):
        return Masked(made.original, made[0].mask)  # type: ignore[arg-type]
    values = made()
    return Masked(values, torch.ones_like(values))


# targets of a node -> who reads it
_READERS: tuple[tuple[tuple[Any, ...], Any], ...] = (
    (tuple(_ACTIVATIONS), Steps._activation),
    ((functional.linear,), Steps._linear),
    (_MATMULS, Steps._matmul),
    ((*_ADDS, *_TAKES, *_TIMES, *_OVER), Steps._affine),
    (_POWERS, Steps._power),
    ((*_CLAMPS, *_CLAMPS_MIN), Steps._clamp),
    ((functional.batch_norm,), Steps._norm_function),
    (_DROPOUTS, Steps._dropout),
    ((torch.flatten, "flatten"), Steps._flatten),
    (("view", "reshape", torch.reshape), Steps._reshape),
    (_IDLE, Steps._nothing),
)
