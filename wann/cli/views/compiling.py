"""A word before the first compilation, which would otherwise look like a program that hangs."""

from __future__ import annotations

import sys


def say_if_compiling() -> None:
    """Say so on stderr if this machine has no compiled kernels yet; call it before kernels are imported."""
    from wann.jit import cache_folder

    if next(cache_folder().rglob("*.nbi"), None) is None:
        print(
            "wann: compiling for this machine; it happens once and takes half a minute or so",
            file=sys.stderr,
            flush=True,
        )
