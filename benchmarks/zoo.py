"""Makes a champion of the zoo from a finished run: the network, where it comes from, and what it scores.

    wann evolve configs/acrobot.yaml --seed 0 --run-dir /tmp/acrobot
    python benchmarks/zoo.py /tmp/acrobot acrobot

The score is that of `wann test` with its defaults: 100 held-out episodes, or all test images.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import wann.zoo
from wann.records.target import find_network
from wann.workflows.judge import test


def main() -> None:
    """Write wann/zoo/NAME.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("name")
    arguments = parser.parse_args()
    file, _ = find_network(arguments.run)
    report = test(arguments.run, tuned=False)
    found = report.judgement
    score = {
        "figure": "accuracy" if found.n_images else "return",
        "episodes": found.episodes,
        "images": found.n_images,
        "mean_over_search_weights": found.search_mean,
        "random_shared_weight": found.shared_mean,
        "tuned_shared_weight": found.tuned_weight,
        "tuned_shared": found.tuned.mean,
    }
    provenance = {**file.provenance, "score": score}
    path = Path(wann.zoo.__file__).parent / f"{arguments.name}.json"
    replace(file, shared_weight=found.tuned_weight, provenance=provenance).save(path)
    print(f"{path}: {report.network.n_connections} connections, {score}")


if __name__ == "__main__":
    main()
