"""ONNX: one model with a function for each activation; double or float inside. onnx is imported here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from wann.activations import ACTIVATIONS, CLAMP
from wann.errors import OutputError
from wann.export.formulas.formula import Definition, Expression, Operation, definitions, public_name
from wann.export.network_export import FLOAT, FLOAT_CLAMP, NetworkExport, to_single
from wann.export.pieces import to_pieces

if TYPE_CHECKING:
    import onnx

# Old enough for every runtime in use, new enough for functions and for float64 everywhere.
_OPSET, _IR_VERSION, _DOMAIN = 17, 8, "wann"
_OPERATORS = {
    "+": "Add",
    "-": "Sub",
    "*": "Mul",
    "/": "Div",
    ">": "Greater",
    ">=": "GreaterOrEqual",
    "negate": "Neg",
    "floor": "Floor",
    "min": "Min",
    "max": "Max",
    "abs": "Abs",
}


def write_onnx(export: NetworkExport, file: BinaryIO) -> None:
    """Write a network as an ONNX model.

    Raises:
        OutputError: onnx is not installed.
    """
    file.write(onnx_model(export).SerializeToString(deterministic=True))


def onnx_model(export: NetworkExport) -> onnx.ModelProto:
    """Return a network as a model: `observation (batch, n_inputs) -> output (batch, n_outputs)`.

    Its second input `weight`, the one that all connections share, may be left out; a network with a weight
    for each connection has none.

    Raises:
        OutputError: onnx is not installed.
    """
    try:
        import onnx
        from onnx import helper
    except ImportError as error:
        raise OutputError(
            f'-f onnx: needs the package onnx, which cannot be imported ({error}): pip install "wann[onnx]"'
        ) from error

    builder = _Builder(np.dtype(np.float32 if export.number == FLOAT else np.float64))
    graph = builder.graph(export)
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_DOMAIN, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="wann")
    pieces, _ = to_pieces(export.network)
    formulas = [ACTIVATIONS[name].formula for name in {piece.activation: None for piece in pieces}]
    model.functions.extend(map(builder.function, definitions(formulas)))
    model.doc_string = "\n".join(export.facts())
    onnx.checker.check_model(model)
    return model


class _Builder:
    """Makes the parts of a model that computes with numbers of one type."""

    def __init__(self, dtype: np.dtype) -> None:
        from onnx import helper

        self._dtype, self._type = dtype, helper.np_dtype_to_tensor_dtype(dtype)
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def graph(self, export: NetworkExport) -> onnx.GraphProto:
        """Return the graph of a network."""
        from onnx import helper

        plan = export.network
        limit = CLAMP if self._dtype == np.float64 else FLOAT_CLAMP
        low, high = self._constant("low", -limit), self._constant("high", limit)
        values = self._start()
        pieces, outputs = to_pieces(plan)
        for k, piece in enumerate(pieces):
            total = self._sum(f"piece_{k}", values, piece.sources, piece.connections, export.weights)
            clamped = self._node("Min", self._node("Max", total, low), high)
            name = public_name(ACTIVATIONS[piece.activation].formula)
            values = self._node("Concat", values, self._node(name, clamped, domain=_DOMAIN), axis=1)
        columns = self._indices("output_columns", outputs)
        self._nodes.append(helper.make_node("Gather", [values, columns], ["output"], axis=1))
        inputs = [helper.make_tensor_value_info("observation", self._type, ["batch", plan.n_inputs])]
        if export.weights is None:
            self._constant("weight", export.default_weight)
            inputs.append(helper.make_tensor_value_info("weight", self._type, []))
        output = helper.make_tensor_value_info("output", self._type, ["batch", plan.n_outputs])
        return helper.make_graph(self._nodes, export.identifier, inputs, [output], self._constants)

    def _start(self) -> str:
        """The columns before the first piece: 0, the bias, the inputs."""
        batch = self._node(
            "Gather", self._node("Shape", "observation"), self._indices("first", np.array([0]))
        )
        shape = self._node("Concat", batch, self._indices("two", np.array([2])), axis=0)
        constants = self._node("Expand", self._constant("zero_and_bias", [[0.0, 1.0]]), shape)
        return self._node("Concat", constants, "observation", axis=1)

    def _sum(
        self,
        name: str,
        values: str,
        sources: np.ndarray,
        connections: np.ndarray,
        weights: np.ndarray | None,
    ) -> str:
        """The weighted sums of a piece's nodes, connection by connection as in the reference."""
        total = ""
        for k, columns in enumerate(sources):
            term = self._node("Gather", values, self._indices(f"{name}_sources_{k}", columns), axis=1)
            if weights is not None:
                own = np.append(weights[0], 0.0)[connections[k]]
                term = self._node("Mul", self._constant(f"{name}_weights_{k}", own), term)
            total = self._node("Add", total, term) if total else term
        return total if weights is not None else self._node("Mul", total, "weight")

    def function(self, definition: Definition) -> onnx.FunctionProto:
        """Return a formula as a function of the model."""
        from onnx import helper

        self._nodes = []
        known = {definition.argument: "x"}
        for name, value in definition.assignments:
            known[name] = self._expression(value, known)
        self._node("Identity", self._expression(definition.result, known), output="y")
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_DOMAIN, 1)]
        return helper.make_function(_DOMAIN, definition.name, ["x"], ["y"], self._nodes, opsets)

    def _expression(self, value: Expression, known: dict[str, str]) -> str:
        match value:
            case str():
                return known[value]
            case Operation(name=name, operands=operands):
                inputs = [self._expression(operand, known) for operand in operands]
                if name == "call":
                    return self._node(value.called, *inputs, domain=_DOMAIN)
                result = self._node(_OPERATORS[name], *inputs)
                return self._node("Cast", result, to=self._type) if name in (">", ">=") else result
        from onnx import numpy_helper

        return self._node("Constant", value=numpy_helper.from_array(np.array(value, self._dtype)))

    def _node(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        from onnx import helper

        output = output or f"v{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def _constant(self, name: str, value: Any) -> str:
        array = np.array(value) if self._dtype == np.float64 else to_single(value)
        return self._initializer(name, array)

    def _indices(self, name: str, values: np.ndarray) -> str:
        return self._initializer(name, values.astype(np.int64))

    def _initializer(self, name: str, array: np.ndarray) -> str:
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(array, name))
        return name
