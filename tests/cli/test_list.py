"""`wann list`: what stands in a row, and that no name is ever cut."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import wann
from wann.cli.commands.search.listing import _lines, time_text
from wann.config import load_config
from wann.records.manifest import read_manifest
from wann.records.run.history import read_history
from wann.records.storage.paths import RunPaths
from wann.workflows.listing import describe_run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = load_config(ROOT / "configs" / "smoke.yaml", ["search.generations=2"])
    folder = tmp_path_factory.mktemp("runs") / ("a-rather-long-name-" * 5)
    wann.evolve(config, seed=7, backend="local", run_dir=folder)
    return folder


def test_a_row_has_date_duration_seed_and_what_is_measured(folder: Path):
    row = describe_run(folder)
    manifest, history = read_manifest(folder), read_history(RunPaths(folder).history)
    assert row["created"] == manifest["created"]
    assert row["seconds"] == history[-1].seconds
    assert (row["seed"], row["generation"], row["measure"], row["kind"]) == (7, 2, "return", "search")
    assert row["select_mean"] == pytest.approx(history[-1].champion)
    json.dumps(row)


@pytest.mark.parametrize("width", [80, 200])
def test_names_are_whole_at_any_width(folder: Path, width: int):
    rows = [describe_run(folder)]
    lines = list(_lines(rows, width))
    assert any(str(folder) in line for line in lines)
    assert all(len(line) <= max(width, len(str(folder))) for line in lines)
    figures = next(line for line in lines if "finished" in line)
    assert {"7", "2/2", "return"} <= set(figures.split())


def test_the_table_is_one_line_a_run_where_it_fits(folder: Path):
    row = describe_run(folder) | {"run": "runs/a"}
    assert len(list(_lines([row, row], 200))) == 3
    assert len(list(_lines([row, row], 40))) == 5


def test_figures_fit_eighty_columns():
    row = {
        **{"run": "r", "created": "2026-11-27T02:32:44+00:00", "status": "finished", "seed": 2**31},
        **{"generation": 4096, "generations": 4096, "seconds": 86400.0 * 3, "select_mean": -12345.6},
        **{"measure": "return", "connections": 12345},
    }
    figures = list(_lines([row], 80))[-1]
    assert "3.0 d" in figures
    assert len(figures) <= 90


def test_what_is_not_known_is_a_dash(tmp_path: Path):
    (tmp_path / "manifest.json").write_text("{")
    row = describe_run(tmp_path)
    assert row["status"] == "damaged"
    assert list(_lines([row], 200))[-1].split()[:2] == ["-", "damaged"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (3.21, "3.2 s"), (59, "59 s"), (90, "1.5 min"), (7200, "2.0 h"), (172800, "2.0 d")],
)
def test_durations_are_said_as_people_say_them(seconds: float, said: str):
    assert time_text(seconds) == said
