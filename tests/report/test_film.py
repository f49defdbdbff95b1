"""Films: the frames that are written, the return that is reported, and nothing left behind by a failure."""

from __future__ import annotations

import math
import re
import shutil
import subprocess

import gymnasium
import imageio.v3 as imageio
import imageio_ffmpeg
import numpy as np
import pytest
from gymnasium import spaces

from wann.activations import CODE
from wann.cli.commands.show.render import render
from wann.config import TaskConfig
from wann.errors import GenomeError, OutputError
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.export.drawing.network import Portrait
from wann.genome.genome import Genome
from wann.network.plan import compile_genome
from wann.records.network.file import NetworkFile
from wann.report.film import film
from wann.report.panels import captioned
from wann.seeding import Purpose, episode_seeds
from wann.tasks.environments.environment import make_task

CARTPOLE, SWINGUP, PAINTER = "CartPole-v1", "wann_envs:wann/CartPoleSwingUp-v0", "film/Painter-v0"
SEEDS = episode_seeds(0, Purpose.TEST, 5)


class Painter(gymnasium.Env):
    """Earns its action, and paints pictures with odd sides, another one each step; `how` makes it fail."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 30}  # noqa: RUF012
    action_space = spaces.Box(-1.0, 1.0, (1,), np.float64)
    observation_space = spaces.Box(-1.0, 1.0, (1,), np.float64)

    def __init__(self, render_mode=None, how="", length=10, height=45, width=61):
        self.render_mode, self.how, self.length, self.size = render_mode, how, length, (height, width)

    def reset(self, *, seed=None, options=None):
        self.t = 0
        return np.ones(1), {}

    def step(self, action):
        self.t += 1
        if self.how == "raise" and self.t == 4:
            raise RuntimeError("out of\npaint")
        seen = np.full(1, np.nan if self.how == "observation" else 1.0)
        earned = np.nan if self.how == "reward" else float(action[0])
        return seen, earned, self.t >= self.length, False, {}

    def render(self):
        height, width = self.size
        if self.how == "flat":
            return np.zeros(self.size[0], np.uint8)
        if self.how == "grows":
            width += self.t
        picture = np.full((height, width, 3), 255, np.uint8)
        done = 1 if self.how == "still" else self.t + 1
        picture[:, : done * width // 20] = (200, 30, 30)
        return None if self.how == "none" else picture


class Blind(Painter):
    """Renders for people only."""

    metadata = {"render_modes": ["human", "ansi"]}  # noqa: RUF012


for _class in (Painter, Blind):
    if f"film/{_class.__name__}-v0" not in gymnasium.registry:
        gymnasium.register(f"film/{_class.__name__}-v0", entry_point=_class)


def linear(*sources, n_inputs=1, n_outputs=1):
    """A genome without hidden nodes: (source, output) pairs."""
    return Genome(
        n_inputs,
        n_outputs,
        np.full(n_outputs, CODE["linear"]),
        np.array([s for s, _ in sources]),
        np.array([1 + n_inputs + o for _, o in sources]),
        np.ones(len(sources), bool),
        np.arange(len(sources)),
    )


BALANCER = linear((3, 1), (4, 1), n_inputs=4, n_outputs=2)
ECHO = linear((1, 0))


def shared(weight):
    return np.array([[float(weight)]])


def painted(path, weight=0.5, env=PAINTER, **kwargs):
    return film(make_task(env, kwargs=kwargs), compile_genome(ECHO), shared(weight), 1, path)


def decode(path):
    """What ffmpeg says of a video file, and its frames as raw bytes. (imageio's reader leaves pipes open.)"""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
    done = subprocess.run(command, capture_output=True, check=True)
    return next(line for line in done.stderr.decode().splitlines() if "Video:" in line), done.stdout


def read(path):
    """`(N, H, W, 3)` frames of a film."""
    if path.suffix != ".mp4":
        return imageio.imread(path, plugin="pillow")
    about, data = decode(path)
    width, height = map(int, re.search(r", (\d+)x(\d+)", about).groups())
    return np.frombuffer(data, np.uint8).reshape(-1, height, width, 3)


def return_of(task, network, weights, seed):
    """What `evaluate` says that an episode earns, and its steps."""
    result = evaluate(task, Candidate("x", network, weights), Lanes.product(1, np.array([seed])))
    return result.returns[0], result.metrics["steps"][0]


# Frames


def test_an_mp4_shows_every_step_of_cart_pole(tmp_path):
    task, network = make_task(CARTPOLE, max_episode_steps=60), compile_genome(BALANCER)
    made = film(task, network, shared(1), int(SEEDS[0]), tmp_path / "x.mp4")
    frames, (about, _) = read(made.path), decode(made.path)
    assert frames.shape == (made.frames, 400, 600, 3)
    assert made.frames == made.agents[0].steps + 1 == 61
    assert re.search(r"Video: h264 .* yuv420p.* 50 fps", about)
    assert made.seconds == pytest.approx(61 / 50)
    assert np.abs(frames[0].astype(int) - frames[-1]).max() > 100


@pytest.mark.parametrize(("ending", "fps", "size"), [("mp4", 50, (400, 600)), ("gif", 25, (400, 600))])
def test_the_swing_up_is_shown_in_real_time(ending, fps, size, tmp_path):
    task = make_task(SWINGUP, max_episode_steps=100)
    network = compile_genome(linear((0, 0), n_inputs=5))
    made = film(task, network, shared(0.5), int(SEEDS[0]), tmp_path / f"x.{ending}")
    frames = read(made.path)
    assert made.agents[0].steps == 100
    assert frames.shape == (made.frames, *size, 3) == (fps + 1, *size, 3)
    assert made.seconds == pytest.approx((fps + 1) / fps)
    changes = np.abs(np.diff(frames.astype(int), axis=0)).max(axis=(1, 2, 3))
    assert (changes > 30).all()


def test_sides_of_an_mp4_are_made_even(tmp_path):
    made = painted(tmp_path / "x.mp4")
    frames = read(made.path)
    assert frames.shape == (11, 46, 62, 3)
    # the film begins with little paint, and ends with paint on half of the picture
    assert frames[0, 20, 55].min() > 230
    assert frames[-1, 20, 15, 0] > 150 > 80 > frames[-1, 20, 15, 1]


def test_delays_of_a_gif_add_up_to_real_time(tmp_path):
    made = painted(tmp_path / "x.GIF")
    delays = [imageio.immeta(made.path, plugin="pillow", index=k)["duration"] for k in range(6)]
    assert delays == [70, 60, 70, 70, 60, 70]  # of 30 frames a second every other one is shown
    assert (made.frames, made.seconds) == (6, pytest.approx(0.4))
    assert imageio.immeta(made.path, plugin="pillow")["loop"] == 0


def test_a_gif_of_a_still_picture_is_written(tmp_path):
    made = painted(tmp_path / "x.gif", how="still")
    assert read(made.path).shape == (1, 45, 61, 3)
    assert made.frames == 6


def test_the_end_is_always_shown(tmp_path):
    made = painted(tmp_path / "x.gif", length=7)
    assert (made.agents[0].steps, made.frames) == (7, 5)
    whole = painted(tmp_path / "y.mp4", length=7)
    assert np.abs(read(made.path)[-1].astype(int) - read(whole.path)[-1][:45, :61]).mean() < 10


@pytest.mark.parametrize(("height", "width", "shape"), [(960, 481, (480, 240)), (31, 1500, (10, 500))])
def test_a_large_gif_is_scaled_down(height, width, shape, tmp_path):
    frame = read(painted(tmp_path / "x.gif", length=1, height=height, width=width).path)[0]
    assert frame.shape == (*shape, 3)
    assert frame[5, 2].tolist() == [200, 30, 30]
    assert frame[5, -1].tolist() == [255, 255, 255]


# What is reported


@pytest.mark.parametrize("weight", [-1.5, 0.0, 0.7])
@pytest.mark.parametrize("seed", SEEDS[:2].tolist())
def test_the_return_is_the_one_that_evaluate_gives(weight, seed, grow, tmp_path):
    for env, n_inputs, n_outputs in ((CARTPOLE, 4, 2), (SWINGUP, 5, 1)):
        task = make_task(env, max_episode_steps=60)
        network = compile_genome(grow(n_inputs, n_outputs, generations=20, seed=3, size=2)[0])
        made = film(task, network, shared(weight), seed, tmp_path / "x.mp4")
        earned, steps = return_of(task, network, shared(weight), seed)
        (shown,) = made.agents
        assert shown.episode_return == pytest.approx(earned, rel=1e-9)
        assert (shown.steps, shown.weight) == (steps, weight)


def test_several_weights_stand_side_by_side_in_rows_of_three(tmp_path):
    weights = np.array([[0.5], [-1.0], [0.25], [1.0]])
    task = make_task(PAINTER, kwargs={})
    made = film(task, compile_genome(ECHO), weights, 1, tmp_path / "x.gif")
    assert [(shown.weight, shown.episode_return) for shown in made.agents] == [
        (0.5, 5.0), (-1.0, -10.0), (0.25, 2.5), (1.0, 10.0)
    ]  # fmt: skip
    frames = read(made.path)
    # two lines above each, and white beside it, as the pictures are only 61 pixels wide
    captions, wide, gap = 2 * 2 * 15, 120, 8
    assert frames.shape[1:] == (2 * (45 + captions) + gap, 3 * wide + 2 * gap, 3)
    left = 5 + (wide - 61) // 2
    columns = [left, left + wide + gap, left + 2 * (wide + gap)]
    assert (frames[-1][captions + 5, columns] == [227, 142, 142]).all()  # over, so halfway to white
    assert (frames[-1][-40, wide + gap :] == 255).all()  # the second row has one


def test_an_agent_that_is_done_waits_for_the_others(tmp_path):
    task = make_task(CARTPOLE, max_episode_steps=60)
    made = film(task, compile_genome(BALANCER), np.array([[1.0], [-1.0]]), int(SEEDS[0]), tmp_path / "x.gif")
    steps = [shown.steps for shown in made.agents]
    assert steps[0] == 60 > steps[1]
    for shown, weight in zip(made.agents, (1, -1), strict=True):
        assert shown.episode_return == return_of(task, compile_genome(BALANCER), shared(weight), SEEDS[0])[0]
    assert made.frames == 31  # every second of 60 steps, and the end


def test_captions_say_the_weight_and_the_return_so_far(tmp_path):
    plain = read(painted(tmp_path / "x.mp4").path)
    task = make_task(PAINTER, kwargs={"width": 300})
    made = film(task, compile_genome(ECHO), shared(0.5), 1, tmp_path / "y.mp4", captions=True)
    frames = read(made.path)
    assert plain.shape[1] == 46
    assert frames.shape[1:] == (46 + 30, 300, 3)
    strips = frames[:, :28].astype(int)
    assert np.abs(strips[0] - strips[-1])[:, :150].mean() < 1  # the weight stays
    assert np.abs(strips[0] - strips[-1])[:, 150:].mean() > 1  # the return grows


def test_the_network_lights_up_beside_the_agent(tmp_path):
    network = compile_genome(ECHO)
    portrait = Portrait(network, ("seen",), ("earned",))
    task = make_task(PAINTER, kwargs={"height": 200, "width": 200})
    frames = {}
    for weight in (2.0, -2.0, 0.0):
        path = tmp_path / f"{weight}.mp4"
        film(task, network, shared(weight), 1, path, portrait=portrait)
        frames[weight] = read(path)[0].astype(int)
    assert frames[2.0].shape[1] > 400
    bluer, redder = (frames[w][:, 208:] - frames[0.0][:, 208:] for w in (2.0, -2.0))
    assert (bluer[..., 0] - bluer[..., 2]).min() < -60  # positive: red gives way to blue
    assert (redder[..., 2] - redder[..., 0]).min() < -60


def test_weights_of_connections_are_used(tmp_path):
    task, network = make_task(CARTPOLE), compile_genome(BALANCER)
    weights = np.array([[1.0, 0.3]])
    made = film(task, network, weights, int(SEEDS[1]), tmp_path / "x.mp4")
    (shown,) = made.agents
    assert shown.weight is None
    earned, _ = return_of(task, network, weights, SEEDS[1])
    assert shown.episode_return == earned != return_of(task, network, shared(-1), SEEDS[1])[0]


# What goes wrong


def fails(pattern, folder, call):
    """Expect one line that matches, and no file but a former film."""
    (folder / "x.mp4").write_text("the former film")
    with pytest.raises(OutputError, match=pattern) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("x.mp4", "the former film")]


