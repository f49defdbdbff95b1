"""What of a C file is no computation: its header, its tables, its trial."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from wann.export.c.floating import Numbers
from wann.export.c.size import index_type, memory
from wann.export.network_export import NetworkExport


def header(export: NetworkExport, numbers: Numbers) -> str:
    """Return the comment at the top of the file."""
    name = export.identifier
    shared = f"; its argument is the weight, else {export.default_weight!r}" if export.weights is None else ""
    lines = [
        f"{name}: a network as one C99 file without dependencies.",
        "",
        *export.facts(),
        "",
        *numbers.note,
        *memory(export).lines(),
        "",
        f"Compile: cc -std=c99 -O2 -c {name}.c",
        "With -std=gnu99, GCC may fuse products and sums, and bits differ. -ffast-math is refused.",
        f"Try it: cc -std=c99 -O2 -DWANN_MAIN {name}.c -o {name}. It reads the numbers of an observation, as "
        f"often as they come, and prints the outputs{shared}.",
    ]
    text = "\n".join(_wrapped(line, " *  ") for line in lines).split("\n")
    return "/*\n" + "".join(f" * {line}".rstrip() + "\n" for line in text) + " */\n"


def _wrapped(line: str, hanging: str) -> str:
    return fill(line, 98, subsequent_indent=hanging[2:], break_long_words=False, break_on_hyphens=False)


def tables(export: NetworkExport, numbers: Numbers) -> str:
    """Return the constants of the network."""
    plan = export.network
    ends, nodes = index_type(plan.n_connections)[0], index_type(plan.n_nodes)[0]
    parts = [
        "/* The activation of each computed node. */",
        _array("uint8_t", "ACTIVATION", list(map(str, plan.codes))),
        "/* Where each computed node's connections end. */",
        _array(ends, "END", list(map(str, plan.indptr[1:]))),
        "/* The node where each connection starts. */",
        _array(nodes, "SOURCE", list(map(str, plan.sources))),
    ]
    if export.weights is not None:
        weights = [numbers.language.number(weight) for weight in export.weights[0].tolist()]
        parts.append(_array(numbers.type, "WEIGHT", weights))
    return "\n".join(parts)


def _array(kind: str, name: str, values: Sequence[str]) -> str:
    values = values or ["0"]  # C has no empty arrays
    text = fill(
        ", ".join(values),
        100,
        initial_indent="    ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return f"static const {kind} {name}[{len(values)}] = {{\n{text}\n}};\n"


def trial(export: NetworkExport, numbers: Numbers) -> str:
    """Return a main function, to try the network by hand."""
    name, upper, shared = export.identifier, export.identifier.upper(), export.weights is None
    given, weight = "double x;", ""
    if shared:
        given = f"double x = argc > 1 ? strtod(argv[1], NULL) : {export.default_weight!r};"
        weight = f"    {numbers.type} weight = {numbers.read};\n"
    return f"""\
#ifdef WANN_MAIN
#include <stdio.h>
#include <stdlib.h>
int main({"int argc, char **argv" if shared else "void"})
{{
    {given}
{weight}    {numbers.type} observation[{upper}_INPUTS], output[{upper}_OUTPUTS];
    uint32_t k = 0;
    while (scanf("%lf", &x) == 1) {{
        observation[k++] = {numbers.read};
        if (k < {upper}_INPUTS)
            continue;
        {name}_step(observation, {"weight, " if shared else ""}output);
        for (k = 0; k < {upper}_OUTPUTS; k++)
            printf("%.17g%c", {numbers.write}, k + 1 < {upper}_OUTPUTS ? ' ' : '\\n');
        k = 0;
    }}
    return 0;
}}
#endif
"""
