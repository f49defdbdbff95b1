"""The page in a real browser: it runs the very episodes that NumPy runs, and can be used by anyone."""

from __future__ import annotations

import numpy as np
import pytest

from wann.config import TaskConfig
from wann.errors import OutputError
from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.records.network.file import NetworkFile
from wann.report import embedding
from wann.report.page import write_page
from wann.seeding import Purpose, episode_seeds
from wann.tasks.environments.initial_states import initial_states
from wann.workflows.build import build_task
from wann.workflows.dossiers import gather

SWINGUP = "wann_envs:wann/CartPoleSwingUp-v0"
TASKS = [
    *("CartPole-v1", SWINGUP, "Pendulum-v1", "Acrobot-v1", "MountainCar-v0", "MountainCarContinuous-v0"),
]


@pytest.fixture(scope="module")
def grown(grow, tmp_path_factory):
    """`grown(env or dataset, seed, **fields)`: the path of a network file with a random genome."""
    folder = tmp_path_factory.mktemp("networks")

    def grown(name, seed=3, generations=60, trained=False, **fields):
        section = TaskConfig(dataset=name) if name == "digits" else TaskConfig(env=name, **fields)
        task = build_task(section)
        genome = grow(task.n_inputs, task.n_outputs, generations, seed, size=2)[0]
        weights = None
        if trained:
            weights = np.random.default_rng(seed).normal(size=int(genome.enabled.sum()))
        path = folder / f"{name.rpartition('/')[2]}-{seed}-{generations}.json"
        NetworkFile(section, genome, 0.7, weights).save(path)
        return path

    return grown


@pytest.fixture(scope="module")
def swingup_page(grown, tmp_path_factory):
    path = tmp_path_factory.mktemp("pages") / "swingup.html"
    path.write_text(write_page([gather(grown(SWINGUP, trained=True), episodes=3, workers=1)]))
    return path


def reference(task, network, weights, state):
    """The episode by NumPy alone: every state, what it earned, its steps."""
    states, earned, steps = [list(state)], 0.0, 0
    while True:
        inputs = np.array([task.dynamics.observe(tuple(state))])
        action = float(task.actions.decode(forward(network, weights, inputs))[0, 0])
        *state, reward, terminated = map(float, task.dynamics.advance(*state, action))
        states.append(state)
        earned, steps = earned + reward, steps + 1
        if terminated or steps >= task.max_steps:
            return states, earned, steps


def bits(values):
    return np.array(values, float).tobytes()


@pytest.mark.parametrize("env", TASKS)
def test_an_episode_in_the_page_has_the_bits_of_numpy(env, grown, opened, tmp_path):
    path = grown(env, seed=5)
    dossier = gather(path, episodes=2, workers=1)
    (tmp_path / "page.html").write_text(write_page([dossier]))
    page = opened(tmp_path / "page.html")
    task, network = dossier.task, dossier.portrait.network
    starts = initial_states(task, episode_seeds(0, Purpose.TEST, embedding.EPISODES))
    for start, weight in ((0, -1.3), (2, 0.7), (4, 2.0)):
        states, earned, steps = reference(task, network, np.array([[weight]]), starts[start].tolist())
        found = page.evaluate(f"wann.runs[0].trajectory({start}, {weight})")
        assert found["steps"] == steps
        assert bits(found["states"]) == bits(states)
        assert bits(found["earned"]) == bits(earned)


def test_trained_weights_have_the_bits_of_numpy(swingup_page, grown, opened):
    dossier = gather(grown(SWINGUP, trained=True), episodes=3, workers=1)
    assert dossier.trained is not None
    starts = initial_states(dossier.task, episode_seeds(0, Purpose.TEST, 1))
    network, weights = dossier.portrait.network, dossier.trained[None]
    states, earned, _ = reference(dossier.task, network, weights, starts[0].tolist())
    found = opened(swingup_page).evaluate("wann.runs[0].trajectory(0, null)")
    assert bits(found["states"]) == bits(states)
    assert bits(found["earned"]) == bits(earned)


def test_the_slider_changes_the_return(swingup_page, opened):
    page = opened(swingup_page)
    figures, slider = page.locator(".figures"), page.locator("input[type=range]")
    earned = []
    for weight in ("-2", "0.25", "1.5"):
        slider.fill(weight)
        earned.append(float(figures.get_attribute("data-earned")))
        exact = page.evaluate(f"wann.runs[0].trajectory(0, {weight}).earned")
        assert earned[-1] == exact
        assert page.locator(".weight").text_content() == f"{float(weight):.2f}"
    assert len(set(earned)) == 3
    page.locator(".trained input").check()
    assert slider.is_disabled()
    assert page.locator(".weight").text_content() == "trained weights"


def test_it_can_be_used_by_keyboard(swingup_page, opened):
    page = opened(swingup_page)
    slider = page.locator("input[type=range]")
    slider.focus()
    before = float(slider.input_value())
    page.keyboard.press("ArrowRight")
    assert float(slider.input_value()) == pytest.approx(before + 0.01)
    button = page.locator("button.play")
    button.focus()
    page.keyboard.press("Enter")
    assert button.text_content() == "Pause"
    page.wait_for_function("document.querySelector('.figures').textContent.match(/step [1-9]/)")
    page.keyboard.press("Enter")
    assert button.text_content() == "Play"
    page.locator("svg .node").nth(2).focus()
    assert "connections in" in page.locator(".told").text_content()


