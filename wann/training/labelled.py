"""Labelled images as plain arrays: what gradient training learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wann.errors import TuneError
from wann.network.network import Network


@dataclass(frozen=True, eq=False)
class Labelled:
    """Images and what they show.

    Attributes:
        images: `(N, n_inputs)` float32.
        labels: `(N,)` int64, 0 .. n_outputs - 1.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def check(self, name: str, network: Network) -> None:
        """See that they fit a network; `name` says what they are for.

        Raises:
            TuneError: they do not.
        """
        images, labels = self.images, self.labels
        if images.ndim != 2 or images.shape[1] != network.n_inputs or labels.shape != (len(images),):
            raise TuneError(
                f"{name} images: expected (N, {network.n_inputs}) and (N,) labels, got {images.shape} and "
                f"{labels.shape}"
            )
        if not len(labels) or labels.min() < 0 or labels.max() >= network.n_outputs:
            raise TuneError(f"{name} labels: expected at least one, each in 0..{network.n_outputs - 1}")
