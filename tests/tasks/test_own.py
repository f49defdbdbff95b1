"""Environments in files of one's own: found, told apart, and told about where they are not there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import gymnasium
import pytest

from wann.config import load_config, load_prune_config
from wann.errors import ConfigError, TaskError
from wann.evaluation.players.stepped.episode import Episode
from wann.tasks.environments.environment import make_environment, make_task
from wann.tasks.own import file_of, find_object, reload_if_changed, sources

TRACKER = """
import random
import numpy as np, gymnasium
from gymnasium import spaces
from {physics} import g

class TrackerEnv(gymnasium.Env):
    observation_space = spaces.Box(-10, 10, (2,), np.float64)
    action_space = spaces.Box(-1, 1, (1,), np.float64)
    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(2), {{}}
    def step(self, action):
        return np.zeros(2), float(g), False, False, {{}}

def make(**options):
    return TrackerEnv()

gymnasium.register("Tracker-v0", entry_point="{stem}:TrackerEnv", max_episode_steps=7)
"""


def write(folder: Path, g: float, stem: str = "tracker", physics: str = "physics") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{stem}.py").write_text(TRACKER.format(physics=physics, stem=stem))
    (folder / f"{physics}.py").write_text(f"g = {g}\n")
    return folder / f"{stem}.py"


def reward(file: Path, name: str = "TrackerEnv") -> float:
    environment = make_environment(f"{file}:{name}", {}, 5)
    environment.reset(seed=0)
    return float(environment.step(environment.action_space.sample())[1])


@pytest.mark.parametrize(("name", "limit"), [("TrackerEnv", 1000), ("make", 1000), ("Tracker-v0", 7)])
def test_a_class_a_function_and_an_id(tmp_path: Path, name: str, limit: int) -> None:
    file = write(tmp_path, 9.5)
    assert make_task(f"{file}:{name}").max_steps == limit
    assert reward(file, name) == 9.5


def test_episodes_of_a_class_end_at_the_limit(tmp_path: Path) -> None:
    import numpy as np

    task = make_task(f"{write(tmp_path, 1.0)}:TrackerEnv", max_episode_steps=4)
    episode = Episode.fresh(task, 0)
    steps = 1
    while not episode.step(np.zeros(1)):
        steps += 1
    assert (steps, episode.earned) == (4, 4.0)


def test_two_files_of_one_name_are_two(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a", 1.0), write(tmp_path / "b", 2.0)
    for name in ("TrackerEnv", "Tracker-v0"):
        assert [reward(file, name) for file in (one, other, one)] == [1.0, 2.0, 1.0]
    assert "tracker" not in sys.modules
    assert "physics" not in sys.modules


def test_a_file_called_like_a_module_of_python(tmp_path: Path) -> None:
    import random

    assert reward(write(tmp_path, 3.0, stem="random", physics="numba")) == 3.0
    assert sys.modules["random"] is random


def test_a_file_in_a_package_finds_its_neighbours(tmp_path: Path) -> None:
    file = write(tmp_path / "games", 4.0, physics="laws")
    (tmp_path / "games" / "__init__.py").write_text("")
    file.write_text(file.read_text().replace("from laws", "from .laws"))
    assert reward(file) == 4.0
    assert [path.name for path in sources(file)] == ["__init__.py", "laws.py", "tracker.py"]


def test_an_edited_neighbour_counts_from_the_next_task_on(tmp_path: Path) -> None:
    file = write(tmp_path, 1.0)
    make_task(f"{file}:TrackerEnv")
    (tmp_path / "physics.py").write_text("g = 5.0\n")
    assert reward(file) == 1.0, "not in the middle of a run"
    make_task(f"{file}:TrackerEnv")
    assert reward(file) == 5.0
    reload_if_changed(file)
    assert find_object(f"{file}:g") == 5.0


def test_sources_are_read_at_any_depth(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    from b import x\nimport json\n")
    (tmp_path / "b.py").write_text("import c.d\nimport a\n")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "__init__.py").write_text("")
    (tmp_path / "c" / "d.py").write_text("(")
    (tmp_path / "json.py").write_text("")
    found = [str(path.relative_to(tmp_path)) for path in sources(tmp_path / "a.py")]
    assert found == ["a.py", "b.py", "c/__init__.py", "c/d.py"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("class TrackerEnw: pass", "did you mean 'TrackerEnw'|has no 'TrackerEnv'"),
        ("\nimport nowhere_at_all", "line 2: ModuleNotFoundError"),
        ("raise SystemExit(3)", "cannot be imported"),
        ("def (", "SyntaxError"),
    ],
)
def test_faults_of_a_file(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "tracker.py").write_text(text)
    with pytest.raises(TaskError, match=said) as caught:
        make_task(f"{tmp_path}/tracker.py:TrackerEnv")
    assert "\n" not in str(caught.value)


def test_registered_ids_of_others_stay(tmp_path: Path) -> None:
    before = dict(gymnasium.registry)
    reward(write(tmp_path, 1.0), "Tracker-v0")
    assert before.items() <= gymnasium.registry.items()


# Configs


@pytest.mark.parametrize(
    "written", ["tracker:TrackerEnv", "tracker.py:TrackerEnv", "./tracker.py:TrackerEnv"]
)
def test_a_file_beside_the_config_comes_before_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    near, far = write(tmp_path / "my files", 1.0), write(tmp_path / "work", 2.0)
    config = near.with_name("c.yaml")
    config.write_text(f"task: {{env: '{written}'}}\n")
    monkeypatch.chdir(far.parent)
    assert load_config(config).task.env == f"{near}:TrackerEnv"
    assert load_config(config, [f"task.env={written}"]).task.env == f"{far}:TrackerEnv"
    near.unlink()
    assert load_config(config).task.env == f"{far}:TrackerEnv"


def test_ids_and_installed_modules_stay_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2] / "envs")  # where the plug-in's own package lies
    for env in ("CartPole-v1", "wann_envs:wann/CartPoleSwingUp-v0"):
        (tmp_path / "c.yaml").write_text(f"task: {{env: '{env}'}}")
        assert load_config(tmp_path / "c.yaml").task.env == env


def test_data_and_criteria_beside_the_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "d.csv").write_text("")
    (tmp_path / "mine.py").write_text("")
    text = (
        "task: {dataset: d.csv}\n"
        "prune: {densities: [0.1], recipes: [snip, {name: a, criterion: 'mine:thin', "
        "then: [{criterion: mine.py:thin}]}]}\n"
    )
    (tmp_path / "p.yaml").write_text(text)
    monkeypatch.chdir("/")
    config = load_prune_config(tmp_path / "p.yaml")
    assert config.task.dataset == str(tmp_path / "d.csv")
    own = config.prune.recipes[1]
    assert own.criterion == own.then[0].criterion == f"{tmp_path / 'mine.py'}:thin"


@pytest.mark.parametrize("task", ["dataset: no.csv", "env: 'no.py:X'", "dataset: sub/no"])
def test_a_missing_file_is_told_with_its_line(tmp_path: Path, task: str) -> None:
    (tmp_path / "c.yaml").write_text(f"task:\n  {task}\n")
    with pytest.raises(ConfigError, match=rf"c.yaml:2:3: task.*no such file in {tmp_path}"):
        load_config(tmp_path / "c.yaml")


def test_a_file_alone_is_no_environment(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("task: {env: tracker.py}")
    with pytest.raises(ConfigError, match=r"write tracker\.py:NAME"):
        load_config(tmp_path / "c.yaml")


def test_names_without_a_file_have_none() -> None:
    assert file_of("wann_envs:wann/CartPoleSwingUp-v0") is None
    assert file_of("CartPole-v1") is None


def test_worker_processes_find_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "made", 2.0)
    code = "import sys; from wann.tasks.own import find_object; print(find_object(sys.argv[1]).__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code, f"{file}:TrackerEnv"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout.strip() == "TrackerEnv", done.stderr
