"""Bad input at the command line: one clear line each on stderr, exit status 2, no traceback, nothing lost."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

CONFIGS = Path(__file__).parents[2] / "configs"
SMOKE = CONFIGS / "smoke.yaml"


def wann(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from wann.cli.main import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "smoke"
    done = wann("evolve", SMOKE, "--run-dir", folder)
    assert done.returncode == 0, done.stderr
    return folder


def one_line(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert done.returncode == 2, done
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    for part in parts:
        assert part in lines[0]


def test_missing_config() -> None:
    one_line(wann("evolve", CONFIGS / "smok.yaml"), "smok.yaml", "no such file", "smoke.yaml")


def test_all_faults_of_a_config_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(
        "task:\n  env: CartPole-v1\nsearch:\n  populatoin: 3\n  generations: many\n  cull_ratio: 7\n"
        "evaluation:\n  shared_weights: [.nan]\n"
    )
    done = wann("evolve", path)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 4
    assert "bad.yaml:4:3" in lines[0]
    assert "did you mean 'population'?" in lines[0]
    assert "bad.yaml:5" in lines[1]
    assert "bad.yaml:6" in lines[2]
    assert "shared_weights" in lines[3]


@pytest.mark.parametrize(
    ("text", "parts"),
    [("", ["expected the sections"]), ("a: [1", ["bad.yaml:"]), ("- 1\n", ["expected the sections"])],
    ids=["empty", "not YAML", "a list"],
)
def test_files_that_are_no_config(tmp_path: Path, text: str, parts: list[str]) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    one_line(wann("evolve", path), "bad.yaml", *parts)


TALKER = """
import gymnasium

class Talk(gymnasium.Env):
    observation_space, action_space = gymnasium.spaces.Text(9), gymnasium.spaces.Discrete(2)

gymnasium.register("Talk-v0", Talk)
"""


@pytest.mark.parametrize(
    ("env", "parts"),
    [
        ("CartPol-v1", ["unknown environment", "did you mean 'CartPole-v1'?"]),
        ("nosuchmodule:Env-v0", ["put nosuchmodule.py beside the config", "install its package"]),
        ("talker:Talk-v0", ["observation space", "Text", "expected Box", "wrap it"]),
    ],
)
def test_tasks_that_cannot_be_built(tmp_path: Path, env: str, parts: list[str]) -> None:
    (tmp_path / "talker.py").write_text(TALKER)
    folder = tmp_path / "run"
    one_line(wann("evolve", SMOKE, "--set", f"task.env={env}", "--run-dir", folder, cwd=tmp_path), *parts)
    assert not folder.exists()


def test_unknown_command_and_option() -> None:
    one_line(wann("evolv", SMOKE), "evolv")
    one_line(wann("evolve", SMOKE, "--nope"), "--nope")
    one_line(wann("evolve", SMOKE, "--backend", "spark"), "spark", "ray", "local")
    one_line(wann("evolve"), "CONFIG")


def test_address_that_does_not_answer(tmp_path: Path) -> None:
    with socket.socket() as closed:  # a port that is free, as nobody listens on it
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    done = wann("evolve", SMOKE, "--address", address, "--run-dir", tmp_path / "run")
    one_line(done, address, "nothing answers there", "RAY_AUTH_MODE=token")
    one_line(wann("evolve", SMOKE, "--address", "nowhere"), "nowhere", "HOST:PORT")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 404 Not Found\r\n\r\n", b""])
def test_address_of_something_else(tmp_path: Path, answer: bytes) -> None:
    """What listens there is no head node of Ray's: it answers something else, or hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                line.recv(100)
                line.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        done = wann("evolve", SMOKE, "--address", address, "--run-dir", tmp_path / "run")
        thread.join()
    one_line(done, address, "no head node of Ray's")
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "run").exists()


def test_run_folder_that_exists_or_cannot_be_written(run: Path) -> None:
    before = sorted(path.stat().st_mtime_ns for path in run.rglob("*"))
    one_line(wann("evolve", SMOKE, "--run-dir", run), str(run), "exists already", "wann resume")
    assert sorted(path.stat().st_mtime_ns for path in run.rglob("*")) == before
    one_line(wann("evolve", SMOKE, "--run-dir", "/dev/null/run"), "/dev/null/run", "cannot be written")


@pytest.mark.parametrize("command", ["resume", "verify", "test", "render", "export"])
def test_no_such_run(command: str, tmp_path: Path) -> None:
    one_line(wann(command, tmp_path / "nothing"), "nothing", "no such folder")
    one_line(wann(command, tmp_path), "no run there")
    one_line(wann(command, "latest", cwd=tmp_path), "latest", "wann evolve")


def test_network_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for text in (
        "{",
        "[]",
        '{"schema": "other"}',
        '{"schema": "wann-network/2"}',
        '{"schema": "wann-network/3"}',
    ):
        path.write_text(text)
        one_line(wann("test", path), "x.json")


def test_network_for_another_task(run: Path) -> None:
    swingup = CONFIGS / "cartpole_swingup.yaml"
    one_line(wann("test", run, "--task", swingup), "is for another task")


def test_truncated_checkpoint_is_said_and_survived(run: Path, tmp_path: Path) -> None:
    newest = max((run / "checkpoints").glob("gen_*.npz"))
    newest.write_bytes(newest.read_bytes()[:100])
    rows = (run / "history.csv").read_text()
    done = wann("resume", run, "--generations", 4, "--json")
    assert done.returncode == 0, done.stderr
    assert newest.name in done.stderr
    assert json.loads(done.stdout)["generations"] == 4
    assert (run / "history.csv").read_text().startswith(rows)


def test_json_prints_nothing_else(run: Path) -> None:
    done = wann("test", run, "--episodes", 5, "--json")
    value = json.loads(done.stdout)
    assert set(value) == {
        "task",
        "figure",
        "episodes",
        "connections",
        "nodes",
        "search_weights",
        "own_weights",
        "random_weights",
        "random_shared_weight",
        "tuned_shared_weight",
        "tuned_weights",
        "signed_shared_weight",
        "tuned_signed_shared_weight",
        "ensemble",
    }
    assert set(value["search_weights"]["per_weight"]) == {"-2.0", "-1.0", "-0.5", "0.5", "1.0", "2.0"}
    assert set(value["random_shared_weight"]) == {
        *("mean", "mean_without_zero", "std_over_weights", "std_over_weights_without_zero"),
        "std_over_episodes",
    }
    assert value["episodes"] == 5
    assert done.stderr == ""


def test_list_shows_the_run(run: Path) -> None:
    rows = json.loads(wann("list", run.parent, "--json").stdout)
    assert [row["run"] for row in rows] == [str(run)]
    assert str(run.name) in wann("list", run.parent).stdout


def test_summary_fits_eighty_columns(run: Path) -> None:
    done = wann("test", run, "--episodes", 3)
    assert max(map(len, done.stdout.splitlines())) <= 80
