"""Data sets of labelled images: the ones known by name, and a user's own files.

`load` is the whole interface; each name's reader is one function of `catalogue.py`.
"""

from __future__ import annotations

from wann.tasks.datasets.dataset import Dataset, Scaling, Split
from wann.tasks.datasets.files import COLLECTIONS, data_folder, home, missing_files
from wann.tasks.datasets.named import DATASETS, load
from wann.tasks.datasets.scaling import NONE, SCALES

__all__ = [
    "COLLECTIONS",
    "DATASETS",
    "NONE",
    "SCALES",
    "Dataset",
    "Scaling",
    "Split",
    "data_folder",
    "home",
    "load",
    "missing_files",
]
