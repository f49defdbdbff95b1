"""C: one C99 file without dependencies, for computers down to microcontrollers.

Tables of the network, the functions that its activations need, and one that computes a step. No allocation,
no libm. In ISO mode (`-std=c99`) GCC keeps products and sums apart, so double gives NumPy's bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from wann.activations import ACTIVATIONS, CODE
from wann.export.c.fixed import FINE, FINE_FORMULAS, FIXED
from wann.export.c.floating import NUMBERS, Numbers
from wann.export.c.text import header, tables, trial
from wann.export.formulas.formula import definitions, public_name
from wann.export.network_export import NetworkExport

_KINDS = NUMBERS | {"fixed": FIXED}


def write_c(export: NetworkExport, file: BinaryIO) -> None:
    """Write a network as a C file."""
    file.write(c_source(export).encode())


def c_source(export: NetworkExport) -> str:
    """Return a network as the text of a C file."""
    numbers = _KINDS[export.number]
    body = "\n".join([*_activations(export, numbers), _step(export, numbers)])
    parts = [
        header(export, numbers),
        _interface(export, numbers),
        tables(export, numbers),
        *_needed(numbers.functions, body),
        body,
        trial(export, numbers),
    ]
    return "\n".join(parts)


def _needed(functions: Sequence[tuple[str, str]], text: str) -> list[str]:
    """Texts of the functions that a text calls, and those that they call: an unused one is a warning."""
    found: list[str] = []
    for name, function in reversed(functions):
        if f"{name}(" in text:
            found.insert(0, function)
            text += function
    return found


def _interface(export: NetworkExport, numbers: Numbers) -> str:
    plan, upper = export.network, export.identifier.upper()
    return f"""\
#include <stdint.h>

#ifdef __FAST_MATH__
#error "compile without -ffast-math: it reorders sums"
#endif
#if !defined(__GNUC__) || defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

#define {upper}_INPUTS {plan.n_inputs}
#define {upper}_OUTPUTS {plan.n_outputs}
#define NODES {plan.n_nodes}
#define COMPUTED {len(plan.codes)}
#define ONE {numbers.one}

/* Compute `output[{upper}_OUTPUTS]` from `observation[{upper}_INPUTS]`. */
{_prototype(export, numbers)};
"""


def _prototype(export: NetworkExport, numbers: Numbers) -> str:
    weight = "" if export.weights is not None else f"{numbers.type} weight, "
    return f"void {export.identifier}_step(const {numbers.type} *observation, {weight}{numbers.type} *output)"


def _activations(export: NetworkExport, numbers: Numbers) -> Iterator[str]:
    """Yield the formulas of the activations that occur, then the function that chooses among them."""
    codes = sorted({int(code) for code in export.network.codes} - {CODE["linear"]})
    names = [list(ACTIVATIONS)[code] for code in codes]
    formulas = [ACTIVATIONS[name].formula for name in names]
    for definition in definitions(formulas):
        fine = export.number == "fixed" and definition.name in FINE_FORMULAS
        yield (FINE if fine else numbers.language).function(definition)
    cases = "".join(
        f"    case {code}: /* {ACTIVATIONS[name].text} */\n        return wann_{public_name(formula)}(x);\n"
        for code, name, formula in zip(codes, names, formulas, strict=True)
    )
    yield f"""\
static {numbers.type} activate(uint8_t activation, {numbers.type} x)
{{
    switch (activation) {{
{cases}    default: /* x */
        return x;
    }}
}}
"""


def _step(export: NetworkExport, numbers: Numbers) -> str:
    if export.weights is None:
        term, finished = "value[SOURCE[c]]", numbers.finish_shared.format("weight")
    elif export.network.n_connections == 1:
        # a single weight multiplies sums, in the reference too, which shows in the sign of an empty sum
        term, finished = "value[SOURCE[c]]", numbers.finish_shared.format("WEIGHT[0]")
    else:
        term, finished = numbers.add_weighted, numbers.finish_own
    plan, upper = export.network, export.identifier.upper()
    return f"""\
{_prototype(export, numbers)}
{{
    {numbers.type} value[NODES];
    uint32_t c = 0;
    uint32_t k;
    value[0] = ONE;
    for (k = 0; k < {upper}_INPUTS; k++)
        value[1 + k] = observation[k];
    for (k = 0; k < COMPUTED; k++) {{
        {numbers.sum_type} total = {numbers.zero};
        for (; c < END[k]; c++)
            total += {term};
        value[{plan.first_computed} + k] = activate(ACTIVATION[k], {finished});
    }}
    for (k = 0; k < {upper}_OUTPUTS; k++)
        output[k] = value[NODES - {upper}_OUTPUTS + k];
}}
"""
