"""Several seeds: each is the run that it would be alone, and Ctrl-C keeps what is done."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from wann.config import Config, parse_config
from wann.errors import ConfigError, RunExists, WannError
from wann.records.manifest import read_manifest
from wann.records.network.file import NetworkFile
from wann.records.run.history import read_history
from wann.search.state import GenerationInfo
from wann.workflows.interruption import answering
from wann.workflows.judge import glance
from wann.workflows.search import seeds as module
from wann.workflows.search.evolve import start
from wann.workflows.search.seeds import evolve_seeds, parse_seeds
from wann.workflows.search.watcher import Silent

TEXT = """
task: {env: CartPole-v1}
search: {population: 8, generations: 3}
evaluation: {episodes: 1, backend: local, workers: 1}
"""


@pytest.fixture
def config() -> Config:
    return parse_config(TEXT, "text")


def below(folder: Path):
    return lambda seeded: folder / f"s{seeded.run.seed}"


def digests(folder: Path) -> list[str]:
    return [row.digest for row in read_history(folder / "history.csv")]


# Reading


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("0-9", list(range(10))),
        ("4", [4]),
        ("0,3,5-7", [0, 3, 5, 6, 7]),
        (" 7 , 1 - 2", [7, 1, 2]),
        ("5-5", [5]),
    ],
)
def test_seeds_are_read(text, seeds):
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "got ''"),
        ("1,", "got ''"),
        ("a-b", "got 'a-b'"),
        ("-3", "got '-3'"),
        ("1.5", "got '1.5'"),
        ("9-0", "write 0-9"),
        ("1,0-2", "names 1 twice"),
        ("0-999999999", "more than 10,000 seeds"),
        ("0-5000,6000-12000", "more than 10,000 seeds"),
        ("99999999999999999999", "got '99999999999999999999'"),
    ],
)
def test_what_are_no_seeds(text, says):
    with pytest.raises(ConfigError) as error:
        parse_seeds(text)
    assert says in str(error.value)
    assert str(error.value).startswith(f"--seeds {text}: ")


# Running


def test_each_seed_is_the_run_that_it_would_be_alone(config, tmp_path):
    results = evolve_seeds(config, [0, 5], below(tmp_path), "text")
    assert [(result.seed, result.run) for result in results] == [(s, str(tmp_path / f"s{s}")) for s in (0, 5)]
    for result in results:
        folder = tmp_path / f"s{result.seed}"
        alone = tmp_path / f"alone{result.seed}"
        seeded = config.model_copy(update={"run": config.run.model_copy(update={"seed": result.seed})})
        start(seeded, alone, "text")
        assert digests(folder) == digests(alone)
        assert read_manifest(folder)["seed"] == result.seed
        assert (result.status, result.generations, result.complete) == ("finished", 3, True)
        assert result.connections == NetworkFile.load(folder / "champion.json").provenance["connections"]
        means = [mean for _, mean in glance(folder)]
        assert result.held_out_mean == pytest.approx(sum(means) / len(means))


def test_there_is_one_pool_for_all(config, tmp_path, monkeypatch):
    made = []
    make_pool = module.make_pool
    monkeypatch.setattr(module, "make_pool", lambda *given: made.append(make_pool(*given)) or made[-1])
    monkeypatch.setattr("wann.workflows.search.evolve.make_pool", None)
    evolve_seeds(config, [0, 1, 2], below(tmp_path), "text")
    assert len(made) == 1


def test_a_folder_that_is_taken_stops_everything_before_it_begins(config, tmp_path):
    (tmp_path / "s2").mkdir()
    (tmp_path / "s2" / "file").touch()
    with pytest.raises(RunExists, match="s2: exists already"):
        evolve_seeds(config, [0, 1, 2], below(tmp_path), "text")
    assert [path.name for path in tmp_path.iterdir()] == ["s2"]


def test_a_task_that_cannot_be_built_makes_nothing(tmp_path):
    config = parse_config(TEXT.replace("CartPole-v1", "CartPol-v1"), "text")
    with pytest.raises(WannError, match="did you mean"):
        evolve_seeds(config, [0], below(tmp_path), "text")
    assert list(tmp_path.iterdir()) == []


class Interrupting(Silent):
    """Sends SIGINT to this process after so many generations."""

    def __init__(self, after: int) -> None:
        self.left, self.notes = after, []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def generation(self, info: GenerationInfo) -> None:
        self.left -= 1
        if self.left == 0:
            signal.raise_signal(signal.SIGINT)


def test_an_interruption_ends_the_running_seed_and_those_to_come(config, tmp_path):
    watcher = Interrupting(after=4)
    with answering():
        results = evolve_seeds(config, [0, 1, 2], below(tmp_path), "text", watcher)
    assert [(r.seed, r.status, r.generations) for r in results] == [(0, "finished", 3), (1, "interrupted", 1)]
    assert [result.complete for result in results] == [True, False]
    assert results[1].held_out_mean is not None
    assert not (tmp_path / "s2").exists()
    assert watcher.notes == ["stopping after this generation; once more stops at once"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_seed_that_fails_does_not_take_the_others_along(toys, tmp_path):
    """The only episode of seed 0 fails; `Failing` does so where its own seed is odd."""
    text = TEXT.replace("CartPole-v1", f"'{toys}:toys/Failing-v0', kwargs: {{how: raise in step}}")
    text = text.replace("generations: 3", "generations: 1")
    config = parse_config(text, "text")
    watcher = Interrupting(after=-1)
    results = evolve_seeds(config, range(6), below(tmp_path), "text", watcher)
    failed = [result for result in results if result.status == "failed"]
    assert 0 < len(failed) < 6, "choose other seeds"
    told = [note.split(":")[0] for note in watcher.notes if note.startswith("seed ")]
    assert told == [f"seed {result.seed}" for result in failed]
    for result in failed:
        assert (result.generations, result.held_out_mean, result.complete) == (0, None, False)
        assert read_manifest(Path(result.run))["status"] == "failed"
