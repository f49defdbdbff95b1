"""Films: an episode of a network in the real environment, at one weight or several side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wann.errors import OutputError
from wann.export.drawing.network import Portrait
from wann.network.network import Network
from wann.records.storage.files import write_atomically
from wann.report.encoders import ENCODERS, Encoder
from wann.report.frames import film_mode
from wann.report.live_network import LiveNetwork
from wann.report.panels import GAP, captioned, dimmed, in_rows, resized, side_by_side
from wann.report.take import Take
from wann.tasks.environments.environment import environment_of
from wann.tasks.task import Task

_COLUMNS = 3  # agents in a row
_NETWORK_WIDTH = 800


@dataclass(frozen=True)
class Shown:
    """One agent of a film: its shared weight (None where each connection has its own), and what it earned."""

    weight: float | None
    episode_return: float
    steps: int


@dataclass(frozen=True)
class Film:
    """What was filmed.

    Attributes:
        path: the video file.
        agents: one for each weight.
        frames: pictures taken; a GIF holds equal ones in a row as one that is shown longer.
        seconds: how long it plays: the longest episode's own time, to within a frame.
    """

    path: Path
    agents: tuple[Shown, ...]
    frames: int
    seconds: float


def film(
    task: Task,
    network: Network,
    weights: np.ndarray,
    seed: int,
    path: Path,
    captions: bool = False,
    portrait: Portrait | None = None,
) -> Film:
    """Play an episode at each weight and write them as one MP4 (H.264) or GIF, in real time.

    No display is needed. The file appears when it is complete; where anything fails, nothing is left behind.

    Args:
        task: any task whose environment can render `rgb_array`, or `rgb_array_list`.
        network: the plan.
        weights: `(W, 1)` shared weights, side by side; or `(1, C)`, one per connection in network order.
        seed: of the episode, the same for all.
        path: a name that ends in `.mp4` or `.gif`.
        captions: whether weight and return so far stand above each agent.
        portrait: of the network, which is then drawn beside the agents with the first one's live activations.

    Raises:
        OutputError: the ending is unknown, the environment cannot be filmed, its episode fails, or the file
            cannot be written.
        TaskError: the environment cannot be made.
    """
    encoder = _encoder_of(path)
    if not np.isfinite(weights).all():
        raise OutputError("a network can only be filmed with weights that are finite numbers")
    if task.instances is not None and len(weights) > task.instances:
        raise OutputError(
            f"{task.name}: task.instances: {task.instances} allows no {len(weights)} agents side by side; "
            "film fewer weights"
        )
    mode = _mode_of(task)
    # every so many steps, so that the film plays at the speed of the episode
    every = max(1, math.ceil(task.render_fps / encoder.most_fps))
    fps = task.render_fps / every
    with ExitStack() as stack:
        takes = [stack.enter_context(closing(Take(task, network, row[None], seed, mode))) for row in weights]
        shots = _Shots(takes, encoder.widest, captions or len(takes) > 1, portrait)
        try:
            if path.is_dir():
                raise OutputError(f"{path}: is a folder; name a file")
            write_atomically(path, lambda file: encoder.encode(file, shots.frames(every), fps))
        except OSError as error:
            raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error
        agents = tuple(Shown(take.weight, take.earned, take.steps) for take in takes)
    return Film(path, agents, shots.count, shots.count / fps)


def _encoder_of(path: Path) -> Encoder:
    encoder = ENCODERS.get(path.suffix.lower())
    if encoder is None:
        raise OutputError(
            f"{path}: a film's name must end in {' or '.join(ENCODERS)}, got '{path.suffix or path.name}'"
        )
    return encoder


def _mode_of(task: Task) -> str:
    environment = environment_of(task)
    modes = environment.metadata.get("render_modes") or []
    environment.close()
    mode = film_mode(modes)
    if mode is None:
        known = f"only as {', '.join(map(repr, modes))}" if modes else "not at all"
        raise OutputError(f"{task.env}: cannot be filmed; it renders {known}, a film needs 'rgb_array'")
    return mode


class _Shots:
    """The frames of a film, and how many there were."""

    def __init__(self, takes: list[Take], widest: int, captions: bool, portrait: Portrait | None) -> None:
        self._takes, self._widest = takes, widest
        self._captions, self._portrait = captions, portrait
        self._network: LiveNetwork | None = None
        self.count = 0

    def frames(self, every: int) -> Iterator[np.ndarray]:
        """Play, and yield the `(H, W, 3)` picture of the start, of every `every` steps and of the end."""
        step, over = 0, False
        while True:
            if over or step % every == 0:
                self.count += 1
                yield self._frame()
            if over:
                return
            for take in self._takes:
                take.step()
            step, over = step + 1, all(take.over for take in self._takes)

    def _frame(self) -> np.ndarray:
        panels = [self._panel(take) for take in self._takes]
        frame = panels[0] if len(panels) == 1 else in_rows(panels, _COLUMNS)
        if self._portrait is None:
            return frame
        if self._network is None:
            self._network = LiveNetwork(self._portrait, _NETWORK_WIDTH, max(320, frame.shape[0]))
        return side_by_side([frame, self._network.frame(self._takes[0].values)])

    def _panel(self, take: Take) -> np.ndarray:
        picture, several = take.picture(), len(self._takes) > 1
        if several:
            room = self._widest // min(_COLUMNS, len(self._takes)) - GAP
            picture = resized(picture, room, room)
            picture = dimmed(picture) if take.over else picture
        if not self._captions:
            return picture
        weight = "trained weights" if take.weight is None else f"weight {take.weight:g}"
        return captioned(picture, (weight, f"return {take.earned:.1f}"))
