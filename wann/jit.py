"""How this project compiles: one decorator over numba, its cache, and formulas turned into machine code.

Import it late: it imports numba. Three rules keep results exact and caches warm:

- no fastmath, and `error_model="numpy"` so that division does not keep a loop scalar;
- kernels that need another kernel take it as a first-class function with an explicit signature (a closure
  over compiled functions would never be found in the cache again); formulas they call by name;
- each kernel has cache files of its own, named by a hash of what it is made of: the code, the numbers and
  the modules of the kernel and of all that it calls, in whatever file (`wann.fingerprint`). numba itself
  would look at the kernel's own file alone, and compile again when a comment in it moves. Several processes
  may fill the cache at once, and numba numbers the variants in one index without a lock, so that a second
  entry in an index could name the code of another variant.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import cache, update_wrapper
from pathlib import Path
from types import FunctionType
from typing import Any

import numba
from numba import types
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.registry import cpu_target

from wann.fingerprint import fingerprint, formulas_of

# Threads compile one at a time: numba's own state is one for the whole process.
_compiling = threading.RLock()

# How this module compiles; to be counted up when that changes, as no fingerprint covers it.
_EDITION = 2
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
_TEMPORARY = "wann-kernels-"
_SIMD = ("sse2", "sse4.2", "avx", "fma", "avx2", "avx512f", "avx512vl", "neon", "sve", "sve2")

f8 = types.float64
i8 = types.int64
floats = types.Array(types.float64, 1, "C")
floats2d = types.Array(types.float64, 2, "C")
ints = types.Array(types.int64, 1, "C")
int32s = types.Array(types.int32, 1, "C")
bytes_ = types.Array(types.int8, 1, "C")
flags = types.Array(types.boolean, 1, "C")


@cache
def cache_folder() -> Path:
    """Return the folder for kernels: in `NUMBA_CACHE_DIR`, else the user's cache, else a temporary one."""
    processor = cpu_target.target_context.codegen().magic_tuple()  # pyright: ignore[reportAttributeAccessIssue]
    digest = hashlib.sha256(f"{_EDITION} {numba.__version__} {_OPTIONS} {processor}".encode())
    name = f"kernels-{digest.hexdigest()[:16]}"
    user_cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    bases = [os.environ.get("NUMBA_CACHE_DIR"), str(Path(user_cache) / "wann")]
    for base in filter(None, bases):
        folder = Path(base) / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix=_TEMPORARY))


def is_lasting(folder: Path) -> bool:
    """Whether a kernel folder is one that later processes find again."""
    return not folder.name.startswith(_TEMPORARY)


def processor() -> tuple[str, list[str]]:
    """Return the processor's name as numba sees it, and those of its features that make loops SIMD."""
    _, name, features = cpu_target.target_context.codegen().magic_tuple()  # pyright: ignore[reportAttributeAccessIssue]
    there = {feature.removeprefix("+") for feature in features.split(",") if feature.startswith("+")}
    return name, [feature for feature in _SIMD if feature in there]


class _Place:
    """Where a kernel's cache files lie; they never grow old, as their name says what they are made of."""

    def get_cache_path(self) -> str:
        return str(cache_folder())

    def ensure_cache_path(self) -> None:
        cache_folder().mkdir(parents=True, exist_ok=True)

    def get_source_stamp(self) -> None:
        return None


class _Files(CompileResultCacheImpl):
    """Names a kernel's cache files by its fingerprint, which is its qualified name's end."""

    def __init__(self, function: Any) -> None:
        name = function.__qualname__.rpartition(".")[2]
        self._locator, self._filename_base = _Place(), f"{name}-{sys.implementation.cache_tag}"


class _Cache(FunctionCache):
    _impl_class = _Files

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        return sig, codegen.magic_tuple()


def kernel(signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function for `signature` now, or load it from the cache; it runs without the GIL.

    The function may close over numbers, such as a block's width, and over compiled functions. A plain
    function of its module that it calls is a formula (see `compiled_formula`).
    """

    def decorate(function: Any) -> Any:
        variant = [str(cell.cell_contents) for cell in function.__closure__ or () if _is_number(cell)]
        made_of = fingerprint(function, str(signature))
        if formulas := formulas_of(function):
            scope = function.__globals__ | {name: compiled_formula(f) for name, f in formulas.items()}
            rebound = FunctionType(function.__code__, scope, function.__name__, None, function.__closure__)
            function = update_wrapper(rebound, function)
        function.__qualname__ = "_".join([function.__qualname__, *variant, made_of])
        compiled = numba.njit(**_OPTIONS)(function)
        with _compiling:
            compiled._cache = _Cache(function)  # pyright: ignore[reportAttributeAccessIssue]
            compiled.compile(signature)
            compiled.disable_compile()
        return compiled

    return decorate


def _is_number(cell: Any) -> bool:
    return isinstance(cell.cell_contents, int | float)


def helper(function: Callable[..., Any]) -> Any:
    """Compile a function that only kernels call; it may close over numbers and compiled functions."""
    return numba.njit(**_OPTIONS)(_told_apart(function))


def _told_apart(function: Any) -> Any:
    """Give a function a name that says what it is made of.

    Code in the cache holds such functions under their names. Two variants of one closure with the same name,
    one of them loaded from the cache, would be taken for each other.
    """
    function.__qualname__ = f"{function.__qualname__}_{fingerprint(function)}"
    return function


@cache
def compiled_formula(formula: Callable[..., Any]) -> Any:
    """Return a formula as kernels can call it: it, and each formula it calls, compiled from the same source.

    It is inlined into its caller before loops are optimised; otherwise a loop over lanes stays scalar.
    """
    scope = dict(formula.__globals__)  # type: ignore[attr-defined]
    scope |= {name: compiled_formula(inner) for name, inner in formulas_of(formula).items()}
    rebound = FunctionType(formula.__code__, scope, formula.__name__)  # type: ignore[attr-defined]
    return numba.njit(inline="always", **_OPTIONS)(_told_apart(rebound))
