"""What a module computes, as the chain of nodes from its input to its output (`torch.fx`)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from torch import Tensor, fx, nn
from torch.fx.node import map_arg
from torch.nn.utils import parametrize

from wann.errors import PruningError
from wann.pruning.torch_modules.in_place import InPlaceProxy, use_results
from wann.pruning.torch_modules.tracing_error import line_of, reason

WHO = "from_torch_prune"
_SIZES = ("size", "dim", "numel", "shape", "ndim")


class _Tracer(fx.Tracer):
    """Looks into whatever is not one of torch's own modules; a parametrized one is what it was before."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        if isinstance(m, nn.Sequential):
            return False
        kind = parametrize.type_before_parametrizations(m)
        return kind.__module__.startswith(("torch.nn.", "torch.ao.nn."))

    def proxy(self, node: fx.Node) -> fx.Proxy:
        return InPlaceProxy(node, self)


class Chain:
    """A traced module.

    Attributes:
        root: the module.
        nodes: what is computed one after the other, from the input to the output.
        data: every node whose values depend on the input; sizes are none.
        in_place: every call that changes its argument.
    """

    def __init__(self, root: nn.Module) -> None:
        self.root = root
        tracer = _Tracer()
        try:
            graph = tracer.trace(root, _defaults(root))
        except Exception as error:
            raise PruningError(
                f"{WHO}: {type(root).__name__}.forward: expected layers one after the other, but it cannot "
                f"be traced{line_of(error)} ({reason(error)})"
            ) from error
        self.in_place = use_results(graph, self.module)
        self.data = _data(graph)
        self.nodes = self._walk(next(node for node in graph.nodes if node.op == "output"))

    def module(self, node: fx.Node) -> nn.Module:
        """The module that a node calls."""
        return self.root.get_submodule(str(node.target))

    def where(self, node: fx.Node) -> str:
        """What a node is, for people."""
        if node.op == "call_module":
            return f"module '{node.target}' ({kind_of(self.module(node)).__name__})"
        if node.op == "call_method":
            return f"method .{node.target}() (node '{node.name}')"
        if node.target is getattr:
            return f"attribute .{node.args[1]} (node '{node.name}')"
        return f"function {getattr(node.target, '__name__', node.target)} (node '{node.name}')"

    def constant(self, value: Any) -> Any:
        """What an argument is that does not depend on the input."""
        if not isinstance(value, fx.Node):
            return value
        if value.op == "get_attr":
            return _attribute(self.root, str(value.target))
        arguments = map_arg(value.args, self.constant)
        more = map_arg(value.kwargs, self.constant)
        if value.op == "call_module":
            return self.module(value)(*arguments, **more)
        if value.op == "call_method":
            return getattr(arguments[0], str(value.target))(*arguments[1:], **more)
        assert isinstance(value.target, Callable)
        return value.target(*arguments, **more)

    def parameters(self, value: Any) -> set[int]:
        """The ids of the tensors that an argument is made of."""
        if not isinstance(value, fx.Node):
            return set()
        if value.op == "get_attr":
            return {id(_attribute(self.root, str(value.target)))}
        own = {id(p) for p in self.module(value).parameters()} if value.op == "call_module" else set()
        return own.union(
            *(self.parameters(source) for source in value.all_input_nodes if source not in self.data)
        )

    def _walk(self, output: fx.Node) -> list[fx.Node]:
        node, nodes = output.args[0], []
        if not isinstance(node, fx.Node):
            raise PruningError(f"{WHO}: expected one tensor as the output, got a {type(node).__name__}")
        while node.op != "placeholder":
            sources = [source for source in node.all_input_nodes if source in self.data]
            if len(sources) != 1:
                names = (
                    ", ".join(f"'{source.name}'" for source in sources) or "nothing that depends on the input"
                )
                raise PruningError(
                    f"{WHO}: {self.where(node)}: expected layers one after the other, got one that takes "
                    f"{names}"
                )
            nodes.append(node)
            node = sources[0]
        if str(node.target).startswith("*"):
            raise PruningError(f"{WHO}: forward: expected one input with a name, got {node.target}")
        return nodes[::-1]


def kind_of(module: nn.Module) -> type[nn.Module]:
    """A module's class before anything was parametrized."""
    return parametrize.type_before_parametrizations(module)


def _defaults(root: nn.Module) -> dict[str, Any]:
    """The arguments of `forward` that nobody has to give."""
    known = inspect.signature(root.forward).parameters.values()
    return {one.name: one.default for one in known if one.default is not one.empty}


def _data(graph: fx.Graph) -> set[fx.Node]:
    found, sizes = set(), set()
    for node in graph.nodes:
        sources = [source for source in node.all_input_nodes if source in found or source in sizes]
        name = node.args[1] if node.target is getattr and node.op == "call_function" else node.target
        if node.op == "placeholder":
            found.add(node)
        elif sources and (name in _SIZES or all(source in sizes for source in sources)):
            sizes.add(node)
        elif sources:
            found.add(node)
    return found


def _attribute(root: nn.Module, path: str) -> Tensor:
    value: Any = root
    for name in path.split("."):
        value = getattr(value, name)
    return value


def is_batch_size(node: Any) -> bool:
    """Whether a node is `x.size(0)` or `x.shape[0]`."""
    if not isinstance(node, fx.Node):
        return False
    if node.op == "call_method" and node.target == "size":
        return node.args[1:] == (0,)
    if getattr(node.target, "__name__", "") != "getitem" or node.args[1] != 0:
        return False
    origin = node.args[0]
    return isinstance(origin, fx.Node) and (origin.target == "size" or origin.args[1:] == ("shape",))