def test_a_node_tells_of_itself_and_its_connections(swingup_page, grown, opened):
    network = compile_genome(NetworkFile.load(grown(SWINGUP, trained=True)).genome)
    page = opened(swingup_page)
    own = int(network.targets[0])
    quiet = page.locator(".told").text_content()
    page.locator(f"svg .node[data-node='{own}']").hover()
    said = page.locator(".told").text_content()
    incoming, outgoing = int((network.targets == own).sum()), int((network.sources == own).sum())
    assert f"{incoming} connections in, {outgoing} onwards" in said
    activation = network.activations[own - network.first_computed]
    assert f"{activation} of its sum, now " in said
    assert page.locator("svg .edge.lit").count() == incoming + outgoing
    page.locator("h1").hover()
    assert page.locator(".told").text_content() == quiet
    assert page.locator("svg .edge.lit").count() == 0


def test_nodes_light_up_with_their_values(swingup_page, opened):
    page = opened(swingup_page)
    bias = page.locator("svg .ring").first  # the bias is 1
    assert bias.evaluate("ring => ring.style.opacity") == "0.76"  # tanh 1
    assert bias.evaluate("ring => ring.style.stroke") == "var(--positive)"


@pytest.mark.parametrize("width", [375, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_a_screen_by_day_and_by_night(width, scheme, swingup_page, opened):
    page = opened(swingup_page, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    ink, paper = page.evaluate(
        "['color', 'backgroundColor'].map(name => getComputedStyle(document.body)[name])"
    )
    light = [sum(map(int, colour[4:-1].split(","))) for colour in (ink, paper)]
    assert (light[0] < light[1]) == (scheme == "light")
    # drawings and plots take the page's colours
    text = page.locator(".plots svg text").first.evaluate("node => getComputedStyle(node).fill")
    assert text in (ink, page.locator(".quiet").first.evaluate("node => getComputedStyle(node).color"))


def test_images_are_answered_as_numpy_answers_them(grown, opened, tmp_path):
    path = grown("digits", generations=300)
    dossier = gather(path, workers=1)
    (tmp_path / "page.html").write_text(write_page([dossier]))
    page = opened(tmp_path / "page.html")
    images = dossier.task.data.test.images[:48].astype(float)
    labels = dossier.task.data.test.labels[:48]
    said = {}
    for weight in (-2.0, 0.5, 1.25):
        outputs = forward(dossier.portrait.network, np.full((48, 1), weight), images)
        said[weight] = outputs.argmax(axis=1)
        assert page.evaluate(f"wann.runs[0].answers({weight})") == said[weight].tolist()
        page.locator("input[type=range]").fill(str(weight))
        right = int((said[weight] == labels).sum())
        assert page.locator(".figures").text_content().startswith(f"{right} of 48 right")
        assert page.locator(".sheet button.right").count() == right
    page.locator(".sheet button").nth(3).click()
    assert "chosen" in page.locator(".sheet button").nth(3).get_attribute("class")


def test_several_networks_stand_side_by_side(grown, opened, tmp_path):
    dossiers = [gather(grown(SWINGUP, seed=seed), episodes=2, workers=1) for seed in (1, 2)]
    (tmp_path / "page.html").write_text(write_page(dossiers))
    page = opened(tmp_path / "page.html")
    assert page.locator("tbody tr").count() == 2
    boxes = [page.locator(f"#run-{k}").bounding_box() for k in (0, 1)]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["x"] + boxes[0]["width"] < boxes[1]["x"]
    first = page.locator("#run-0 .figures").text_content()
    page.locator("#run-1 input[type=range]").fill("-1.7")
    assert page.locator("#run-0 .figures").text_content() == first


@pytest.mark.parametrize("generations", [0, 1])
def test_small_networks_have_pages_too(generations, grown, opened, tmp_path):
    """Without hidden nodes, perhaps without connections: half of the initial ones are drawn."""
    dossier = gather(grown("CartPole-v1", seed=generations, generations=generations), episodes=2, workers=1)
    (tmp_path / "page.html").write_text(write_page([dossier]))
    page = opened(tmp_path / "page.html")
    assert page.locator("svg .node").count() == dossier.portrait.network.n_nodes


def test_a_task_that_is_not_compiled_is_shown_without_the_agent(grown, opened, tmp_path):
    dossier = gather(grown("CartPole-v1", seed=9, compiled=False), episodes=2, workers=1)
    (tmp_path / "page.html").write_text(write_page([dossier]))
    page = opened(tmp_path / "page.html")
    assert page.locator("canvas").count() == 0
    assert "wann render" in page.locator(".live").text_content()
    page.locator("svg .node").first.hover()
    assert "connections in" in page.locator(".told").text_content()


def test_names_cannot_end_the_script(grown, opened, tmp_path):
    path = grown("CartPole-v1", seed=11)
    file = NetworkFile.load(path)
    hostile = "</script><img src=x onerror=alert(1)><!--"
    evil = tmp_path / "evil.json"
    NetworkFile(file.task, file.genome, 1.0, None, {"seed": hostile, hostile: 1}).save(evil)
    (tmp_path / "page.html").write_text(write_page([gather(evil, episodes=2, workers=1)]))
    page = opened(tmp_path / "page.html")
    assert page.locator("img").count() == 0
    assert hostile in page.locator("pre").text_content()


def test_a_page_is_small(swingup_page):
    assert swingup_page.stat().st_size < 500_000
    assert "http://" not in swingup_page.read_text().replace("http://www.w3.org/", "")


def test_a_network_that_is_too_large_is_refused(grown, monkeypatch):
    monkeypatch.setattr(embedding, "_MOST_CONNECTIONS", 1)
    with pytest.raises(OutputError, match="connections are too many for a page; expected at most 1;"):
        write_page([gather(grown("CartPole-v1"), episodes=2, workers=1)])
