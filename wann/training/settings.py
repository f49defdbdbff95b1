"""How a method goes about its work: one frozen class a method, and their bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from wann.errors import TuneError, did_you_mean


@dataclass(frozen=True)
class CmaSettings:
    """CMA-ES: `population` candidates play `episodes` fresh episodes in each of `iterations`.

    Attributes:
        sigma: the first standard deviation of every weight.
    """

    iterations: int = 1500
    population: int = 64
    episodes: int = 16
    sigma: float = 0.1


@dataclass(frozen=True)
class ReinforceSettings:
    """Population REINFORCE: likewise.

    Attributes:
        sigma: the standard deviation of every weight, which stays.
        learning_rate: of the optimiser.
        optimiser: `adam` or `sgd`.
    """

    iterations: int = 300
    population: int = 32
    episodes: int = 4
    sigma: float = 0.1
    learning_rate: float = 0.03
    optimiser: str = "adam"


@dataclass(frozen=True)
class GradientSettings:
    """Gradient training: an iteration is an epoch over all training images, in batches of `batch`.

    Attributes:
        learning_rate: of Adam, at first.
        patience: epochs without a better validation score after which the learning rate falls to a third;
            where they are short, as many more as make 500 batches.
        falls: how often it does; the next time, training is over.
    """

    iterations: int = 300
    batch: int = 100
    learning_rate: float = 0.01
    patience: int = 5
    falls: int = 3


Settings = CmaSettings | ReinforceSettings | GradientSettings

METHODS: dict[str, type[Settings]] = {
    "cma": CmaSettings,
    "reinforce": ReinforceSettings,
    "gradient": GradientSettings,
}

_OPTIMISERS = ("adam", "sgd")
_BOUNDS: dict[str, tuple[float, float]] = {
    "iterations": (1, 1_000_000),
    "population": (4, 100_000),
    "episodes": (1, 1_000_000),
    "sigma": (1e-6, 1e3),
    "learning_rate": (1e-9, 1e3),
    "batch": (1, 1_000_000),
    "patience": (1, 10_000),
    "falls": (0, 100),
}


def make_settings(method: str, given: Mapping[str, Any]) -> Settings:
    """Return a method's settings, its defaults replaced by what is given; text is read as a number.

    Raises:
        TuneError: there is no such method or setting, or a value is out of range.
    """
    if method not in METHODS:
        raise TuneError(
            f"method: got '{method}', expected one of {', '.join(METHODS)}{did_you_mean(method, METHODS)}"
        )
    kind = METHODS[method]
    kinds = {field.name: str(field.type) for field in fields(kind)}
    values = asdict(kind())
    for name, value in given.items():
        if name not in kinds:
            known = f"{', '.join(kinds)}{did_you_mean(name, kinds)}"
            raise TuneError(f"{name}: {method} has no such setting; it has {known}")
        values[name] = _value(name, value, kinds[name])
    if method == "reinforce" and values["population"] % 2:
        raise TuneError(
            f"population: reinforce plays every perturbation and its opposite, so it must be even; "
            f"got {values['population']}"
        )
    return kind(**values)


def _value(name: str, value: Any, kind: str) -> Any:
    if kind == "str":
        if value not in _OPTIMISERS:
            raise TuneError(f"{name}: got {value!r:.60}, expected one of {', '.join(_OPTIMISERS)}")
        return value
    low, high = _BOUNDS[name]
    what = f"a {'whole ' if kind == 'int' else ''}number, {low:g} to {high:g}"
    try:
        number = int(value) if kind == "int" and isinstance(value, str) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    whole = kind != "int" or number == math.floor(number) if math.isfinite(number) else False
    if isinstance(value, bool) or not whole or not low <= number <= high:
        raise TuneError(f"{name}: got {value!r:.60}, expected {what}")
    return int(number) if kind == "int" else number
