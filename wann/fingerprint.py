"""What a function is made of, as a short hash: its code and numbers, and those of all that it calls.

Comments, docstrings, places in files and whatever else lies beside it play no part. So a compiled kernel is
found again as long as it would be compiled to the same thing, and never when it would not.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any


def fingerprint(function: FunctionType, *more: str) -> str:
    """Return 16 hexadecimal digits of a plain function, and of what else it depends on."""
    digest = hashlib.sha256("\0".join(more).encode())
    seen: dict[int, int] = {}
    for part in _parts(function, seen):
        digest.update(f"{part}\0".encode())
    return digest.hexdigest()[:16]


def formulas_of(function: Any) -> dict[str, Any]:
    """The plain functions of its module that a function calls."""
    known = function.__globals__
    return {name: known[name] for name in function.__code__.co_names if inspect.isfunction(known.get(name))}


def _parts(value: Any, seen: dict[int, int]) -> Iterator[str]:
    """Yield, in a fixed order, all that a value is made of; one that was met before by its number."""
    value = getattr(value, "py_func", value)  # of a compiled function
    if isinstance(value, bool | int | float | complex | str | bytes | None):
        yield repr(value)
    elif isinstance(value, tuple | list):
        yield type(value).__name__
        for item in value:
            yield from _parts(item, seen)
        yield "end"
    elif isinstance(value, FunctionType):
        if id(value) in seen:
            yield f"function {seen[id(value)]}"
        else:
            seen[id(value)] = len(seen)
            yield from _of_function(value, seen)
    elif hasattr(value, "tobytes") and not isinstance(value, type):
        # an array, or a number of NumPy's: a constant of the kernel
        yield f"{value.dtype} {value.shape} {value.tobytes().hex()}"
    else:
        text = str(value) if hasattr(value, "mangling_args") else ""  # a type of numba's
        yield f"{type(value).__module__}.{type(value).__qualname__} {getattr(value, '__name__', text)}"


def _of_function(function: FunctionType, seen: dict[int, int]) -> Iterator[str]:
    names = dict.fromkeys(_names(function.__code__))
    yield f"{function.__module__} {function.__qualname__}"  # by which machine code finds its constants again
    yield from _of_code(function.__code__, function.__doc__)
    for default in function.__defaults__ or ():
        yield from _parts(default, seen)
    for cell in function.__closure__ or ():
        yield from _parts(cell.cell_contents, seen)
    known = function.__globals__
    modules = [known[name] for name in names if isinstance(known.get(name), ModuleType)]
    for name in names:
        for space in (known, *map(vars, modules)):
            if name in space and not isinstance(space[name], ModuleType):
                yield name
                yield from _parts(space[name], seen)


def _of_code(code: CodeType, doc: str | None) -> Iterator[str]:
    """A code's instructions and names, and its constants without the docstring."""
    yield f"{code.co_code.hex()} {code.co_names} {code.co_varnames} {code.co_freevars}"
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _of_code(constant, None)
        else:  # where a function has no docstring, None stands in its place
            yield repr(None if isinstance(constant, str) and constant == doc else constant)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