@pytest.mark.parametrize("name", ["x.avi", "x", "mp4", ".mp4"])
def test_an_unknown_ending_is_told(name, tmp_path):
    fails(r"must end in \.mp4 or \.gif", tmp_path, lambda: painted(tmp_path / name))


def test_an_environment_without_pictures_is_told(tmp_path, toys):
    fails("only as 'human', 'ansi'", tmp_path, lambda: painted(tmp_path / "x.mp4", env="film/Blind-v0"))
    echo = f"{toys}:toys/Echo-v0"
    fails("renders not at all", tmp_path, lambda: painted(tmp_path / "x.mp4", env=echo))


@pytest.mark.parametrize("ending", ["mp4", "gif"])
@pytest.mark.parametrize(
    ("how", "pattern"),
    [
        ("raise", "failed at step 3: RuntimeError: out of paint"),
        ("observation", "step 1: ValueError: the observation is not finite"),
        ("reward", "step 1: ValueError: the reward is nan"),
        ("flat", r"render\(\) gave uint8 \(45,\), expected \(height, width, 3\)"),
        ("none", r"render\(\) gave NoneType"),
        ("grows", r"a picture of \(45, \d+, 3\) after one of \(45, 61, 3\)"),
    ],
)
def test_an_episode_that_fails_leaves_no_file(how, pattern, ending, tmp_path):
    fails(pattern, tmp_path, lambda: painted(tmp_path / f"x.{ending}", how=how))


