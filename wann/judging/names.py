"""Regimes that somebody names: read and checked before anything is played."""

from __future__ import annotations

from collections.abc import Sequence

from wann.errors import EvaluationError, did_you_mean
from wann.judging.judgement import REGIMES

# What a network that nobody has trained cannot be put through.
TRAINED = ("trained", "signed-shared", "tuned-signed-shared")


def parse_regimes(text: str) -> tuple[str, ...]:
    """Read `search,random`.

    Raises:
        EvaluationError: it names no regime, or one that there is not.
    """
    return check_regimes([part.strip() for part in text.split(",")])


def check_regimes(names: Sequence[str]) -> tuple[str, ...]:
    """Return regimes in the order of `REGIMES`, each once.

    Raises:
        EvaluationError: there are none, or there is no such regime.
    """
    expected = f"expected some of {','.join(REGIMES)}"
    if isinstance(names, str) or not names:
        raise EvaluationError(f"regimes: {expected}, got {names!r}")
    for name in names:
        if name not in REGIMES:
            raise EvaluationError(f"regimes: got {name!r:.60}, {expected}{did_you_mean(str(name), REGIMES)}")
    return tuple(name for name in REGIMES if name in names)


def check_trained(names: Sequence[str], target: object) -> None:
    """Refuse regimes that need trained weights, of a network that has none.

    Raises:
        EvaluationError: one of them does.
    """
    for name in names:
        if name in TRAINED:
            raise EvaluationError(
                f"regimes: {name} needs trained weights, and {target} has none; for some: wann tune {target}"
            )
