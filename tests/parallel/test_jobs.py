"""Long jobs: every one is answered once, also where a worker is lost."""

from __future__ import annotations

import importlib

import pytest

from wann.errors import EvaluationError
from wann.parallel.jobs import LocalJobs


@pytest.fixture
def work(toys):
    """The module of the jobs; asking for `toys` puts it where worker processes find it too."""
    return importlib.import_module("wann_jobs")


def all_answers(jobs: LocalJobs, count: int) -> dict[int, object]:
    numbers = {jobs.give(k): k for k in range(count)}
    assert jobs.busy == count
    found = [jobs.take() for _ in range(count)]
    assert jobs.busy == 0
    return {numbers[number]: answer for number, answer in found}


@pytest.mark.parametrize("workers", [1, 2])
def test_each_job_is_answered_once(work, workers):
    with LocalJobs(3, work.square, workers) as jobs:
        assert all_answers(jobs, 5) == {k: 3 * k * k for k in range(5)}
        assert all_answers(jobs, 2) == {0: 0, 1: 3}


def test_the_job_of_a_lost_worker_is_done_by_another(work, tmp_path):
    with LocalJobs(tmp_path, work.leave_once, 1) as jobs:
        assert all_answers(jobs, 3) == {0: 0, 1: -1, 2: -2}


def test_a_job_that_ends_every_worker_is_an_error(work):
    with (
        LocalJobs(None, work.leave, 1) as jobs,
        pytest.raises(EvaluationError, match="4 worker processes ended"),
    ):
        all_answers(jobs, 1)
