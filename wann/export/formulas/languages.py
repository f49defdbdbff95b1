"""How each operation of a formula is written in other languages, side by side.

A language is a table of templates. They keep NumPy's bits: -0.0, and what is no number, come out alike
(`x < 0 ? -x : x` would leave the sign of -0.0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wann.export.formulas.formula import Definition, Expression, Operation

_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "negate": 3}


@dataclass(frozen=True)
class Language:
    """A language, as far as formulas need it.

    Attributes:
        operations: a template for each operation. `+ - * /` and `negate` are written as everywhere where they
            have none.
        head: the lines that begin a function, with `name` and `argument`; `tail` those that end it, if any.
        declare: a line that gives a new variable its value; `assign` one that gives it another.
        result: the line that returns a value.
        comment: a line of comment.
        call: how a formula is called.
        number: how a number is written.
    """

    operations: dict[str, str]
    head: str
    tail: str
    declare: str
    assign: str
    result: str
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
            case Operation(name=name) if name in self.operations:
                return self.operations[name].format(*map(self.expression, value.operands))
            case Operation():
                return self._arithmetic(value)
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
    tail="}",
    declare="  let {name} = {value};",
    assign="  {name} = {value};",
    result="  return {value};",
    comment="// {}",
)

# |x| is written so that its derivative at 0 is that of the sign which formulas multiply it by: -1.
TORCH = Language(
    operations={
        ">": "({0} > {1}).to({0})",
        ">=": "({0} >= {1}).to({0})",
        "floor": "torch.floor({0})",
        "min": "torch.clamp({0}, max={1})",
        "max": "torch.clamp({0}, min={1})",
        "abs": "(torch.where({0} > 0, {0}, -{0}) + 0.0)",
    },
    head="def _{name}({argument}):",
    tail="",
    declare="    {name} = {value}",
    assign="    {name} = {value}",
    result="    return {value}",
    comment="# {}",
    call="_{name}({0})",
)
