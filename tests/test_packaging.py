"""What is shipped: the archives that users install, and what the repository holds."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
MOST_BYTES = 500_000
PICTURES = {".png", ".svg", ".jpg", ".gif"}

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a git checkout")


def git_files(*options: str) -> list[PurePosixPath]:
    """Files that git lists and that are there, relative to the root."""
    done = subprocess.run(["git", "ls-files", "-z", *options], cwd=ROOT, capture_output=True, check=True)
    names = sorted(set(filter(None, done.stdout.decode().split("\0"))))
    return [PurePosixPath(name) for name in names if (ROOT / name).is_file()]


class Built(NamedTuple):
    wheel: Path
    sdist: Path
    modules: set[str]  # what the wheel must hold, by its path there
    contents: dict[str, bytes]  # the wheel's files

    def metadata(self, name: str) -> bytes:
        return self.contents[f"wann-{PROJECT['version']}.dist-info/{name}"]

    @property
    def message(self) -> Message:
        return message_from_bytes(self.metadata("METADATA"))


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Built:
    """An sdist, and a wheel made from it, of what a commit of this checkout would hold; no network needed."""
    copy, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    files = git_files("--cached", "--others", "--exclude-standard")
    for file in files:
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, copy / file)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, copy],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    modules = {str(file) for file in files if file.parts[0] == "wann"}
    modules |= {str(file.relative_to("envs")) for file in files if file.is_relative_to("envs/wann_envs")}
    with zipfile.ZipFile(wheel) as archive:
        contents = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    return Built(wheel, sdist, modules, contents)


# The archives


def test_the_wheel_holds_the_two_packages_and_nothing_else(built):
    assert {name for name in built.contents if ".dist-info/" not in name} == built.modules
    assert {PurePosixPath(name).parts[0] for name in built.modules} == {"wann", "wann_envs"}
    assert {"wann/__init__.py", "wann/cli/main.py", "wann_envs/__init__.py"} <= built.modules


def test_the_sdist_holds_what_the_wheel_is_made_of(built):
    with tarfile.open(built.sdist) as archive:
        names = {str(PurePosixPath(*PurePosixPath(name).parts[1:])) for name in archive.getnames()}
    modules = {f"envs/{name}" if name.startswith("wann_envs/") else name for name in built.modules}
    assert modules | {"pyproject.toml", "README.md", "LICENSE"} <= names
    assert not [name for name in names if name.startswith(("runs/", ".git/"))]


def test_the_wheel_carries_the_licence(built):
    assert built.metadata("licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
    assert built.message["License-Expression"] == "MIT"


def test_the_wheel_offers_the_command(built):
    parser = configparser.ConfigParser()
    parser.read_string(built.metadata("entry_points.txt").decode())
    assert {section: dict(parser[section]) for section in parser.sections()} == {
        "console_scripts": {"wann": "wann.cli.main:main"}
    }


def test_the_wheel_fits_every_platform(built):
    assert built.wheel.name == f"wann-{PROJECT['version']}-py3-none-any.whl"


def test_there_is_one_version(built):
    assert built.message["Version"] == PROJECT["version"]
    assert version("wann") == PROJECT["version"], 'an old install; run: pip install -e ".[test]"'
    assert f"\n## {PROJECT['version']} - " in (ROOT / "CHANGELOG.md").read_text("utf-8")


# The pins


def test_every_direct_dependency_is_pinned():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in pins if line.count("==") != 1 or set(line) & set(" ;@*/<>~!")] == []
    pinned = {line.partition("==")[0].lower() for line in pins}
    assert len(pinned) == len(pins)
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
    names = {line.partition(">=")[0].partition("[")[0].strip().lower() for line in wanted}
    assert names - pinned == set()


# The repository


def test_no_data_and_no_runs_are_tracked():
    tracked = git_files("--cached")
    runs = [
        file for file in tracked if file.name in {"manifest.json", "history.csv"} or file.suffix == ".npz"
    ]
    assert runs == []
    assert [str(file) for file in tracked if file.parts[0] == "runs"] in ([], ["runs/README.md"])
    leftovers = {"data", "shared", "build", "dist", ".venv"}
    assert [file for file in tracked if file.parts[0] in leftovers or "__pycache__" in file.parts] == []


def test_tracked_files_are_small():
    large = [file for file in git_files("--cached") if (ROOT / file).stat().st_size > MOST_BYTES]
    assert [file for file in large if file.parts[0] != "docs" or file.suffix not in PICTURES] == []
