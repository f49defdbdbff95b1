"""A compiled task's step as JavaScript, made of the very function that NumPy and the kernels evaluate."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType

from wann.errors import OutputError
from wann.export.formulas.formula import Expression, Operation, _is_docstring, _Reader, public_name
from wann.export.formulas.languages import JAVASCRIPT, Language
from wann.tasks.compiled.dynamics import Dynamics

_COMPARISONS: dict[type, str] = {ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!="}
_BITS: dict[type, str] = {ast.BitOr: "|", ast.BitAnd: "&"}


def step_script(dynamics: Dynamics) -> str:
    """Return an expression whose value is the step: `advance(...state, action)` gives an array.

    It holds the new state, the reward and 1 where the episode ends, as `Dynamics.advance` does. The functions
    of `wann.export.formulas.javascript` must be in reach.

    Raises:
        OutputError: the step is not made of what can be written in JavaScript.
    """
    functions = list(_functions(dynamics.advance))
    body = "\n".join(textwrap.indent(text, "  ") for text in functions)
    return f"(() => {{\n{body}\n  return {public_name(dynamics.advance)};\n}})()"


def observed(dynamics: Dynamics) -> list[int]:
    """Return which parts of the state the observation shows, in its order; each is rounded to a float32.

    Raises:
        OutputError: the observation is not made of parts of the state alone.
    """
    state = tuple(float(k + 1) for k in range(dynamics.n_state))
    shown = [float(value) for value in dynamics.observe(state)]
    if not set(shown) <= set(state):
        raise OutputError("the observation is computed from the state, which a page cannot do")
    return [int(value) - 1 for value in shown]


@dataclass(frozen=True)
class _Script(Language):
    """JavaScript with functions of several arguments and results."""

    def expression(self, value: Expression) -> str:
        if isinstance(value, Operation) and value.name == "call":
            return f"{value.called}({', '.join(map(self.expression, value.operands))})"
        return super().expression(value)


_JAVASCRIPT = _Script(
    **{
        **vars(JAVASCRIPT),
        "operations": JAVASCRIPT.operations
        | {
            "<": "Number({0} < {1})",
            "<=": "Number({0} <= {1})",
            "==": "Number({0} === {1})",
            "!=": "Number({0} !== {1})",
            "|": "({0} | {1})",
            "&": "({0} & {1})",
        },
    }
)


class _StepReader(_Reader):
    """Reads what steps have beside formulas: more comparisons, `|`, `&`, and Python's own `abs`."""

    def expression(self, node: ast.AST) -> Expression:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
                return Operation(_COMPARISONS[type(op)], (self.expression(left), self.expression(right)))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BITS:
                return Operation(_BITS[type(op)], (self.expression(left), self.expression(right)))
            case ast.Call(func=ast.Name(id="abs"), args=[operand]):
                return Operation("abs", (self.expression(operand),))
        return super().expression(node)


def _functions(function: FunctionType) -> Iterator[str]:
    """Yield the text of a function's own helpers, then its own."""
    for name in function.__code__.co_names:
        called = function.__globals__.get(name)
        if inspect.isfunction(called) and called.__module__ == function.__module__:
            yield from _functions(called)
    yield _text(function)


def _text(function: FunctionType) -> str:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    reader = _StepReader(function)
    arguments = [argument.arg for argument in tree.args.args]
    lines = [f"function {public_name(function)}({', '.join(arguments)}) {{"]
    for statement in tree.body:
        if not _is_docstring(statement):
            lines.append(f"  {_statement(statement, reader)};")
    return "\n".join([*lines, "}"])


def _statement(statement: ast.stmt, reader: _StepReader) -> str:
    write = _JAVASCRIPT.expression
    match statement:
        case ast.Return(value=ast.Tuple(elts=values)):
            return f"return [{', '.join(write(reader.expression(value)) for value in values)}]"
        case ast.Return(value=value) if value is not None:
            return f"return {write(reader.expression(value))}"
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return _assignment([name], write(reader.expression(value)), reader)
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
            texts = ", ".join(write(reader.expression(value)) for value in values)
            return _assignment([ast.unparse(target) for target in targets], f"[{texts}]", reader)
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=value):
            names = [ast.unparse(target) for target in targets]
            return _assignment(names, write(reader.expression(value)), reader)
    raise reader.strange(statement)


def _assignment(names: list[str], value: str, reader: _StepReader) -> str:
    """An assignment to one name or several; `var` may name what is known already."""
    reader.known |= set(names)
    target = names[0] if len(names) == 1 and not value.startswith("[") else f"[{', '.join(names)}]"
    return f"var {target} = {value}"
