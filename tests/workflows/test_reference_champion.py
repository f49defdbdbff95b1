"""The release's champion earns here what was published: importer, environment, forward pass, regimes at once.

Standard errors are those of the episodes played here and of the 100 that the known figures are taken to be of
(random weights: 2000 draws). Eighteen true figures stay within 4 of them for 99.9 % of all seeds; the seed is
fixed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "reference_champion.py"
COMMITTED = BENCHMARK.parent / "results" / "reference_champion.json"
LIMIT = 4.0

# Measured again with an independent implementation, and 4 standard errors or a little more.
HEADLINES = {
    "mean over the six weights": (610.0, 12.0),
    "random shared weight": (515.3, 12.0),
    "tuned shared weight": (723.4, 8.0),
    "tuned weights, median": (932.0, 5.0),
    "random weights": (45.6, 11.0),
}
PER_WEIGHT = {-2: 539, -1.5: 630, -1: 688, -0.5: 521, -0.25: 12, 0.25: 7, 0.5: 522, 1: 702, 1.5: 688, 2: 689}

needs_data = pytest.mark.skipif("WANN_DATA_DIR" not in os.environ, reason="WANN_DATA_DIR is not set")


@pytest.fixture(scope="module")
def measured():
    command = [sys.executable, BENCHMARK, "--episodes", "400", "--draws", "8000", "--seed", "1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def far_off(figures: dict) -> dict:
    return {name: row for name, row in figures.items() if abs(row["z"]) > LIMIT}


@needs_data
def test_the_champion_has_its_published_size(measured):
    assert (measured["connections"], measured["nodes"]) == (52, 29)


@needs_data
def test_every_figure_is_reproduced_within_its_sampling_error(measured):
    found = measured["episodes"]["400"]
    assert far_off(found["figures"]) == {}
    # a second peak, 0.88, earns 2 less: with 32 tune episodes one seed in seven takes it, but not this one
    assert found["tuned_shared_weight"] == 0.78
    # about one start in a hundred drives off the track
    assert found["tuned_weights_share_below_half"] < 0.03
    for name, (known, within) in HEADLINES.items():
        assert found["figures"][name]["measured"] == pytest.approx(known, abs=within), name
        assert found["figures"][name]["known"] == known
    for weight, known in PER_WEIGHT.items():
        row = found["figures"][f"weight {weight:g}"]
        assert (row["known"], abs(row["measured"] - known) < LIMIT * row["std"] / 8) == (known, True), weight


def test_the_committed_table_is_one_of_this_program_and_holds():
    table = json.loads(COMMITTED.read_text())
    assert {"command", "machine", "seed"} <= table.keys()
    assert set(table["episodes"]) >= {"100", "1000"}
    for found in table["episodes"].values():
        assert set(HEADLINES) <= set(found["figures"])
        assert far_off(found["figures"]) == {}


def test_without_the_data_it_says_so():
    clean = {key: value for key, value in os.environ.items() if key != "WANN_DATA_DIR"}
    done = subprocess.run([sys.executable, BENCHMARK], capture_output=True, text=True, env=clean)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "WANN_DATA_DIR is not set; expected a folder with reference/swing.out\n"
