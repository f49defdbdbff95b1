"""C with double or float for numbers: how formulas are written in it, and the functions that they call."""

from __future__ import annotations

from dataclasses import dataclass

from wann.activations import CLAMP
from wann.export.formulas.languages import Language
from wann.export.network_export import FLOAT_CLAMP, to_single


@dataclass(frozen=True)
class Numbers:
    """What a kind of number means in C.

    Attributes:
        type: of a value; `sum_type` of a sum; `size` the bytes of a value.
        language: how formulas are written.
        functions: `(name, text)` of functions that may be needed, callees first.
        zero, one: as expressions.
        add_weighted: what a connection `c` with a weight of its own adds to a sum.
        finish_shared, finish_own: a node's sum `total`, clamped, with and without a weight for it.
        read, write: for the main function, a number from the double `x`, and a double from `output[k]`.
        note: lines of the file's header.
    """

    type: str
    sum_type: str
    size: int
    language: Language
    functions: tuple[tuple[str, str], ...]
    zero: str
    one: str
    add_weighted: str
    finish_shared: str
    finish_own: str
    read: str
    write: str
    note: tuple[str, ...]


def _language(kind: str) -> Language:
    return Language(
        operations={
            ">": "({0} > {1})",
            ">=": "({0} >= {1})",
            "floor": "round_down({0})",
            "min": "smaller({0}, {1})",
            "max": "larger({0}, {1})",
            "abs": "absolute({0})",
        },
        head=f"static {kind} wann_{{name}}({kind} {{argument}})\n{{{{",
        tail="}",
        declare=f"    {kind} {{name}} = {{value}};",
        assign="    {name} = {value};",
        result="    return {value};",
        comment="/* {} */",
        call="wann_{name}({0})",
        number=repr if kind == "double" else lambda value: f"{to_single(value)}f",
    )


def _functions(kind: str) -> tuple[tuple[str, str], ...]:
    # from this size on every number is whole
    whole, integer, end = (
        ("4503599627370496.0", "int64_t", "") if kind == "double" else ("8388608.0", "int32_t", "f")
    )
    return (
        (
            "round_down",
            f"""\
static {kind} round_down({kind} x)
{{
    {kind} whole;
    if (!(x > -{whole}{end} && x < {whole}{end}))
        return x;
    whole = ({kind})({integer})x;
    return whole > x ? whole - 1.0{end} : whole;
}}
""",
        ),
        (
            "smaller",
            f"static {kind} smaller({kind} x, {kind} limit)\n{{\n    return x > limit ? limit : x;\n}}\n",
        ),
        (
            "larger",
            f"static {kind} larger({kind} x, {kind} limit)\n{{\n    return x < limit ? limit : x;\n}}\n",
        ),
        (
            "absolute",
            f"static {kind} absolute({kind} x)\n{{\n    return x > 0.0{end} ? x : 0.0{end} - x;\n}}\n",
        ),
    )


def _floating(kind: str, size: int, clamp: float, note: tuple[str, ...]) -> Numbers:
    language = _language(kind)
    limit = language.number(clamp)
    return Numbers(
        type=kind,
        sum_type=kind,
        size=size,
        language=language,
        functions=_functions(kind),
        zero=language.number(0.0),
        one=language.number(1.0),
        add_weighted="WEIGHT[c] * value[SOURCE[c]]",
        finish_shared=f"smaller(larger(total * {{}}, -{limit}), {limit})",
        finish_own=f"smaller(larger(total, -{limit}), {limit})",
        read=f"({kind})x",
        write="(double)output[k]",
        note=note,
    )


NUMBERS = {
    "double": _floating(
        "double",
        8,
        CLAMP,
        ("Numbers: double, with the bits of wann's own evaluation where double is IEEE 754 binary64.",),
    ),
    "float": _floating(
        "float",
        4,
        FLOAT_CLAMP,
        (
            "Numbers: float. Largest error of an activation: sin and cos 5e-7, gaussian and sigmoid 6e-6,",
            "tanh 1.2e-5, others those of one rounding. Sums are clamped at +-1e18.",
        ),
    ),
}