def test_weights_must_be_finite(tmp_path):
    for weight in (math.nan, math.inf):
        fails("finite", tmp_path, lambda weight=weight: painted(tmp_path / "x.mp4", weight))


def test_an_encoder_that_fails_leaves_no_file(tmp_path, monkeypatch):
    def use(path):
        monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", lambda: path)

    use(shutil.which("false"))
    fails("ffmpeg failed: exit status 1", tmp_path, lambda: painted(tmp_path / "x.mp4", height=2000))
    use("/nowhere/ffmpeg")
    fails(r"/nowhere/ffmpeg: cannot be started", tmp_path, lambda: painted(tmp_path / "x.mp4"))
    use(imageio_ffmpeg._utils.__file__)  # no program at all
    fails("cannot be started", tmp_path, lambda: painted(tmp_path / "x.mp4"))

    def none():
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", none)
    fails("no ffmpeg found", tmp_path, lambda: painted(tmp_path / "x.mp4"))


def test_what_ffmpeg_says_is_passed_on(tmp_path):
    fails("ffmpeg failed: .*40000x46", tmp_path, lambda: painted(tmp_path / "x.mp4", width=40_000))


@pytest.mark.parametrize("ending", ["mp4", "gif"])
def test_a_file_that_cannot_be_written_is_told(ending, tmp_path):
    name = f"missing/x.{ending}"
    fails(f"{name}: cannot be written", tmp_path, lambda: painted(tmp_path / name))
    (tmp_path / "inner" / f"x.{ending}").mkdir(parents=True)
    with pytest.raises(OutputError, match="is a folder"):
        painted(tmp_path / "inner" / f"x.{ending}")


