"""How each operation of a formula is written in other languages, side by side.

A language is a table of templates. The templates keep the bits: -0.0, and what is no number, come out as NumPy
has them (`x < 0 ? -x : x` would leave the sign of -0.0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wann.export.formula import Definition, Expression, Operation

_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "negate": 3}


@dataclass(frozen=True)
class Language:
    """A language, as far as formulas need it.

    Attributes:
        operations: a template for each operation but `+ - * /` and `negate`, which all languages write alike.
        number: how a number is written.
        head: the line that begins a function, with `name` and `argument`.
        declare: a line that gives a new variable its value; `assign`: one that gives it another.
        result: the line that returns a value.
        tail: the line that ends a function, if any.
        comment: a line of comment.
        call: how a formula is called.
    """

    operations: dict[str, str]
    head: str
    declare: str
    assign: str
    result: str
    tail: str
    comment: str
    call: str = "{name}({0})"
    number: Callable[[float], str] = repr

    def expression(self, value: Expression) -> str:
        """Return an expression's text."""
        match value:
            case str():
                return value
            case Operation(name="call", called=name):
                return self.call.format(*map(self.expression, value.operands), name=name)
            case Operation(name=name) if name in _STRENGTH:
                return self._arithmetic(value)
            case Operation():
                return self.operations[value.name].format(*map(self.expression, value.operands))
        return self.number(value)

    def _arithmetic(self, value: Operation) -> str:
        """Text of `+ - * /` and `negate`, with the parentheses that keep their order."""
        own, texts = _STRENGTH[value.name], []
        for position, operand in enumerate(value.operands):
            inner = _STRENGTH.get(operand.name, 9) if isinstance(operand, Operation) else 9
            weak = inner < own or (inner == own and position == 1)
            text = self.expression(operand)
            texts.append(f"({text})" if weak else text)
        return f"-{texts[0]}" if value.name == "negate" else f" {value.name} ".join(texts)

    def lines(self, definition: Definition) -> Iterator[str]:
        """Yield the lines of a formula as a function."""
        if definition.summary:
            yield self.comment.format(definition.summary)
        yield self.head.format(name=definition.name, argument=definition.argument)
        known = {definition.argument}
        for name, value in definition.assignments:
            template = self.assign if name in known else self.declare
            yield template.format(name=name, value=self.expression(value))
            known.add(name)
        yield self.result.format(value=self.expression(definition.result))
        if self.tail:
            yield self.tail

    def function(self, definition: Definition) -> str:
        """Return a formula as a function."""
        return "\n".join(self.lines(definition)) + "\n"


JAVASCRIPT = Language(
    operations={
        ">": "Number({0} > {1})",
        ">=": "Number({0} >= {1})",
        "floor": "Math.floor({0})",
        "min": "Math.min({0}, {1})",
        "max": "Math.max({0}, {1})",
        "abs": "Math.abs({0})",
        "single": "Math.fround({0})",
    },
    head="function {name}({argument}) {{",
    declare="  let {name} = {value};",
    assign="  {name} = {value};",
    result="  return {value};",
    tail="}",
    comment="// {}",
)
