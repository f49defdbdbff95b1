"""Names for the parts of observations and actions, for people who look at a network."""

from __future__ import annotations

from itertools import product


def cells(name: str, shape: tuple[int, ...]) -> list[str]:
    """Return `name[0]`, `name[1]`, ...; with more axes `name[0,1]`, in C order; with none `name`."""
    if not shape:
        return [name]
    return [f"{name}[{','.join(map(str, index))}]" for index in product(*map(range, shape))]


def plain_cells(name: str, shape: tuple[int, ...]) -> list[str]:
    """As `cells`, but a plain list is `name 0`, `name 1`, ...: for what is not part of anything larger."""
    return [f"{name} {k}" for k in range(shape[0])] if len(shape) == 1 else cells(name, shape)