# The command


def saved(path, **fields):
    NetworkFile(TaskConfig(env=PAINTER), ECHO, **fields).save(path)
    return str(path)


def test_the_command_films_beside_the_network(tmp_path, capsys):
    render(saved(tmp_path / "champion.json", shared_weight=-0.5))
    assert capsys.readouterr().out.splitlines() == [
        f"{PAINTER}: weight -0.5, test episode 0: return -5, 10 steps",
        f"{tmp_path / 'best.mp4'}: 11 frames, 0.4 s",
    ]
    assert {path.name for path in tmp_path.iterdir()} == {"champion.json", "best.mp4"}


@pytest.mark.parametrize(
    ("fields", "weight", "said"),
    [
        ({}, None, "weight 1, test episode 0: return 10,"),
        ({"shared_weight": 0.25}, None, "weight 0.25, test episode 0: return 2.5,"),
        ({"shared_weight": 0.25}, -0.5, "weight -0.5, test episode 0: return -5,"),
        ({"shared_weight": 0.25}, 0.0, "weight 0, test episode 0: return 0,"),
    ],
)
def test_the_command_chooses_a_weight(fields, weight, said, tmp_path, capsys):
    render(
        saved(tmp_path / "x.json", **fields),
        weight=None if weight is None else [weight],
        output=tmp_path / "x.gif",
    )
    assert said in capsys.readouterr().out


