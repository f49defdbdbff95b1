"""Every path of a run folder."""

from __future__ import annotations

from pathlib import Path


class RunPaths:
    """Where things are in one run folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.yaml"
        self.manifest = folder / "manifest.json"
        self.history = folder / "history.csv"
        self.checkpoints = folder / "checkpoints"
        self.champion = folder / "champion.json"
        self.tuned = folder / "tuned.json"
        self.champions = folder / "champions"
        self.cells = folder / "cells"
        self.networks = folder / "networks"
        self.working = folder / "working"
        self.results = folder / "results.csv"
        self.plots = folder / "plots"
        self.log = folder / "log.txt"
        self.tensorboard = folder / "tensorboard"
        self.lock = folder / ".lock"

    def checkpoint(self, generation: int) -> Path:
        """The state after `generation`."""
        return self.checkpoints / f"gen_{generation:06d}.npz"

    def former_champion(self, generation: int) -> Path:
        """The champion that `generation` brought."""
        return self.champions / f"gen_{generation:06d}.json"


def tuned_beside(path: Path) -> Path:
    """Where the trained weights of a network file are that is not a run's: `x.tuned.json` beside `x.json`."""
    return path.with_suffix(".tuned.json")
