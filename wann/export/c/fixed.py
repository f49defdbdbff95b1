"""C with whole numbers: Q16.16 in int32_t, which saturates, and Q28 in int64_t inside decay and sin_pi.

A polynomial that is squared six times, as decay is, would lose most of sixteen binary digits; with
twenty-eight the result is right to half a unit of Q16.16 and a bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from wann.export.c.floating import Numbers
from wann.export.formulas.formula import Expression, Operation
from wann.export.formulas.languages import Language

ONE, FINE_ONE = 1 << 16, 1 << 28
_MOST = (1 << 31) - 1


def to_fixed(value: float) -> int:
    """Return the Q16.16 number nearest to a value, saturated at +-32768."""
    return max(-_MOST, min(_MOST, round(value * ONE)))


def _number(value: float) -> str:
    return f"{to_fixed(value)} /* {value:.9g} */"


def _fine_number(value: float) -> str:
    return f"{round(value * FINE_ONE)} /* {value:.9g} */"


COARSE = Language(
    operations={
        "+": "add({0}, {1})",
        "-": "subtract({0}, {1})",
        "*": "multiply({0}, {1})",
        "/": "divide({0}, {1})",
        "negate": "subtract(0, {0})",
        ">": "({0} > {1} ? ONE : 0)",
        "abs": "({0} < 0 ? subtract(0, {0}) : {0})",
    },
    head="static int32_t wann_{name}(int32_t {argument})\n{{",
    tail="}",
    declare="    int32_t {name} = {value};",
    assign="    {name} = {value};",
    result="    return {value};",
    comment="/* {} */",
    call="wann_{name}({0})",
    number=_number,
)


@dataclass(frozen=True)
class _Fine(Language):
    """Q28: a factor that is a power of two shifts, so that large numbers do not overflow."""

    def expression(self, value: Expression) -> str:
        if isinstance(value, Operation) and value.name == "*":
            for factor, other in (value.operands, value.operands[::-1]):
                if isinstance(factor, float) and abs(math.frexp(factor)[0]) == 0.5:
                    by = f"* {factor:.0f}" if abs(factor) >= 1 else f"/ {1 / factor:.0f}"
                    return f"({self.expression(other)} {by})"
        return super().expression(value)


FINE = _Fine(
    operations={
        "*": "fine_multiply({0}, {1})",
        "floor": "fine_floor({0})",
        "min": "({0} < {1} ? {0} : {1})",
    },
    head="static int32_t wann_{name}(int32_t coarse)\n{{\n    int64_t {argument} = (int64_t)coarse * 4096;",
    tail="}",
    declare="    int64_t {name} = {value};",
    assign="    {name} = {value};",
    result="    return from_fine({value});",
    comment="/* {} */",
    number=_fine_number,
)

# These formulas are computed in Q28.
FINE_FORMULAS = ("decay", "sin_pi")

_FUNCTIONS = (
    (
        "saturate",
        """\
static int32_t saturate(int64_t x)
{
    return x > 2147483647 ? 2147483647 : x < -2147483647 ? -2147483647 : (int32_t)x;
}
""",
    ),
    (
        "wide_product",
        """\
/* Rounded, not saturated. */
static int64_t wide_product(int32_t x, int32_t y)
{
    int64_t product = (int64_t)x * y;
    return (product + (product < 0 ? -32768 : 32768)) / ONE;
}
""",
    ),
    (
        "add",
        "static int32_t add(int32_t x, int32_t y)\n{\n    return saturate((int64_t)x + y);\n}\n",
    ),
    (
        "subtract",
        "static int32_t subtract(int32_t x, int32_t y)\n{\n    return saturate((int64_t)x - y);\n}\n",
    ),
    (
        "multiply",
        "static int32_t multiply(int32_t x, int32_t y)\n{\n    return saturate(wide_product(x, y));\n}\n",
    ),
    (
        "divide",
        """\
/* y > 0, and the quotient is small: formulas divide by 1 to 2 only. */
static int32_t divide(int32_t x, int32_t y)
{
    int64_t twice = (int64_t)x * (2 * ONE) / y;
    return saturate((twice + (twice < 0 ? -1 : 1)) / 2);
}
""",
    ),
    (
        "fine_multiply",
        """\
static int64_t fine_multiply(int64_t x, int64_t y)
{
    int64_t product = x * y;
    return (product + (product < 0 ? -134217728 : 134217728)) / 268435456;
}
""",
    ),
    (
        "fine_floor",
        """\
static int64_t fine_floor(int64_t x)
{
    return x - (int64_t)((uint64_t)x & 268435455);
}
""",
    ),
    (
        "from_fine",
        """\
static int32_t from_fine(int64_t x)
{
    return (int32_t)((x + (x < 0 ? -2048 : 2048)) / 4096);
}
""",
    ),
)

FIXED = Numbers(
    type="int32_t",
    sum_type="int64_t",
    size=4,
    language=COARSE,
    functions=_FUNCTIONS,
    zero="0",
    one="65536",
    add_weighted="wide_product(WEIGHT[c], value[SOURCE[c]])",
    finish_shared="multiply(saturate(total), {})",
    finish_own="saturate(total)",
    read="saturate((int64_t)(x * 65536.0 + (x < 0.0 ? -0.5 : 0.5)))",
    write="output[k] / 65536.0",
    note=(
        "Numbers: fixed point, Q16.16 in int32_t: 65536 is 1; results beyond +-32768 stay there.",
        "Largest error of an activation: sin and cos 1e-5, sigmoid 2e-5, gaussian 2.5e-5, tanh 3e-5,",
        "square 1e-5; the others are exact. A step is exact for the sum that it is given.",
    ),
)
