"""The formulas as data: their own Python source, read once, for whoever writes it down in another language.

Formulas are straight lines of + - * /, comparisons, floor, min, max, abs and calls of one another, so each
version in another language is made of the one that NumPy evaluates, and none can drift from it.
"""

from __future__ import annotations

import ast
import inspect
import operator
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from types import FunctionType
from typing import Any

from wann.errors import OutputError

# What a formula may call of NumPy, and the operation that it is here.
_NUMPY = {"floor": "floor", "minimum": "min", "maximum": "max", "abs": "abs", "float32": "single"}
_BINARY: dict[type, tuple[str, Callable[[float, float], float]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
}
_COMPARISONS: dict[type, str] = {ast.Gt: ">", ast.GtE: ">="}


@dataclass(frozen=True)
class Operation:
    """An operation: `+ - * / > >= negate floor min max abs single`, or `call` of the formula `called`.

    A comparison gives 1 or 0. An operand is an operation, the name of a variable, or a number.
    """

    name: str
    operands: tuple[Expression, ...]
    called: str = ""


Expression = Operation | str | float


@dataclass(frozen=True)
class Definition:
    """A formula of one argument.

    Attributes:
        name: its Python name without underscores in front.
        argument: the name of what it is a function of.
        assignments: `(variable, value)` in their order; a variable, or the argument, may be assigned again.
        result: what it returns.
        summary: the first line of its docstring, or an empty string.
    """

    name: str
    argument: str
    assignments: tuple[tuple[str, Expression], ...]
    result: Expression
    summary: str = ""


def definitions(formulas: Iterable[Callable[[Any], Any]]) -> list[Definition]:
    """Return formulas and all those that they call, each once, callees before their callers."""
    found: dict[str, Definition] = {}

    def add(formula: FunctionType) -> None:
        names = formula.__code__.co_names
        called = [formula.__globals__.get(name) for name in names]
        for inner in called:
            if inspect.isfunction(inner):
                add(inner)
        found.setdefault(public_name(formula), read(formula))

    for formula in formulas:
        assert isinstance(formula, FunctionType)
        add(formula)
    return list(found.values())


def public_name(formula: Callable[..., Any]) -> str:
    """Return the name under which a formula appears in other languages."""
    return formula.__name__.lstrip("_")  # type: ignore[attr-defined]


@cache
def read(formula: FunctionType) -> Definition:
    """Read a formula's source.

    Raises:
        OutputError: it is not of the form that formulas have.
    """
    function = ast.parse(textwrap.dedent(inspect.getsource(formula))).body[0]
    assert isinstance(function, ast.FunctionDef)
    *body, last = [s for s in function.body if not _is_docstring(s)]
    reader = _Reader(formula)
    assignments = []
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                assignments.append((name, reader.expression(value)))
                reader.known.add(name)
            case _:
                raise reader.strange(statement)
    if not isinstance(last, ast.Return) or last.value is None:
        raise reader.strange(last)
    summary = (inspect.getdoc(formula) or "").partition("\n")[0]
    return Definition(
        public_name(formula),
        function.args.args[0].arg,
        tuple(assignments),
        reader.expression(last.value),
        summary,
    )


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


class _Reader:
    """Reads the expressions of one formula; what is made of numbers alone becomes a number."""

    def __init__(self, formula: FunctionType) -> None:
        self._name, self._globals = formula.__name__, formula.__globals__
        self.known = set(inspect.signature(formula).parameters)

    def expression(self, node: ast.AST) -> Expression:
        match node:
            case ast.Constant(value=int() | float() as value):
                return float(value)
            case ast.Name(id=name) if name in self.known:
                return name
            case ast.Name(id=name) if isinstance(self._globals.get(name), int | float):
                return float(self._globals[name])
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self.expression(operand)
                return -value if isinstance(value, float) else Operation("negate", (value,))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return self._binary(type(op), self.expression(left), self.expression(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
                return Operation(_COMPARISONS[type(op)], (self.expression(left), self.expression(right)))
            case ast.Call(func=function, args=arguments):
                return self._call(function, tuple(map(self.expression, arguments)), node)
        raise self.strange(node)

    def _binary(self, kind: type, left: Expression, right: Expression) -> Expression:
        name, compute = _BINARY[kind]
        if isinstance(left, float) and isinstance(right, float):
            return compute(left, right)
        return Operation(name, (left, right))

    def _call(self, function: ast.AST, operands: tuple[Expression, ...], node: ast.AST) -> Expression:
        match function:
            case ast.Attribute(value=ast.Name(id="np"), attr="float64"):
                return operands[0]
            case ast.Attribute(value=ast.Name(id="np"), attr=name) if name in _NUMPY:
                return Operation(_NUMPY[name], operands)
            case ast.Name(id=name) if inspect.isfunction(self._globals.get(name)):
                return Operation("call", operands, public_name(self._globals[name]))
        raise self.strange(node)

    def strange(self, node: ast.AST) -> OutputError:
        return OutputError(
            f"formula {self._name}: cannot be written in another language: {ast.unparse(node)!r}; expected "
            f"+ - * / > >= and np.{', np.'.join(_NUMPY)}"
        )
