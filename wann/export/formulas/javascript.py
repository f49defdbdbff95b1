"""The formulas and the activations as JavaScript, for pages that compute a network in a browser."""

from __future__ import annotations

from wann import formulas
from wann.activations import ACTIVATIONS, CLAMP
from wann.export.formulas.formula import definitions, public_name
from wann.export.formulas.languages import JAVASCRIPT

FORMULAS = (
    *(formulas.decay, formulas.sin_pi, formulas.cos_pi, formulas.sin, formulas.cos, formulas.tanh),
    *(formulas.log, formulas.wrap_angle, formulas.single),
)


def javascript() -> str:
    """Return the source of plain functions that give NumPy's bits (a JavaScript number is a float64).

    It declares one function for each of `FORMULAS` under its Python name, the constants `CLAMP` and `PI`, and
    `ACTIVATIONS`, an object from an activation's name to its function: `ACTIVATIONS.sin(x)` is sin(pi x), as
    in networks, and `sin(x)` that of radians. It needs no other script; wrap it in a function or a module
    where its names must not meet others.
    """
    everything = definitions([*FORMULAS, *(a.formula for a in ACTIVATIONS.values())])
    functions = [JAVASCRIPT.function(definition) for definition in everything]
    entries = [
        f"  {name}: {public_name(activation.formula)}, // {activation.text}\n"
        for name, activation in ACTIVATIONS.items()
    ]
    constants = f"const PI = {formulas.PI!r};\nconst CLAMP = {CLAMP!r};\n"
    return "\n".join([constants, *functions, "const ACTIVATIONS = {\n" + "".join(entries) + "};\n"])
