"""CMA-ES: it finds known optima, its state is all there is to it, and it leaves NumPy's generator alone."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest

from wann.errors import RunDamaged
from wann.training.cma import CmaEs
from wann.training.settings import CmaSettings


def bowl(weights: np.ndarray) -> np.ndarray:
    """Best at 1, 2, 3, ...; steep in some directions and flat in others."""
    away = weights - np.arange(1, weights.shape[1] + 1)
    return -(away**2 * 10.0 ** np.linspace(0, 3, weights.shape[1])).sum(axis=1)


def run(optimiser, iterations: int, state=None, fitness=bowl):
    state = optimiser.init() if state is None else state
    for _ in range(iterations):
        state = optimiser.tell(state, fitness(optimiser.ask(state)))
    return state


def from_file(state):
    """The state as a checkpoint gives it back: equal arrays, other objects."""
    file = io.BytesIO()
    np.savez(file, **state)
    file.seek(0)
    return dict(np.load(file))


def es(n: int = 6, seed: int = 0, population: int = 12, sigma: float = 0.5) -> CmaEs:
    return CmaEs(np.zeros(n), CmaSettings(population=population, sigma=sigma), seed)


def test_it_finds_the_optimum_of_a_bowl():
    optimiser = es()
    state = run(optimiser, 250)
    np.testing.assert_allclose(optimiser.mean(state), np.arange(1, 7), atol=1e-4)
    assert optimiser.spread(state) < 1e-3


def test_first_candidates_are_spread_around_the_start_by_sigma():
    start = np.linspace(-3, 3, 40)
    optimiser = CmaEs(start, CmaSettings(population=500, sigma=0.3), 7)
    candidates = optimiser.ask(optimiser.init())
    assert candidates.shape == (500, 40)
    assert np.abs(candidates.mean(axis=0) - start).max() < 6 * 0.3 / np.sqrt(500)
    assert candidates.std() == pytest.approx(np.sqrt(0.09 + start.var()), rel=0.02)
    assert optimiser.spread(optimiser.init()) == pytest.approx(0.3, rel=1e-3)


@pytest.mark.parametrize("n", [6, 320, 600])
def test_a_state_from_a_file_goes_on_as_if_nothing_had_been(n):
    whole = es(n)
    state = run(whole, 7)
    again = es(n)
    stopped = from_file(run(again, 4))
    resumed = es(n)
    found = run(resumed, 3, stopped)
    assert found["told"].tobytes() == state["told"].tobytes()
    assert found["mean"].tobytes() == state["mean"].tobytes()
    assert resumed.ask(found).tobytes() == whole.ask(state).tobytes()
    assert resumed.spread(found) == whole.spread(state)


def test_steps_are_pure():
    optimiser = es()
    early = run(optimiser, 2)
    first = optimiser.ask(early).copy()
    late = run(optimiser, 3, early)
    assert optimiser.ask(early).tobytes() == first.tobytes()
    assert run(optimiser, 3, early)["mean"].tobytes() == late["mean"].tobytes()
    assert len(early["told"]) == 2


def test_seeds_differ_and_seed_zero_is_no_clock():
    asked = [es(seed=seed).ask(es(seed=seed).init()) for seed in (0, 0, 1)]
    assert asked[0].tobytes() == asked[1].tobytes()
    assert not np.array_equal(asked[0], asked[2])


@pytest.mark.parametrize("n", [6, 2804])
def test_numpys_global_generator_is_left_alone(n):
    np.random.seed(3)  # noqa: NPY002
    expected = np.random.random(4)  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    run(es(n), 5)
    np.testing.assert_array_equal(np.random.random(4), expected)  # noqa: NPY002
    # and it plays no part
    assert run(es(n), 5)["mean"].tobytes() == run(es(n), 5)["mean"].tobytes()


def test_it_is_silent(capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(es(n=1), 3)
        run(es(), 30, fitness=lambda weights: np.zeros(len(weights)))
    assert capfd.readouterr() == ("", "")


def test_it_writes_and_reads_no_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cma_signals.in").write_text("{'CMA_rankone': 0}")
    state = run(es(), 5)
    (tmp_path / "cma_signals.in").unlink()
    assert list(tmp_path.iterdir()) == []
    assert run(es(), 5)["mean"].tobytes() == state["mean"].tobytes()


def test_a_single_weight_can_be_searched():
    optimiser = es(n=1, sigma=0.1)
    state = run(optimiser, 120)
    assert optimiser.ask(state).shape == (12, 1)
    assert optimiser.mean(state) == pytest.approx([1.0], abs=1e-3)


def test_many_weights_have_no_covariance_matrix():
    assert es(600)._strategy.opts["CMA_diagonal"] is True
    assert es(500)._strategy.opts["CMA_diagonal"] is False


def test_a_replay_that_leads_elsewhere_is_said():
    state = from_file(run(es(), 4))
    state["mean"] = state["mean"] + 1e-9
    with pytest.raises(RunDamaged, match="does not lead to the recorded mean"):
        es().ask(state)
