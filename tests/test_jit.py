"""Compiled kernels: one cache entry a file, so that processes that compile at once cannot mix widths up."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from numba import types

from wann.evaluation.players.rollout import rollout_kernel
from wann.fingerprint import fingerprint
from wann.jit import floats, kernel
from wann.network.forward import forward_kernel
from wann.tasks.environments.environment import make_task

COMPILE = "from wann.network.forward import forward_kernel; [forward_kernel(width) for width in (8, 16)]"


def test_every_kernel_has_cache_files_of_its_own(tmp_path: Path) -> None:
    # numba appends variants to a function's index without a lock: two processes could name one file twice
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    started = [subprocess.Popen([sys.executable, "-c", COMPILE], env=environment) for _ in range(2)]
    assert [process.wait() for process in started] == [0, 0]
    indices, codes = list(tmp_path.rglob("*.nbi")), list(tmp_path.rglob("*.nbc"))
    assert len(indices) == 2
    assert len(codes) == len(indices)
    before = {path: path.stat().st_mtime_ns for path in codes}
    subprocess.run([sys.executable, "-c", COMPILE], env=environment, check=True)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nbc")} == before


KERNEL = """
import numpy as np
from physics import twice
from wann.fingerprint import fingerprint
from wann.jit import floats, kernel
from numba import types

def make(width):
    B = width

    @kernel(types.void(floats))
    def run(x):
        for lane in range(B):
            x[lane] = twice(x[lane])

    return run

x = np.ones(4)
make(4)(x)
print(x[0])
"""
PHYSICS = """
import other
from other import GAIN

def inner(x):
    return x * GAIN + other.OFFSET

def twice(x):
    return {expression}
"""


def test_a_formula_that_changes_in_another_file_is_compiled_again(tmp_path: Path) -> None:
    # numba looks at the kernel's file alone
    cache = tmp_path / "cache"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)}

    def run(expression: str, gain: str, offset: str = "0.0") -> tuple[float, int]:
        (tmp_path / "other.py").write_text(f"GAIN = {gain}\nOFFSET = {offset}")
        (tmp_path / "physics.py").write_text(PHYSICS.format(expression=expression))
        done = subprocess.run(
            [sys.executable, tmp_path / "kernel.py"], env=environment, capture_output=True, check=True
        )
        return float(done.stdout), len(list(cache.rglob("*.nbc")))

    (tmp_path / "kernel.py").write_text(KERNEL)
    assert run("2.0 * inner(x)", "1.0") == (2.0, 1)
    assert run("2.0 * inner(x)", "1.0") == (2.0, 1)
    assert run("3.0 * inner(x)", "1.0") == (3.0, 2)
    assert run("3.0 * inner(x)", "7.0") == (21.0, 3)
    assert run("inner(x) * inner(x)", "7.0") == (49.0, 4)
    assert run("2.0 * inner(x)", "1.0") == (2.0, 4)
    assert run("2.0 * inner(x)", "1.0", "0.5") == (3.0, 5)
    # a comment, a docstring, an error's words, a place in the file: no part of the kernel
    (tmp_path / "kernel.py").write_text('\n\n"""Another docstring."""\n# a comment\n' + KERNEL)
    assert run("(  # this one too\n        2.0 * inner(x)\n    )", "1.0", "0.5") == (3.0, 5)


def of(text: str, names: dict[str, Any] | None = None) -> str:
    space = dict(names or {})
    exec(text, space)
    return fingerprint(space["f"])


def test_a_fingerprint_covers_all_that_is_compiled_and_nothing_else() -> None:
    plain = of("def f(x):\n    return x + 1.0")
    assert of("\n\ndef f(x):\n    'Says what it does.'\n    return x + 1.0  # really") == plain
    assert of("def f(x):\n    return x + 1") != plain
    assert of("def f(x):\n    return x - 1.0") != plain
    inner = "def g(x):\n    return x + {}\ndef f(x):\n    return g(x)"
    assert of(inner.format("K"), {"K": 1}) != of(inner.format("K"), {"K": 2})
    assert of(inner.format("T[0]"), {"T": np.ones(2)}) != of(inner.format("T[0]"), {"T": np.zeros(2)})
    compiled = [numba.njit(lambda x: x + 1), numba.njit(lambda x: x + 2)]
    assert len({of("def f(x):\n    return h(x)", {"h": h}) for h in compiled}) == 2
    closed = (
        "def f():\n    pass\ndef make(k):\n    def f(x):\n        return h(x) + k\n    return f\nf = make({})"
    )
    assert len({of(closed.format(k), {"h": h}) for h in compiled for k in (1, 2)}) == 4
    assert of("def f(x):\n    return f(x - 1) if x else 0") == of(
        "def f(x):\n    return f(x - 1) if x else 0"
    )


def test_a_kernel_may_close_over_compiled_functions_and_is_found_again(tmp_path: Path) -> None:
    script = """
import sys
import numpy as np
from wann.jit import floats, helper, kernel
def make(gain):
    times = helper(lambda x: x * gain)
    @kernel("void(float64[::1])")
    def run(x):
        x[0] = times(x[0])
    return run
for gain in (2.0, 3.0):
    x = np.ones(1)
    make(gain)(x)
    assert x[0] == gain
"""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", script], env=environment, check=True)
        assert len(list(tmp_path.rglob("*.nbc"))) == 2


def test_threads_that_compile_at_once_leave_numbas_settings_alone() -> None:
    def make(number: int) -> Any:
        @kernel(types.void(floats))
        def run(values):
            values[0] = number

        return run

    before = numba.config.CACHE_DIR
    with ThreadPoolExecutor(8) as executor:
        made = list(executor.map(make, range(16)))
    after = numba.config.CACHE_DIR
    assert after == before
    values = np.zeros(1)
    for number, run in enumerate(made):
        run(values)
        assert values[0] == number


def test_a_kernel_refuses_another_width() -> None:
    observe, step = make_task("CartPole-v1").dynamics.kernels(8)
    none = np.zeros(0, np.int64)
    table = np.zeros((1, 4))
    with pytest.raises(ValueError, match="another block width"):
        rollout_kernel(8)(
            forward_kernel(8),
            observe,
            step,
            (5, 2, 0, 1, 16),
            (none, none),
            np.zeros(0, np.int8),
            (np.zeros(0, np.int32), np.zeros(0, np.int32)),
            table,
            False,
            none,
            table,
            (True, False),
            (np.zeros(1), np.zeros(1)),
            table,
            table,
        )


def test_variants_of_a_helper_are_told_apart_when_one_comes_from_the_cache(tmp_path: Path) -> None:
    # numba numbers functions by process: the first helper of each had one name, and one's code was called
    script = """
import sys
import numpy as np
from wann.jit import helper, kernel
def make(gain):
    @helper
    def spread(x):
        for k in range(x.size):
            x[k] = np.sin(x[k] + gain) if x[k] > gain else x[k] * gain
    @kernel("void(float64[::1])")
    def run(x):
        spread(x)
    return run
for gain in map(float, sys.argv[1:]):
    x = np.ones(40)
    make(gain)(x)
    assert (x == gain).all(), (gain, x[0])
"""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    for gains in (["2"], ["3", "2"], ["5", "3", "2"]):
        subprocess.run([sys.executable, "-c", script, *gains], env=environment, check=True)


def test_a_function_that_moves_to_another_module_is_another_kernel():
    def made(module):
        names = {"__name__": module}
        exec("def twice(x):\n    return 2 * x", names)
        return fingerprint(names["twice"])

    assert made("one") == made("one") != made("another")
