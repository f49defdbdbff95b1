"""How this project compiles: one decorator over numba, its cache, and formulas turned into machine code.

Import it late: it imports numba. Three rules keep results exact and caches warm:

- no fastmath, and `error_model="numpy"` so that division does not keep a loop scalar;
- kernels that need another kernel take it as a first-class function with an explicit signature (a closure
  over compiled functions would never be found in the cache again); formulas they call by name;
- the cache folder carries a hash of every source file that kernels are made of, because numba itself does
  not notice when a function that a kernel calls has changed, and of the processor; and each kernel has cache
  files of its own. Several processes may fill the cache at once, and numba numbers the variants in one index
  without a lock, so that a second entry in an index could name the code of another variant.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import tempfile
import threading
from collections.abc import Callable
from functools import cache, update_wrapper
from importlib.util import find_spec
from pathlib import Path
from types import FunctionType
from typing import Any

import numba
from numba import types
from numba.core.registry import cpu_target

# Threads compile one at a time, as the cache's folder is a setting of the whole process.
_compiling = threading.RLock()

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
_PACKAGE = Path(__file__).parent
_TEMPORARY = "wann-kernels-"
_SIMD = ("sse2", "sse4.2", "avx", "fma", "avx2", "avx512f", "avx512vl", "neon", "sve", "sve2")
_KERNEL_SOURCES = ("*.py", "genome/*.py", "network/*.py", "search/*.py", "tasks/**/*.py")

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
    digest = hashlib.sha256(f"{numba.__version__} {_OPTIONS} {processor}".encode())
    sources = [path for pattern in _KERNEL_SOURCES for path in _PACKAGE.glob(pattern)]
    for path in sorted({*sources, *_plugin_sources()}):
        digest.update(path.read_bytes())
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


def _plugin_sources() -> list[Path]:
    plugin = find_spec("wann_envs")
    return list(Path(plugin.origin).parent.glob("*.py")) if plugin and plugin.origin else []


def kernel(signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function for `signature` now, or load it from the cache; it runs without the GIL.

    The function may close over numbers, such as a block's width, and nothing else. A plain function of its
    module that it calls is a formula (see `compiled_formula`).
    """

    def decorate(function: Any) -> Any:
        variant = [str(cell.cell_contents) for cell in function.__closure__ or ()]
        formulas = _formulas_of(function)
        if formulas:
            variant.append(_fingerprint(function))
            scope = function.__globals__ | {name: compiled_formula(f) for name, f in formulas.items()}
            rebound = FunctionType(function.__code__, scope, function.__name__, None, function.__closure__)
            function = update_wrapper(rebound, function)
        function.__qualname__ = "_".join([function.__qualname__, *variant])
        with _compiling:
            previous = numba.config.CACHE_DIR  # type: ignore[attr-defined]
            numba.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]
            try:
                return numba.njit(signature, cache=True, **_OPTIONS)(function)
            finally:
                numba.config.CACHE_DIR = previous  # type: ignore[attr-defined]

    return decorate


def helper(function: Callable[..., Any]) -> Any:
    """Compile a function that only kernels call."""
    return numba.njit(**_OPTIONS)(function)


@cache
def compiled_formula(formula: Callable[..., Any]) -> Any:
    """Return a formula as kernels can call it: it, and each formula it calls, compiled from the same source.

    It is inlined into its caller before loops are optimised; otherwise a loop over lanes stays scalar.
    """
    scope = dict(formula.__globals__)  # type: ignore[attr-defined]
    scope |= {name: compiled_formula(inner) for name, inner in _formulas_of(formula).items()}
    rebound = FunctionType(formula.__code__, scope, formula.__name__)  # type: ignore[attr-defined]
    return numba.njit(inline="always", **_OPTIONS)(rebound)


def _formulas_of(function: Any) -> dict[str, Any]:
    """The plain functions of its module that a function calls."""
    known = function.__globals__
    return {name: known[name] for name in function.__code__.co_names if inspect.isfunction(known.get(name))}


def _fingerprint(function: Any) -> str:
    """A hash of what a kernel's formulas are made of, in whatever file: their code and their numbers.

    `cache_folder` covers this package alone, and numba itself no more than the kernel's own file.
    """
    digest = hashlib.sha256()

    def add(part: Any) -> None:
        code, known = part.__code__, part.__globals__
        modules = [vars(known[name]) for name in code.co_names if inspect.ismodule(known.get(name))]
        values = [space.get(name) for space in (known, *modules) for name in code.co_names]
        numbers = [value for value in (*code.co_consts, *values) if isinstance(value, int | float)]
        digest.update(f"{code.co_code.hex()} {code.co_names} {numbers}".encode())
        for formula in _formulas_of(part).values():
            add(formula)

    add(function)
    return digest.hexdigest()[:12]
