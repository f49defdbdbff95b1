"""Shared weights that somebody names: read and checked before anything is played."""

from __future__ import annotations

from collections.abc import Sequence

from wann.errors import EvaluationError

# As for the key evaluation.shared_weights of a config.
MOST_WEIGHTS, LARGEST_WEIGHT = 10_000, 1e6


def parse_weights(text: str) -> list[float]:
    """Read `-1.5,0.25`.

    Raises:
        EvaluationError: it is not of that form, or `check_weights` refuses a weight.
    """
    numbers: list[float] = []
    for part in text.split(","):
        try:
            numbers.append(float(part))
        except ValueError:
            raise EvaluationError(
                f"weights {text:.60}: got '{part:.20}', expected numbers such as -1.5,0.25"
            ) from None
    return check_weights(numbers)


def check_weights(values: Sequence[float]) -> list[float]:
    """Return weights as floats, each once.

    Raises:
        EvaluationError: there are too many, or one is too large or no number.
    """
    weights = list(dict.fromkeys(map(float, values)))
    if len(weights) > MOST_WEIGHTS:
        raise EvaluationError(f"weights: expected at most {MOST_WEIGHTS}, got {len(weights)}")
    for weight in weights:
        if not abs(weight) <= LARGEST_WEIGHT:
            raise EvaluationError(f"weights: expected numbers within +-{LARGEST_WEIGHT:g}, got {weight!r}")
    return weights
