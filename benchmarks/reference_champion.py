"""The original release's swing-up champion, imported and judged, beside its published figures.

    WANN_DATA_DIR=../shared python benchmarks/reference_champion.py --episodes 100 1000 --json

An importer, environment, forward pass and regimes that are right reproduce them within sampling error. Each
figure comes with its sampling error (one standard error), with what is known, from an independent program and
from the paper, and with `z`: how many standard errors of the difference lie between the two. What is known is
taken to be of 100 episodes with the spread that is measured here, random weights of 2000 draws. Needs
`WANN_DATA_DIR`, a folder with `reference/swing.out` and `reference/swing.weights.json`.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shlex
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wann.config import load_config
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.pools.backends import make_pool
from wann.evaluation.pools.pools import ChunkedPool, cores, evaluate_in
from wann.judging.regimes import LIMIT, judge
from wann.network.network import Network
from wann.network.plan import compile_genome
from wann.seeding import Purpose, episode_seeds, generator
from wann.workflows.build import build_task
from wann.workflows.importing import import_release

CONFIG = Path(__file__).parents[1] / "configs" / "cartpole_swingup.yaml"
OFFSET_FROM = -1.5

SEARCH_WEIGHTS = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)
OTHER_WEIGHTS = (-1.5, -0.25, 0.25, 1.5, 0.78, 0.80)

KNOWN_EPISODES, KNOWN_DRAWS = 100, 2000
# Measured again on the same file by an independent implementation; the paper's own figures where it has them.
KNOWN = {
    "mean over the six weights": 610.0,
    "random shared weight": 515.3,
    "tuned shared weight": 723.4,
    "tuned weights, mean": 932.0,
    "tuned weights, median": 932.0,
    "random weights": 45.6,
    "weight -2": 539.0,
    "weight -1.5": 630.0,
    "weight -1": 688.0,
    "weight -0.5": 521.0,
    "weight -0.25": 12.0,
    "weight 0.25": 7.0,
    "weight 0.5": 522.0,
    "weight 1": 702.0,
    "weight 1.5": 688.0,
    "weight 2": 689.0,
    "weight 0.78": 722.0,
    "weight 0.8": 707.0,
}
PAPER = {
    "random weights": "57 +- 121",
    "random shared weight": "515 +- 58",
    "tuned shared weight": "723 +- 16",
    "tuned weights, mean": "932 +- 6",
}


@dataclass(frozen=True)
class Figure:
    """One figure, measured and known.

    Attributes:
        std: over episodes, or for a median the spread that its standard error follows from.
        error: the standard error of `measured`.
        z: the difference in standard errors of the difference.
    """

    name: str
    measured: float
    std: float
    error: float
    known: float
    z: float
    paper: str | None = None


def figure(
    name: str, measured: float, std: float, episodes: int, known_episodes: int = KNOWN_EPISODES
) -> Figure:
    """A figure with the standard error that its spread over `episodes` leaves, beside the known one."""
    error, known_error = std / math.sqrt(episodes - 1), std / math.sqrt(known_episodes)
    z = (measured - KNOWN[name]) / math.hypot(error, known_error)
    return Figure(name, measured, std, error, KNOWN[name], z, PAPER.get(name))


def champion(folder: Path) -> tuple[Network, np.ndarray]:
    """The network, and `(1, C)` its published weights."""
    files = folder / "swing.out", load_config(CONFIG), folder / "swing.weights.json", OFFSET_FROM
    file = import_release(*files)
    network = compile_genome(file.genome)
    trained = file.connection_weights(network)
    assert trained is not None
    return network, trained


def measure(
    pool: ChunkedPool, network: Network, trained: np.ndarray, episodes: int, draws: int, seed: int
) -> tuple[list[Figure], dict[str, float]]:
    """Return the figures over `episodes` test episodes, and what else there is to say."""

    def play(weights: np.ndarray, lanes: Lanes) -> np.ndarray:
        return evaluate_in(pool, Candidate("champion", network, weights), lanes).returns

    # random weights vary most, so they get episodes of their own
    rows = generator(seed, Purpose.RANDOM_WEIGHTS).uniform(-LIMIT, LIMIT, (draws, network.n_connections))
    random = play(rows, Lanes.pairing(episode_seeds(seed, Purpose.TEST, draws)))
    each = play(trained, Lanes.product(1, episode_seeds(seed, Purpose.TEST, episodes)))
    j = judge(pool, network, SEARCH_WEIGHTS, episodes, seed, OTHER_WEIGHTS, trained)
    assert j.own is not None
    assert j.tuned_weights is not None

    means = {
        "mean over the six weights": j.search.together,
        "random shared weight": j.shared,
        "tuned shared weight": j.tuned,
        "tuned weights, mean": j.tuned_weights,
    }
    for sweep in (j.search, j.own):
        means |= {
            f"weight {weight:g}": spread for weight, spread in zip(sweep.weights, sweep.each, strict=True)
        }
    figures = [figure(name, spread.mean, spread.std, episodes) for name, spread in means.items()]
    figures.append(figure("tuned weights, median", j.tuned_weights.median, _spread_of_median(each), episodes))
    figures.append(
        figure("random weights", float(random.mean()), float(random.std()), draws, known_episodes=KNOWN_DRAWS)
    )
    more = {
        "tuned_shared_weight": j.tuned_weight,
        "random_weights_draws": draws,
        "std_over_the_81_weights": j.shared_std_over_weights,
        "tuned_weights_share_below_half": float((each < each.max() / 2).mean()),
    }
    return sorted(figures, key=lambda found: list(KNOWN).index(found.name)), more


def _spread_of_median(values: np.ndarray) -> float:
    """What makes the standard error of the median, over the root of the number of values.

    Taken of a normal bulk, whatever the few outliers are: its quartiles are 1.349 standard deviations apart,
    and its median has pi/2 times the variance of its mean.
    """
    low, high = np.percentile(values, [25, 75])
    return float(high - low) / 1.349 * math.sqrt(math.pi / 2)


def table(figures: list[Figure], more: dict[str, float]) -> str:
    """The figures as text."""
    lines = [f"{'':<28}{'measured':>10}{'error':>8}{'known':>8}{'z':>7}  paper"]
    for f in figures:
        measured = f"{f.measured:>10.1f}{f.error:>8.1f}"
        lines.append(f"{f.name:<28}{measured}{f.known:>8.1f}{f.z:>7.1f}  {f.paper or ''}")
    return "\n".join([*lines, *(f"{name}: {value:g}" for name, value in more.items())])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--episodes", type=int, nargs="+", default=[100, 1000], help="a table for each")
    parser.add_argument("--draws", type=int, default=20_000, help="of random weights")
    parser.add_argument("--seed", type=int, default=0, help="of the test episodes")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    if "WANN_DATA_DIR" not in os.environ:
        sys.exit("WANN_DATA_DIR is not set; expected a folder with reference/swing.out")
    network, trained = champion(Path(os.environ["WANN_DATA_DIR"]) / "reference")
    found: dict[str, Any] = {}
    with make_pool(build_task(load_config(CONFIG).task)) as pool:
        for episodes in arguments.episodes:
            began = time.perf_counter()
            figures, more = measure(pool, network, trained, episodes, arguments.draws, arguments.seed)
            seconds = round(time.perf_counter() - began, 1)
            rows = {f.name: {k: v for k, v in asdict(f).items() if k != "name"} for f in figures}
            found[str(episodes)] = {**more, "seconds": seconds, "figures": rows}
            if not arguments.json:
                print(f"{episodes} episodes, seed {arguments.seed}\n{table(figures, more)}\n")
    if arguments.json:
        print(json.dumps(_summary(network, arguments.seed, found), indent=1))


def _summary(network: Network, seed: int, found: dict[str, Any]) -> dict[str, Any]:
    system = f"{platform.system()} {platform.machine()}, {cores()} cores"
    return {
        "command": f"python {shlex.join(sys.argv)}",
        "machine": f"{system}, Python {platform.python_version()}",
        "seed": seed,
        "connections": network.n_connections,
        "nodes": network.n_nodes,
        "episodes": _rounded(found),
    }


def _rounded(value: Any) -> Any:
    """Figures to three decimals; no null where a number should be."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return round(value, 3) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
