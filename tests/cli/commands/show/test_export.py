"""`wann export` as a user meets it: every format by one command, and bad input in one line each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from wann.cli.commands.show.export import export
from wann.config import TaskConfig
from wann.errors import OutputError, RunNotFound
from wann.export.writers import FORMATS
from wann.genome.genome import Genome
from wann.records.network.file import NetworkFile


@pytest.fixture
def champion(tmp_path: Path, grow) -> Path:
    path = tmp_path / "champion.json"
    genome = grow(4, 2, generations=30, seed=4, size=2)[0]
    NetworkFile(TaskConfig(env="CartPole-v1"), genome, -1.5, provenance={"seed": 7}).save(path)
    return path


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_written_beside_the_network(format: str, champion: Path, capsys) -> None:
    export(str(champion), format=format)
    written = champion.with_name(f"champion{FORMATS[format].endings[0]}")
    assert {path.name for path in champion.parent.iterdir()} == {champion.name, written.name}
    assert written.stat().st_size > 200
    assert capsys.readouterr().out.startswith(f"{written}: ")


@pytest.mark.parametrize("format", FORMATS)
def test_the_one_file_that_is_named_is_written_whatever_its_ending(format: str, champion: Path) -> None:
    export(str(champion), format=format, output=champion.with_name("x.strange"))
    assert {path.name for path in champion.parent.iterdir()} == {champion.name, "x.strange"}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("own", [False, True])
def test_a_network_without_connections_and_hidden_nodes(format: str, own: bool, tmp_path: Path) -> None:
    none = np.empty(0, np.int32)
    genome = Genome(4, 2, np.zeros(2, np.int8), none, none, none.astype(bool), none)
    path = tmp_path / "empty.json"
    NetworkFile(TaskConfig(env="CartPole-v1"), genome, None, np.empty(0) if own else None).save(path)
    export(str(path), format=format, output=tmp_path / "x")
    assert (tmp_path / "x").stat().st_size > 0


def test_what_is_known_of_the_network_is_in_the_code(champion: Path) -> None:
    for format in ("c", "torch"):
        export(str(champion), format=format, output=champion.with_name("x"))
        text = champion.with_name("x").read_text("utf-8")
        for part in ("Task: CartPole-v1", "2 pole angle", "-1.5", "seed 7", "Written by: wann"):
            assert part in text


def test_the_name_of_the_file_becomes_that_of_the_function(champion: Path, capsys) -> None:
    export(str(champion), output=champion.with_name("swing-up.c"), number="fixed")
    text = champion.with_name("swing-up.c").read_text("utf-8")
    assert "void swing_up_step(const int32_t *observation, int32_t weight, int32_t *output);" in text
    assert "#define SWING_UP_INPUTS 4" in text
    written, ram, flash = capsys.readouterr().out.splitlines()
    assert written.startswith(f"{champion.with_name('swing-up.c')}: ")
    assert ram.startswith("RAM: ")
    assert flash.startswith("Flash: ")


@pytest.mark.parametrize(
    ("format", "number"),
    [("graphml", "float"), ("torch", "fixed"), ("onnx", "fixed"), ("c", "half"), ("c", "")],
)
def test_numbers_that_a_format_has_not(format: str, number: str, champion: Path) -> None:
    with pytest.raises(OutputError, match="--number") as caught:
        export(str(champion), format=format, number=number)
    assert "\n" not in str(caught.value)
    assert list(champion.parent.iterdir()) == [champion]


def test_errors_leave_nothing_behind(champion: Path) -> None:
    for arguments in ({"format": "pdf"}, {"output": Path("/proc/x.c")}, {"output": champion.parent}):
        with pytest.raises(OutputError) as caught:
            export(str(champion), **arguments)
        assert "\n" not in str(caught.value)
    with pytest.raises(RunNotFound):
        export(str(champion.with_name("nothing")), format="c")
    assert list(champion.parent.iterdir()) == [champion]


def test_bad_input_is_one_line_at_the_shell(champion: Path) -> None:
    def wann(*arguments: object, before: str = "") -> str:
        code = f"{before}from wann.cli.main import main; main()"
        command = [sys.executable, "-c", code, "export", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert (done.returncode, done.stdout) == (2, "")
        (line,) = done.stderr.splitlines()
        return line

    assert "did you mean 'gexf'?" in wann(champion, "-f", "gef")
    assert "cannot be written" in wann(champion, "-o", "/dev/null/x.c")
    without_onnx = "import sys; sys.modules['onnx'] = None; "
    assert 'pip install "wann[onnx]"' in wann(champion, "-f", "onnx", before=without_onnx)


def test_the_graph_knows_its_task(champion: Path) -> None:
    export(str(champion), format="json")
    data = json.loads(champion.with_name("champion.graph.json").read_text("utf-8"))
    assert data["graph"] == {"task": "CartPole-v1", "shared_weight": -1.5}