def test_the_command_takes_weights_of_connections_and_a_seed(tmp_path, capsys):
    path = tmp_path / "x.json"
    NetworkFile(TaskConfig(env=CARTPOLE), BALANCER, 1.0, np.array([0.5, 0.2])).save(path)
    render(str(path), seed=2, output=tmp_path / "x.mp4")
    network, task = compile_genome(BALANCER), make_task(CARTPOLE)
    earned, steps = return_of(task, network, np.array([[0.5, 0.2]]), SEEDS[2])
    said = f"{CARTPOLE}: its own weights, test episode 2: return {earned:g}, {steps:g} steps"
    assert capsys.readouterr().out.splitlines()[0] == said


def test_the_network_must_fit_its_task(tmp_path):
    NetworkFile(TaskConfig(env=SWINGUP), ECHO).save(tmp_path / "x.json")
    with pytest.raises(GenomeError, match="needs 5 and 1"):
        render(str(tmp_path / "x.json"))


class Collector(Painter):
    """Gives its pictures as a list, with transparency."""

    metadata = {"render_modes": ["rgb_array_list"], "render_fps": 30}  # noqa: RUF012

    def render(self):
        assert self.render_mode == "rgb_array_list"
        picture = super().render()
        return [picture * 0.0, np.dstack([picture, np.full(self.size, 255)]) / 255.0]


gymnasium.register("film/Collector-v0", entry_point=Collector)


def test_pictures_in_lists_with_transparency_make_the_same_film(tmp_path):
    weights, seed = np.array([[0.5]]), 1
    films = [
        read(
            film(
                make_task(f"film/{name}-v0"), compile_genome(ECHO), weights, seed, tmp_path / f"{name}.gif"
            ).path
        )
        for name in ("Painter", "Collector")
    ]
    np.testing.assert_array_equal(*films)


@pytest.mark.parametrize("width", [30, 61, 200, 600])
def test_captions_are_whole_and_frames_of_one_size_whatever_is_earned(width):
    picture = np.full((20, width, 3), 128, np.uint8)
    sizes = set()
    for parts in (("weight -1.5", "return 0.0"), ("trained weights", "return -1234567.8")):
        made = captioned(picture, parts)
        sizes.add(made.shape)
        above = made[: made.shape[0] - 20]
        assert (above[:, :3] == 255).all()  # no letter touches the sides
        assert (above[:, -3:] == 255).all()
        assert (above < 200).any()
    assert len(sizes) == 1
