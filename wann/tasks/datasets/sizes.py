"""Whether the inputs of a data set are of sizes that a network with one weight can use side by side."""

from __future__ import annotations

import numpy as np

from wann.tasks.datasets.dataset import Dataset

_MOST_TIMES = 100.0  # the largest input over the smallest
_LARGEST = 100.0
CURE = "run the same again with --set task.scale=standard (scale: standard below task: in the config)"


def unlike_sizes(data: Dataset) -> str | None:
    """Return a warning where training inputs are of very different size, or far above 1; None where not.

    The size of an input is the root of its mean square. With one weight for every connection, a network
    cannot make a large input small, so that it hides all others, or drives every activation to its bound.
    """
    images = data.train.images.astype(np.float64)
    sizes = np.sqrt((images * images).mean(axis=0))
    used = np.flatnonzero(images.min(axis=0) != images.max(axis=0))
    if not len(used):
        return None
    least, most = used[np.argmin(sizes[used])], used[np.argmax(sizes[used])]
    if data.shape is None and sizes[most] > _MOST_TIMES * sizes[least]:
        return (
            f"{data.name}: inputs are of very different size: '{data.inputs[most]}' about {sizes[most]:.3g}, "
            f"'{data.inputs[least]}' about {sizes[least]:.3g}, which hides the small ones"
        )
    if sizes[most] > _LARGEST:
        return (
            f"{data.name}: inputs are large, '{data.inputs[most]}' about {sizes[most]:.3g}; "
            "networks expect some -1..1"
        )
    return None
