"""A sheet of images with what a network says of them: some that it gets right, some that it gets wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wann.errors import OutputError
from wann.network.batch import WIDTH, BatchForward
from wann.network.network import Network
from wann.records.storage.files import write_atomically
from wann.report.panels import INK, PAPER, font
from wann.tasks.classification import ClassificationTask

COLUMNS, ROWS = 10, 3  # of the images that are right, and of those that are wrong
_SIDE, _GAP, _LINE, _MARGIN = 64, 12, 20, 24
_RIGHT, _WRONG = (30, 120, 70), (190, 50, 30)
ENDINGS = (".png", ".jpg", ".jpeg", ".webp")


@dataclass(frozen=True)
class Sheet:
    """What was drawn: the file, and how much of the test images is right."""

    path: Path
    accuracy: float
    images: int


def sheet(task: ClassificationTask, network: Network, weights: np.ndarray, path: Path, named: str) -> Sheet:
    """Write a picture of the first test images that a network gets right, and of the first that it does not.

    Args:
        task: a data set of images.
        network: the plan.
        weights: `(1, 1)` a shared weight, or `(1, C)` one per connection in the network's order.
        path: where to; `.png`, `.jpg` or `.webp`.
        named: what the weights are, for people.

    Raises:
        OutputError: the ending is unknown, the inputs are no images, or the file cannot be written.
    """
    if path.suffix.lower() not in ENDINGS:
        raise OutputError(f"{path}: a sheet of images must end in {', '.join(ENDINGS)}, got '{path.suffix}'")
    if task.data.shape is None:
        raise OutputError(f"{task.name}: has columns of numbers, not images, so there is nothing to show")
    images, labels = task.data.test.images, task.data.test.labels
    said = answers(network, weights, images)
    right = said == labels
    groups = [
        (f"right: {right.mean():.1%} of {len(labels):,} test images", np.flatnonzero(right)),
        (f"wrong: {1 - right.mean():.1%}", np.flatnonzero(~right)),
    ]
    picture = _draw(task, groups, said, f"{task.name}, {named}")
    try:
        kind = {".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}.get(path.suffix.lower(), "PNG")
        write_atomically(path, lambda file: picture.save(file, format=kind))
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error
    return Sheet(path, float(right.mean()), len(labels))


def answers(network: Network, weights: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Return `(N,)` classes: the largest output, of equals the first."""
    forward = BatchForward(network)
    said = []
    for first in range(0, len(images), WIDTH):
        part = images[first : first + WIDTH].astype(float)
        said.append(np.argmax(forward(np.repeat(weights, len(part), axis=0), part), axis=1))
    return np.concatenate(said)


def _draw(task: ClassificationTask, groups: list[tuple[str, np.ndarray]], said: np.ndarray, title: str):
    from PIL import Image, ImageDraw

    shown = [which[: COLUMNS * ROWS] for _, which in groups]
    lines = [-(-len(which) // COLUMNS) for which in shown]
    cell = _SIDE + _LINE + _GAP
    width = 2 * _MARGIN + COLUMNS * (_SIDE + _GAP) - _GAP
    height = 2 * _MARGIN + 30 + sum(40 + rows * cell for rows in lines)
    picture = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.text((_MARGIN, _MARGIN), title, fill=INK, font=font(18, bold=True), anchor="lm")
    y = _MARGIN + 24
    for (heading, _), which, rows in zip(groups, shown, lines, strict=True):
        draw.text((_MARGIN, y + 16), heading, fill=INK, font=font(14), anchor="lm")
        y += 36
        for k, image in enumerate(which.tolist()):
            x, top = _MARGIN + k % COLUMNS * (_SIDE + _GAP), y + k // COLUMNS * cell
            picture.paste(_tile(task, image), (x, top))
            text, ink = _verdict(task, int(said[image]), int(task.data.test.labels[image]))
            draw.text((x + _SIDE // 2, top + _SIDE + 11), text, fill=ink, font=font(11), anchor="mm")
        y += rows * cell + 4
    return picture


def _tile(task: ClassificationTask, image: int):
    """An image, dark on light, enlarged to the sheet's squares."""
    from PIL import Image

    assert task.data.shape is not None
    values = task.data.test.images[image].reshape(task.data.shape).astype(float)
    low, high = float(task.data.test.images.min()), float(task.data.test.images.max())
    grey = 245 - 225 * (values - low) / ((high - low) or 1.0)
    small = Image.fromarray(grey.astype(np.uint8))
    return small.resize((_SIDE, _SIDE), Image.Resampling.NEAREST).convert("RGB")


def _verdict(task: ClassificationTask, said: int, label: int) -> tuple[str, tuple[int, int, int]]:
    names = task.outputs
    if said == label:
        return names[said], _RIGHT
    return f"{names[said]}, is {names[label]}", _WRONG
