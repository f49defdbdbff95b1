"""The sheet of images: what it says is what the network says."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from wann.cli.commands.show.render import render
from wann.config import TaskConfig
from wann.errors import OutputError
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.records.network.file import NetworkFile
from wann.report.sheet import answers, sheet
from wann.seeding import Purpose, episode_seeds
from wann.workflows.build import build_task


@pytest.fixture(scope="module")
def digits():
    return build_task(TaskConfig(dataset="digits"))


@pytest.fixture(scope="module")
def genome(grow, digits):
    return grow(digits.n_inputs, digits.n_outputs, 300, 4, size=2)[0]


def test_answers_are_the_largest_outputs(digits, genome):
    network, images = compile_genome(genome), digits.data.test.images
    for weight in (-1.0, 0.6):
        outputs = forward(network, np.full((len(images), 1), weight), images.astype(float))
        assert np.array_equal(answers(network, np.array([[weight]]), images), outputs.argmax(axis=1))


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_the_accuracy_is_the_one_that_evaluate_gives(ending, digits, genome, tmp_path):
    network, weights = compile_genome(genome), np.array([[0.6]])
    made = sheet(digits, network, weights, tmp_path / f"x.{ending}", "weight 0.6")
    lanes = Lanes.product(1, episode_seeds(0, Purpose.TEST, 1))
    result = evaluate(digits, Candidate("x", network, weights), lanes)
    assert made.accuracy == result.metrics["accuracy"][0]
    assert made.images == len(digits.data.test)
    with Image.open(made.path) as picture:
        assert picture.width == 2 * 24 + 10 * 76 - 12


def test_the_first_image_that_is_right_stands_first(digits, genome, tmp_path):
    network, weights = compile_genome(genome), np.array([[0.6]])
    made = sheet(digits, network, weights, tmp_path / "x.png", "weight 0.6")
    first = int(
        np.flatnonzero(answers(network, weights, digits.data.test.images) == digits.data.test.labels)[0]
    )
    with Image.open(made.path) as picture:
        tile = np.asarray(picture.convert("L"))[84 : 84 + 64, 24 : 24 + 64]
    expected = digits.data.test.images[first].reshape(8, 8)
    seen = -tile.reshape(8, 8, 8, 8).mean(axis=(1, 3))
    assert np.corrcoef(seen.ravel(), expected.ravel())[0, 1] > 0.99


def test_the_command_draws_beside_the_network(genome, tmp_path, capsys):
    path = tmp_path / "champion.json"
    NetworkFile(TaskConfig(dataset="digits"), genome, 0.6).save(path)
    render(str(path))
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("digits: weight 0.6: ")
    assert said[1] == f"{tmp_path / 'best.png'}: written"
    with pytest.raises(OutputError, match="a sheet of images shows one weight and no network, got 2 weights"):
        render(str(path), weight=[1.0, 2.0])


def test_what_cannot_be_drawn_is_told(digits, genome, tmp_path):
    network, weights = compile_genome(genome), np.array([[1.0]])
    with pytest.raises(OutputError, match=r"must end in \.png, \.jpg, \.jpeg, \.webp, got '\.mp4'"):
        sheet(digits, network, weights, tmp_path / "x.mp4", "")
    with pytest.raises(OutputError, match="cannot be written"):
        sheet(digits, network, weights, tmp_path / "none" / "x.png", "")
