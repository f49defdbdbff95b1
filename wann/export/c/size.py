"""The memory that a network's C file takes: tables to the byte, code by an estimate that a test measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wann.activations import ACTIVATIONS, NAMES
from wann.export.formulas.formula import Definition, Expression, Operation, definitions
from wann.export.network_export import DOUBLE, FIXED, FLOAT, NetworkExport

# Bytes of machine code without any formula, and for each operation of a formula: fitted once, by hand, to
# what clang makes for Cortex-M0 and M4F with -Os. Tests hold them within a factor of two of GCC's code here.
_CODE = {DOUBLE: (120, 17), FLOAT: (90, 12), FIXED: (160, 25)}

# Bytes, rounded up, of the routines that clang linked to a network with all activations on a Cortex-M0, which
# neither divides nor has floating point.
_ROUTINES = {DOUBLE: 3500, FLOAT: 2000, FIXED: 1000}


@dataclass(frozen=True)
class Memory:
    """Bytes that a network takes.

    Attributes:
        ram: of the node values, on the stack; exact.
        tables: of the constants; exact.
        code: of the functions; an estimate.
        routines: at most, of the compiler's own routines, where a processor has no such numbers.
    """

    ram: int
    tables: int
    code: int
    routines: int

    def lines(self) -> Iterator[str]:
        """Yield what people need to know."""
        yield (
            f"RAM: {self.ram} bytes of node values on the stack during a step, and what the calls themselves "
            "need, some 100 bytes. Nothing static."
        )
        yield (
            f"Flash: {self.tables} bytes of tables, about {self.code} of code (an estimate, Cortex-M, -Os), "
            f"and up to {self.routines} of the compiler's routines where the processor lacks such numbers."
        )


def memory(export: NetworkExport) -> Memory:
    """Return the memory that a network's C file takes."""
    plan, size = export.network, 8 if export.number == DOUBLE else 4
    base, per_operation = _CODE[export.number]
    rows = len(plan.codes) * (1 + index_type(plan.n_connections)[1])
    per_connection = index_type(plan.n_nodes)[1] + (0 if export.weights is None else size)
    return Memory(
        ram=plan.n_nodes * size,
        tables=rows + max(1, plan.n_connections) * per_connection,
        code=round(base + per_operation * _operations(export), -1),
        routines=_ROUTINES[export.number],
    )


def index_type(most: int) -> tuple[str, int]:
    """Return the C type that holds 0 .. most, and its bytes."""
    return ("uint8_t", 1) if most < 2**8 else ("uint16_t", 2) if most < 2**16 else ("uint32_t", 4)


def _operations(export: NetworkExport) -> int:
    """Return how many operations the formulas have that a network needs."""
    names = {NAMES[code] for code in export.network.codes}
    needed = definitions(a.formula for name, a in ACTIVATIONS.items() if name in names)
    return sum(map(_of_definition, needed))


def _of_definition(definition: Definition) -> int:
    values = (*(value for _, value in definition.assignments), definition.result)
    return sum(map(_of_expression, values))


def _of_expression(value: Expression) -> int:
    return 1 + sum(map(_of_expression, value.operands)) if isinstance(value, Operation) else 0
