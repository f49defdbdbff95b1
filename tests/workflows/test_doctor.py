"""Doctor: what is broken is named with its cure, and hides nothing else."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from wann import jit
from wann.errors import EvaluationError, OutputError
from wann.parallel.on_ray import cluster as ray_cluster
from wann.report import encoders
from wann.tasks.datasets.files import NAMES, data_folder
from wann.workflows import doctor
from wann.workflows.doctor import Check, examine


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Importing Ray and running ffmpeg take seconds."""
    monkeypatch.setattr(ray_cluster, "ray_version", lambda: "2.60.0")
    monkeypatch.setattr(encoders, "ffmpeg_version", lambda: "9")


def checks(**options: bool) -> dict[str, Check]:
    return {check.name: check for check in examine(**options)}


def test_this_machine_is_well():
    found = checks()
    assert [name for name, check in found.items() if check.needed and not check.ok] == []
    assert found["numba"].found.startswith("0.")
    assert "cores" in found["machine"].found
    assert "ray cluster" not in found


def test_the_processor_is_that_of_numba():
    name, features = jit.processor()
    assert checks()["processor"].found.startswith(f"{name}: ")
    assert set(features) <= set(jit._SIMD)


def test_a_cluster_is_tried_when_it_is_asked_for(monkeypatch):
    monkeypatch.setattr(ray_cluster, "try_cluster", lambda: 4.25)
    assert checks(with_cluster=True)["ray cluster"].found == "started and answered in 4.2 s"


def missing_ray() -> str:
    raise EvaluationError("no ray")


def missing_ffmpeg() -> str:
    raise OutputError("no ffmpeg")


def test_what_raises_is_missing_and_the_rest_is_still_looked_at(monkeypatch):
    whole = checks()
    monkeypatch.setattr(ray_cluster, "ray_version", missing_ray)
    monkeypatch.setattr(encoders, "ffmpeg_version", missing_ffmpeg)
    found = checks()
    assert found.keys() == whole.keys()
    assert (found["ray"].ok, found["ray"].needed) == (False, True)
    assert "no ray" in found["ray"].found
    assert "--backend local" in found["ray"].cure
    assert (found["films"].ok, found["films"].needed) == (False, False)
    assert "pip install imageio-ffmpeg" in found["films"].cure


def test_a_package_that_is_not_installed(monkeypatch):
    monkeypatch.setattr(doctor, "installed", lambda name: None)
    found = checks()
    assert (found["numba"].ok, found["numba"].cure) == (False, "pip install numba")
    assert "torch" not in found


def test_a_kernel_cache_that_does_not_last(monkeypatch, tmp_path: Path):
    folder = tmp_path / "wann-kernels-x"
    folder.mkdir()
    (folder / "kernel").write_bytes(bytes(2500))
    monkeypatch.setattr(jit, "cache_folder", lambda: folder)
    check = checks()["kernel cache"]
    assert (check.ok, check.found) == (False, f"{folder}: 2 kB")
    assert "NUMBA_CACHE_DIR" in check.cure


def test_old_kernels_are_counted(monkeypatch, tmp_path: Path):
    for name, size in (("kernels-new", 3_000_000), ("kernels-old", 5_000_000)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "kernel").write_bytes(bytes(size))
    monkeypatch.setattr(jit, "cache_folder", lambda: tmp_path / "kernels-new")
    check = checks()["kernel cache"]
    assert check.ok
    assert check.found == f"{tmp_path}/kernels-new: 3 MB, and 5 MB of other versions beside it"


def test_the_data_folder(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("WANN_DATA_DIR", str(tmp_path))
    check = checks()["data"]
    assert (check.ok, check.needed) == (False, False)
    assert "4 of MNIST's 4 files missing" in check.found
    (tmp_path / "mnist").mkdir()
    for name in NAMES:
        (tmp_path / "mnist" / name).touch()
    assert checks()["data"].ok
    monkeypatch.delenv("WANN_DATA_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert data_folder() == tmp_path / "cache" / "wann" / "data"


def test_a_full_disk(monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9 - 10**6, 10**6))
    check = checks()["this folder"]
    assert (check.ok, check.needed) == (False, True)
    assert "1 MB free" in check.found
