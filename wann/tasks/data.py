"""Where data sets lie that do not come with a package."""

from __future__ import annotations

import os
from pathlib import Path

MNIST_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def data_folder() -> Path:
    """Return `WANN_DATA_DIR`, else the folder `wann/data` of the user's cache."""
    if chosen := os.environ.get("WANN_DATA_DIR"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wann" / "data"
