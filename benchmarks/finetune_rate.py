"""How the learning rate of `finetune` was chosen: by accuracy on validation images, at two densities.

    python benchmarks/finetune_rate.py

LeNet-300-100 on MNIST, magnitude, 4 epochs dense and 4 after pruning. Some ten minutes of one core. The JSON
goes to benchmarks/results/finetune_rate.json, a seed at a time, and to stdout.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from wann.pruning import PRESETS, Training
from wann.pruning.cell import prune_cell, train_dense
from wann.records.storage.files import write_json
from wann.tasks.classification import make_classification

RESULTS = Path(__file__).parent / "results" / "finetune_rate.json"
DENSITIES, SEEDS, HIDDEN = (0.1, 0.02), (0, 1, 2), (300, 100)
COURSES = ((5e-4, "constant"), (1e-3, "constant"), (2e-3, "constant"), (2e-3, "cosine"), (4e-3, "cosine"))


def main() -> None:
    """Measure the seeds that are not in the file yet."""
    found: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"seeds": {}}
    for seed in SEEDS:
        if str(seed) not in found["seeds"]:
            found["seeds"][str(seed)] = measured(seed)
            write_json(RESULTS, {"command": "python benchmarks/finetune_rate.py", **found})
    print(RESULTS.read_text())


def measured(seed: int) -> list[dict[str, Any]]:
    """Return a seed's validation accuracies, of every course at every density."""
    task, training = make_classification("mnist28"), Training(epochs=4)
    dense, rows = train_dense(task, HIDDEN, "relu", seed, training), []
    for density in DENSITIES:
        for rate, course in COURSES:
            own = replace(training, finetune_rate=rate, finetune_schedule=course)
            cell = prune_cell(task, HIDDEN, "relu", PRESETS["magnitude"], density, seed, own, dense)
            row = {"density": density, "finetune_rate": rate, "finetune_schedule": course}
            rows.append({**row, "validation": cell.score.validation})
    return rows


if __name__ == "__main__":
    main()
