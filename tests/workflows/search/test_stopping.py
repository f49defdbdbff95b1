"""Stop rules: which hold, which may change once a run has begun, and that they change nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import wann
from wann.config import Config, parse_config
from wann.errors import ConfigError, RunDamaged
from wann.records.manifest import read_manifest
from wann.records.run.history import read_history
from wann.workflows.search.evolve import Outcome, resume, start
from wann.workflows.search.stopping import CHANGEABLE, StopRules
from wann.workflows.search.verify import verify
from wann.workflows.search.watcher import Silent

TEXT = """
task: {env: CartPole-v1, max_episode_steps: 60}
search: {population: 8, generations: 8}
evaluation: {episodes: 1, backend: local, workers: 1}
run: {seed: 5}
"""


def config_with(*overrides: str) -> Config:
    return parse_config(TEXT, "test", overrides)


def rows_of(folder: Path):
    return [replace(row, seconds=0.0) for row in read_history(folder / "history.csv")]


class Notes(Silent):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Outcome:
    return start(config_with(), tmp_path_factory.mktemp("whole") / "run", "test")


@pytest.fixture
def solved(tmp_path) -> Path:
    """A run that its first champion has solved."""
    outcome = start(config_with("run.solved_score=0.5"), tmp_path / "run", "test")
    assert (outcome.status, outcome.state.generation) == ("solved", 1)
    return tmp_path / "run"


@pytest.mark.parametrize("higher", ["null", "1e9"])
def test_a_solved_run_goes_on_as_if_it_had_never_stopped(solved, whole, higher):
    before = (solved / "config.yaml").read_bytes()
    outcome = resume(solved, overrides=[f"run.solved_score={higher}"])
    assert (outcome.status, outcome.state.generation) == ("finished", 8)
    assert rows_of(solved) == rows_of(whole.folder)
    assert (solved / "config.yaml").read_bytes() == before
    assert verify(solved, last=2).fault is None


@pytest.mark.parametrize(
    ("rule", "status", "other"),
    [
        ("run.max_env_steps=1", "out of environment steps", "run.max_env_steps=null"),
        ("run.max_seconds=0.001", "out of time", "run.max_seconds=1000"),
        ("search.generations=1", "finished", "search.generations=8"),
    ],
)
def test_every_other_rule_may_change_too(tmp_path, whole, rule, status, other):
    folder = tmp_path / "run"
    assert start(config_with(rule), folder, "test").status == status
    assert resume(folder, overrides=[other, "search.generations=8"]).status == "finished"
    assert rows_of(folder) == rows_of(whole.folder)


def test_rules_stay_for_later_sessions_and_each_session_notes_its_own(solved):
    resume(solved, generations=3, overrides=["run.solved_score=1e9"])
    assert resume(solved, generations=5).state.generation == 5
    manifest = read_manifest(solved)
    scores = [session["rules"]["solved_score"] for session in manifest["sessions"]]
    assert (scores, manifest["rules"]["solved_score"]) == ([0.5, 1e9, 1e9], 1e9)
    assert resume(solved, overrides=["run.solved_score=0.5"]).status == "solved"  # and nothing is done


def test_a_stricter_rule_cuts_no_recorded_generation_short(whole, tmp_path):
    """A run that has lost its checkpoints is replayed to its last row, whatever rule holds by now."""
    folder = tmp_path / "run"
    start(config_with("search.generations=4"), folder, "test")
    for path in (folder / "checkpoints").iterdir():
        path.unlink()
    outcome = resume(folder, overrides=["run.solved_score=0.5"])
    assert (outcome.status, outcome.state.generation) == ("solved", 4)
    assert rows_of(folder) == rows_of(whole.folder)[:4]


@pytest.mark.parametrize(
    "key",
    [
        *(
            "search.population=9",
            "search.mutation.add_node=0.5",
            "evaluation.episodes=2",
            "task.env=Pendulum-v1",
        ),
        *("run.seed=6", "run={solved_score: 3}", "search={}", "nonsense=1", "run.solved_scor=1"),
    ],
)
def test_what_cannot_change_is_named_and_nothing_is_written(solved, key):
    before = {path: path.read_bytes() for path in solved.rglob("*") if path.is_file()}
    with pytest.raises(ConfigError) as caught:
        resume(solved, overrides=["run.solved_score=7", key])
    message = str(caught.value)
    assert message.startswith(f"--set {key}: {key.partition('=')[0]} cannot change once a run has begun")
    assert all(allowed in message for allowed in CHANGEABLE)
    assert ("did you mean 'run.solved_score'?" in message) == (key == "run.solved_scor=1")
    assert "run.solved_score=7" not in message
    assert {path: path.read_bytes() for path in solved.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("key", "cure"), [("evaluation.workers=3", "--workers"), ("evaluation.backend=ray", "--backend")]
)
def test_what_has_an_option_of_its_own_is_told(solved, key, cure):
    with pytest.raises(ConfigError, match=cure):
        resume(solved, overrides=[key])


@pytest.mark.parametrize(
    "text", ["run.max_seconds=0", "run.solved_score=high", "search.generations=0", "run"]
)
def test_a_wrong_value_is_told_as_in_every_other_command(solved, text):
    with pytest.raises(ConfigError, match=rf"--set {text}: "):
        resume(solved, overrides=[text])


def test_a_total_is_given_once(solved):
    with pytest.raises(ConfigError, match="--generations: says the same"):
        resume(solved, generations=9, overrides=["search.generations=10"])


@pytest.mark.parametrize("rules", [[], {"seed": 3}, {"max_seconds": "long"}, {"solved_score": True}])
def test_a_manifest_with_other_rules_is_refused(solved, rules):
    path = solved / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"rules": rules}))
    with pytest.raises(RunDamaged, match=r"manifest\.json: rules: "):
        resume(solved)


def test_a_run_of_an_older_version_goes_by_its_config(solved):
    path = solved / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["rules"]
    path.write_text(json.dumps(manifest))
    assert resume(solved).status == "solved"


@pytest.mark.parametrize(
    "rules",
    [
        ("run.solved_score=0.5",),
        ("search.generations=1",),
        ("run.max_env_steps=1",),
        ("run.max_seconds=0.001",),
        ("search.generations=1", "run.solved_score=0.5", "run.max_env_steps=1", "run.max_seconds=0.001"),
    ],
)
def test_nothing_to_do_says_a_command_that_does_something(tmp_path, rules):
    folder = tmp_path / "run"
    start(config_with(*rules), folder, "test")
    notes = Notes()
    resume(folder, watcher=notes)
    (note,) = notes.notes
    match = re.fullmatch(
        r"nothing to do: the run is [a-z ]+ already, after 1 generations; "
        r"to search on: wann resume (\S+) (.+)",
        note,
    )
    assert match
    assert match[1] == str(folder)
    words = match[2].split()
    total = int(words[words.index("--generations") + 1]) if "--generations" in words else None
    overrides = [value for option, value in pairwise(words) if option == "--set"]
    assert len(overrides) + (total is not None) == len(rules)
    assert resume(folder, generations=total, overrides=overrides).state.generation > 1


def test_from_python(solved):
    run = wann.resume(solved, generations=2, overrides=("run.solved_score=null",))
    assert (run.status, len(run.history)) == ("finished", 2)


def test_the_command(solved):
    def go_on(*options: str) -> subprocess.CompletedProcess[str]:
        code = "from wann.cli.main import main; main()"
        command = [sys.executable, "-c", code, "resume", str(solved), *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    done = go_on("--set", "run.solved_score=1e9", "--set", "search.generations=3", "--json")
    assert done.returncode == 0, done.stderr
    assert {"status": "finished", "generations": 3}.items() <= json.loads(done.stdout).items()
    refused = go_on("--set", "search.population=3")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert len(refused.stderr.splitlines()) == 1


def test_the_rules_of_a_config():
    rules = StopRules.of(config_with("run.max_seconds=3"))
    assert (rules.generations, rules.max_seconds, rules.solved_score) == (8, 3.0, None)
