"""Calls that change their argument, read as calls whose result is used from then on."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Any

from torch import fx, nn

OPERATORS = {"__iadd__": operator.iadd, "__isub__": operator.isub, "__imul__": operator.imul}
OPERATORS["__itruediv__"] = operator.itruediv


class InPlaceProxy(fx.Proxy):
    """A value of a trace for which `h += 1` is a call that changes h; to torch.fx it is `h = h + 1`."""

    def _record(self, function: Callable[..., Any], other: Any) -> fx.Proxy:
        return self.tracer.create_proxy("call_function", function, (self, other), {})


def _recorder(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: self._record(function, other)


for _name, _function in OPERATORS.items():
    setattr(InPlaceProxy, _name, _recorder(_function))


def use_results(graph: fx.Graph, module: Callable[[fx.Node], nn.Module]) -> list[fx.Node]:
    """Let what comes after a call that changes its argument use the call's result; return such calls.

    What shares memory with the argument, as a view of it does, is left as it is.
    """
    place = {node: number for number, node in enumerate(graph.nodes)}
    found = []
    for node in graph.nodes:
        changed = _changed(node, module)
        if isinstance(changed, fx.Node):
            found.append(node)
            changed.replace_all_uses_with(node, lambda user, now=place[node]: place[user] > now)
    return found


def _changed(node: fx.Node, module: Callable[[fx.Node], nn.Module]) -> Any:
    """The argument that a call changes, or None."""
    if not node.op.startswith("call_"):
        return None
    if "out" in node.kwargs:
        return node.kwargs["out"]
    first = node.args[0] if node.args else node.kwargs.get("input")
    if node.op == "call_module":
        return first if getattr(module(node), "inplace", False) is True else None
    name = str(getattr(node.target, "__name__", node.target))
    by_name = name.endswith("_") and not name.endswith("__")
    return first if by_name or node.target in OPERATORS.values() or _asked(node) else None


def _asked(node: fx.Node) -> bool:
    """Whether a function is called with `inplace=True`, or so by position."""
    if node.op != "call_function":
        return False
    try:
        given = inspect.signature(node.target).bind(*node.args, **node.kwargs)  # type: ignore[arg-type]
    except (TypeError, ValueError):  # C code has no signature, nor has it the argument
        return False
    return given.arguments.get("inplace") is True
