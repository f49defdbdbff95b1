"""Every member of every seam of a search, those of examples/ too: what all of them must keep."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wann.config import SearchConfig, parse_config
from wann.errors import SearchError
from wann.genome.genome import Genome
from wann.genome.population import Population
from wann.network.plan import compile_population
from wann.records.run.checkpoint import load_checkpoint, save_checkpoint
from wann.search.breeding import selected
from wann.search.members import METHODS, SEAMS, SELECTION, STARTS, WEIGHTS
from wann.search.scores import scores_of
from wann.search.search import ask, check_search, contender, draw_weights, init, tell
from wann.search.state import Results

EXAMPLES = Path(__file__).parents[2] / "examples"
OWN = {
    "method": "own_method.py:CommaSelection",
    "selection": "own_selection.py:smaller_of_equals",
    "weights": "own_weights.py:mirrored",
    "start": "own_start.py:connected",
}
MEMBERS = [(seam.key, name) for seam in SEAMS for name in (*seam.members(), f"{EXAMPLES / OWN[seam.key]}")]
DISABLE = f"{EXAMPLES / 'own_operator.py'}:disable_connection"
SHARED = np.array([-1.0, 0.5, 2.0])


def config(**keys) -> SearchConfig:
    return SearchConfig.model_validate({"population": 16, **keys})


def generation(state, search, seed=0):
    """The state after a generation of random returns at the weights that the search draws."""
    weights = draw_weights(search, SHARED, seed, state.generation + 1)
    networks = compile_population(ask(state, search))
    shape = (len(networks), len(weights), 2)
    returns = np.random.default_rng([seed, state.generation]).normal(size=shape)
    return tell(state, Results(networks, returns, np.ones(shape)), search, seed, None)[0]


def begin(search, seed=0):
    return init(search, seed, 3, 2, "linear")


def checked(search):
    check_search(search)
    return begin(search)


def content(state):
    return state.population.digest(), state.running_mean, state.log.next_id, contender(state, config())


@pytest.mark.parametrize(("key", "name"), MEMBERS)
def test_a_resumed_search_is_one_that_never_stopped(key, name, tmp_path):
    search = config(**{key: name})
    for seed in (0, 7):
        whole = stopped = begin(search, seed)
        for number in range(4):
            whole, stopped = generation(whole, search, seed), generation(stopped, search, seed)
            assert content(whole) == content(stopped)
            save_checkpoint(tmp_path / f"{number}.npz", stopped, "hash")
            stopped = load_checkpoint(tmp_path / f"{number}.npz", "hash")
            assert whole.memory.keys() == stopped.memory.keys()
        assert len(ask(whole, search)) == 16
        assert all(isinstance(genome, Genome) for genome in whole.population)


@pytest.mark.parametrize("name", [name for key, name in MEMBERS if key == "selection"])
@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), crossover=st.sampled_from([0.0, 0.5]), ties=st.booleans())
def test_plans_are_plans_of_this_population(name, seed, crossover, ties):
    search = config(selection=name, crossover_probability=crossover)
    rng = np.random.default_rng(seed)
    returns = rng.integers(0, 2, (16, 3, 2)) * 1.0 if ties else rng.normal(size=(16, 3, 2))
    scores = scores_of(returns, rng.integers(0, 9, 16))
    kept = returns.copy()
    plans = [selected(scores, search, np.random.default_rng(seed)) for _ in range(2)]
    assert plans[0].parents.tolist() == plans[1].parents.tolist()
    assert plans[0].mates.tolist() == plans[1].mates.tolist()
    assert (returns == kept).all()
    assert len(plans[0].parents) == 16


def test_lexicase_finds_specialists_that_no_average_finds():
    # each of three genomes is best at one weight and hopeless at the others; the rest are mediocre
    returns = np.full((16, 3, 1), 5.0)
    returns[:3, :, 0] = 10.0 * np.eye(3)
    returns[3:, :, 0] += np.random.default_rng(0).normal(size=(13, 3)) * 0.01
    scores = scores_of(returns, np.ones(16, int))
    search = config(selection="epsilon-lexicase", elite_ratio=0.0)
    drawn = {
        int(p) for seed in range(9) for p in selected(scores, search, np.random.default_rng(seed)).parents
    }
    assert drawn == {0, 1, 2}
    assert scores.mean[:3].max() < scores.mean[3:].min()


def test_lexicase_passes_over_differences_below_epsilon():
    # at the second weight all but one differ by nothing, so epsilon is 0 there; at the first it is 1
    first = np.array([4.0, 3.5, 2.0, 1.0, 3.0])
    returns = np.stack([first, np.array([0.0, 1.0, 0.0, 0.0, 0.0])], axis=1)[:, :, None]
    search = config(selection="epsilon-lexicase", elite_ratio=0.0, population=5)
    found = {
        int(p)
        for seed in range(20)
        for p in selected(scores_of(returns, np.ones(5, int)), search, np.random.default_rng(seed)).parents
    }
    assert found == {1}


@pytest.mark.parametrize("name", [name for key, name in MEMBERS if key == "weights"])
def test_weights_of_a_generation_depend_on_seed_and_generation_alone(name):
    search = config(weights=name)
    drawn = [draw_weights(search, SHARED, seed, k) for seed in (0, 1) for k in (1, 2)]
    again = [draw_weights(search, SHARED, seed, k) for seed in (0, 1) for k in (1, 2)]
    assert [d.tolist() for d in drawn] == [d.tolist() for d in again]
    assert name == "fixed" or len({tuple(d.tolist()) for d in drawn}) == 4


def test_uniform_weights_lie_in_their_range():
    search = config(weights={"uniform": {"low": 0.5, "high": 0.75, "count": 40}})
    drawn = draw_weights(search, SHARED, 0, 1)
    assert drawn.shape == (40,)
    assert 0.5 <= drawn.min() < 0.55 < 0.7 < drawn.max() < 0.75
    assert draw_weights(config(weights="fixed"), SHARED, 0, 1).tolist() == SHARED.tolist()


def test_collectors_stand_before_every_output():
    search = config(start="collectors", initial_connection_probability=1.0)
    for genome in init(search, 0, 3, 2, "tanh").population:
        assert genome.n_hidden == 4
        for output in (4, 5):
            collectors = genome.source[genome.target == output]
            assert sorted(genome.activations[collectors - 4]) == [0, 6]  # linear, negate
            for collector in collectors:
                assert genome.source[genome.target == collector].tolist() == [0, 1, 2, 3]
    search = config(start="collectors", initial_connection_probability=0.1, population=400)
    sparse = init(search, 0, 3, 2, "tanh")
    inputs = sparse.population.target >= 6
    assert 0.07 < sparse.population.enabled[inputs].mean() < 0.13
    assert sparse.population.enabled[~inputs].all()
    assert sparse.log.next_id == 4 * 4 + 4


def test_operators_of_ones_own_get_their_share_and_new_ids():
    shares = {"change_activation": 0, "add_node": 0.65, "add_connection": 0, "enable_connection": 0}
    search = config(mutation=shares | {DISABLE: 0.35}, population=400)
    state = generation(begin(search), search)
    off = sum(genome.n_hidden == 0 for genome in state.population)
    elites = round(400 * 0.8 * 0.2)
    assert 0.28 * (400 - elites) < off - elites < 0.42 * (400 - elites)
    for _ in range(3):
        state = generation(state, search)
    known = {}
    for genome in state.population:  # an id means one pair of fixed nodes everywhere
        for s, t, i in zip(genome.source, genome.target, genome.innovation, strict=True):
            if max(s, t) < 6:
                assert known.setdefault(int(i), (int(s), int(t))) == (int(s), int(t))


BAD = """
import numpy as np
from dataclasses import replace
from wann.search.methods import Method
from wann.search.selection.plan import Plan

