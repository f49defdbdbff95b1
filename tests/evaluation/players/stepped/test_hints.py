"""What goes wrong in the first hour is told with its cure."""

from __future__ import annotations

import numpy as np
import pytest

from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.evaluation.players.stepped.hints import gist, told_reward, told_step
from wann.genome.genome import Genome
from wann.network.plan import compile_genome
from wann.tasks.environments.environment import make_environment, make_task

WIRE = compile_genome(Genome(1, 1, [0], [1], [2], [True], [0]))


def first_failure(task) -> str:
    result = evaluate(task, Candidate.shared("wire", WIRE, [1.0]), Lanes.product(1, np.array([1, 3])))
    assert result.error is not None
    return gist(result.error)


@pytest.mark.parametrize(
    ("name", "kwargs", "words"),
    [
        ("OldReset", {"how": "observation"}, "reset() returned an array of shape (1,), expected 2 values"),
        (
            "OldReset",
            {"how": "no seed"},
            "reset(self, *, seed=None, options=None) returns (observation, info)",
        ),
        (
            "Failing",
            {"how": "old step"},
            "expected 5 values; since Gymnasium 0.26, step(self, action) returns",
        ),
        ("Failing", {"how": "no reward"}, "the reward is None, expected a number"),
        ("Failing", {"how": "text reward"}, "the reward is '1', expected a number"),
        ("Failing", {"how": "long observation"}, "expected an observation of shape (1,), got (2,)"),
        ("Failing", {"how": "exit"}, "SystemExit: 1"),
    ],
)
def test_a_failure_is_one_line_with_its_cure(toys, name, kwargs, words):
    line = first_failure(make_task(f"{toys}:toys/{name}-v0", kwargs=kwargs))
    assert words in line
    assert "\n" not in line


def test_rewards_of_many_are_told():
    assert "shape (3,)" in told_reward(np.ones(3))
    assert "vector environment" in told_reward(np.ones(3))


@pytest.mark.parametrize(
    ("result", "words"), [((1,) * 4, "4 values"), (None, "a NoneType"), (1.0, "a float")]
)
def test_what_step_returned_is_named(result, words):
    assert words in told_step(result)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A:\nTraceback\n  File x\n    code\nValueError: one\ntwo", "ValueError: one two"),
        ("A:\nTraceback\n  File x\nKeyError: 'a'\nhint: do this\n", "KeyError: 'a'; do this"),
        ("short", "short"),
    ],
)
def test_the_gist_is_what_a_traceback_ends_with(text, line):
    assert gist(text) == line


@pytest.mark.filterwarnings("ignore:.*render_modes")
def test_an_environment_that_takes_no_render_mode_is_told_how(toys):
    from wann.errors import TaskError

    with pytest.raises(TaskError, match="its __init__ takes render_mode=None"):
        make_environment(f"{toys}:toys/Echo-v0", {}, render_mode="rgb_array")


def test_an_array_that_is_written_into_later_is_seen_as_it_was(toys):
    from wann.evaluation.visited import visited_states

    task = make_task(f"{toys}:toys/Scribbler-v0", kwargs={"length": 4})
    states, _ = visited_states(task, WIRE, np.ones((1, 1)), np.array([1]))
    assert states[:, 0].tolist() == [0.0, 1.0, 2.0, 3.0]
