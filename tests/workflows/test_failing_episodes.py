"""A search in which episodes fail says so at its end, in its status and in its manifest."""

from __future__ import annotations

import json

import pytest
import typer

from wann.cli.views.summaries.search import show_outcome
from wann.config import parse_config
from wann.errors import EvaluationError
from wann.evaluation.players.stepped.reuse import Verdict
from wann.evaluation.pools.processes import ProcessPool
from wann.workflows.build import build_task
from wann.workflows.search.evolve import MOSTLY_FAILED, start
from wann.workflows.search.watcher import Silent

CONFIG = """
task: {{env: "{toys}:toys/{name}-v0", kwargs: {kwargs}}}
search: {{population: 4, generations: 2}}
evaluation: {{episodes: {episodes}, shared_weights: [1], backend: local, workers: 1}}
run: {{seed: {seed}}}
"""


class InThisProcess(ProcessPool):
    """A pool without processes."""

    def __init__(self, task) -> None:
        super(ProcessPool, self).__init__(task, 1)
        self.verdict = Verdict(False, "as the test says")

    def _run(self, jobs):
        from wann.evaluation.play import play

        return (play(self.task, *job) for job in jobs)

    def close(self) -> None:
        pass


class Notes(Silent):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def search(toys, folder, name, kwargs, episodes=8, seed=0, watcher=None):
    config = parse_config(
        CONFIG.format(toys=toys, name=name, kwargs=kwargs, episodes=episodes, seed=seed), "c.yaml"
    )
    return start(config, folder, "c", watcher, InThisProcess(build_task(config.task)))


def test_a_search_that_mostly_fails_does_not_just_finish(toys, tmp_path, capsys):
    outcome = search(toys, tmp_path / "run", "Failing", "{how: raise in reset, rate: 0.7}")
    state = outcome.state
    assert 2 * state.failed > state.evaluations
    assert outcome.status == MOSTLY_FAILED
    with pytest.raises(typer.Exit) as caught:
        show_outcome(outcome, as_json=True)
    assert caught.value.exit_code == 2
    told = capsys.readouterr()
    assert json.loads(told.out)["status"] == MOSTLY_FAILED
    assert f"most episodes failed: {state.failed} of {state.evaluations}" in told.err
    assert "RuntimeError: reset of seed" in told.err
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["status"] == MOSTLY_FAILED
    assert manifest["sessions"][0]["failed_episodes"] == state.failed
    assert manifest["sessions"][0]["environments"] == "new for each episode: as the test says"


def test_a_search_without_failures_finishes(toys, tmp_path):
    outcome = search(toys, tmp_path / "run", "Echo", "{}", episodes=2)
    assert (outcome.status, outcome.failure) == ("finished", None)


def test_where_all_fail_the_message_says_why(toys, tmp_path):
    with pytest.raises(EvaluationError) as caught:
        search(toys, tmp_path / "run", "OldReset", "{how: no seed}")
    assert "unexpected keyword argument 'seed'" in str(caught.value)
    assert "reset(self, *, seed=None, options=None)" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_where_some_fail_the_note_says_why(toys, tmp_path):
    notes = Notes()
    search(toys, tmp_path / "run", "Failing", "{how: no reward, rate: 0.3}", watcher=notes)
    told = [note for note in notes.notes if note.startswith("episodes fail")]
    assert len(told) == 1
    assert "the reward is None, expected a number" in told[0]
    assert "log.txt" in told[0]