def raises(*arguments): return [][3]
def nothing(*arguments): return None
def far(scores, search, rng): return Plan(np.full(16, 99), np.full(16, -1), 0)
def short(scores, search, rng): return Plan(np.zeros(16, int), np.zeros(3, int), 0)
def nan(shared, generation, rng): return [float("nan")]
def table(shared, generation, rng): return np.zeros((2, 2))
def few(sizes, search, rng):
    from wann.search.start.minimal import minimal
    return minimal(sizes, search.model_copy(update={"population": 3}), rng)
def other(genome, rng): return replace(genome, n_inputs=1, source=genome.source[:0], target=genome.target[:0],
    enabled=genome.enabled[:0], innovation=genome.innovation[:0])
class Words(Method):
    def tell(self, state, scores, search, rng): return replace(state, memory={"word": "x"})
number = 3
"""


@pytest.mark.parametrize(
    ("key", "name", "told"),
    [
        *((key, "raises", "line 7: IndexError: list index out of range") for key in OWN),
        *((key, "nothing", "") for key in OWN),
        *((key, "missing", "has no 'missing'") for key in OWN),
        *((key, "number", "expected a function or a class, got a int") for key in OWN),
        ("selection", "far", "parents: expected indices from 0 to 15, got [99"),
        ("selection", "short", "mates: expected (16,) whole numbers, one a child, got (3,)"),
        ("weights", "nan", "expected numbers within +-1e+06, got [nan]"),
        ("weights", "table", "expected (W,) numbers, 1 to 10000, got (2, 2)"),
        ("start", "few", "expected 16 genomes, got 3"),
        ("method", "Words", "memory.word: expected an array of numbers, or a number, got str"),
        ("mutation", "raises", "line 7: IndexError"),
        ("mutation", "nothing", "expected a Genome, got a NoneType"),
        ("mutation", "other", "inputs and outputs: expected (3, 2), got (1, 2)"),
    ],
)
def test_what_a_member_does_wrong_is_one_line_that_names_it(key, name, told, tmp_path):
    (tmp_path / "bad.py").write_text(BAD)
    full = f"{tmp_path / 'bad.py'}:{name}"
    search = config(**{key: {"change_activation": 0.4, full: 0.1} if key == "mutation" else full})
    with pytest.raises(SearchError) as caught:
        generation(checked(search), search)
    text = str(caught.value)
    assert "\n" not in text
    assert told in text
    assert f"search.{key}" in text
    assert str(tmp_path / "bad.py") in text


@pytest.mark.parametrize("seam", SEAMS, ids=lambda seam: seam.key)
def test_an_unknown_name_or_option_is_told_with_its_cure(seam):
    name = next(iter(seam.members()))
    with pytest.raises(SearchError, match=f"there is no '{name}x'; did you mean '{name}'"):
        check_search(config(**{seam.key: f"{name}x"}))
    with pytest.raises(SearchError, match=f"{name}: there is no option 'speed'"):
        check_search(config(**{seam.key: {name: {"speed": 3}}}))


def test_a_config_names_files_beside_it():
    text = (EXAMPLES / "own_search.yaml").read_text()
    found = parse_config(text, "c.yaml", folder=EXAMPLES)
    check_search(found.search)
    named = [*found.search.start, *found.search.weights, found.search.method, *found.search.activations[2:]]
    assert all(name.startswith(f"{EXAMPLES}/own_") for name in named)
    assert list(found.search.mutation.model_extra or {}) == [DISABLE]
    assert parse_config(text, "c.yaml").search.method == OWN["method"]


def test_defaults_are_the_papers_parts():
    search = SearchConfig()
    for seam in (METHODS, SELECTION, WEIGHTS, STARTS):
        assert seam.chosen(search).source == "Gaier & Ha 2019"
    assert replace(begin(search), generation=0).population.digest() == begin(search).population.digest()
    assert isinstance(ask(begin(search), search), Population)
