"""Several runs on the same axes: what is drawn is what each recorded, under names of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from wann.config import parse_config
from wann.records.run.history import read_history
from wann.report import overlays, plots
from wann.report.page import write_page
from wann.workflows.dossiers import gather, told_apart
from wann.workflows.search.evolve import start

TEXT = """
task: {env: CartPole-v1, max_episode_steps: 60}
search: {population: 12, generations: 4}
evaluation: {episodes: 2, backend: local, workers: 1}
run: {seed: SEED}
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> list[Path]:
    """Runs in folders of one name."""
    folders = [tmp_path_factory.mktemp("runs") / name / "r" for name in ("a", "b")]
    for seed, folder in enumerate(folders):
        folder.parent.mkdir()
        start(parse_config(TEXT.replace("SEED", str(seed)), "test"), folder, "test")
    return folders


@pytest.fixture(scope="module")
def dossiers(folders):
    paths = [folder / "champion.json" for folder in folders]
    return told_apart([gather(folder, episodes=3, workers=1) for folder in folders], paths)


def drawn(draw, subject):
    figure = Figure(layout="constrained")
    axes = figure.subplots()
    assert draw(axes, subject)
    figure.draw_without_rendering()
    return axes


def test_runs_in_folders_of_one_name_are_told_apart(dossiers, folders):
    assert [dossier.name for dossier in dossiers] == ["a/r", "b/r"]
    (one, same) = told_apart([dossiers[0]] * 2, [folders[0] / "champion.json"] * 2)
    assert one.name != same.name
    (alone,) = told_apart([gather(folders[0], episodes=2, workers=1)], [folders[0] / "champion.json"])
    assert alone.name == "r"


def test_every_run_has_its_own_lines_on_the_same_axes(dossiers, folders):
    axes = drawn(overlays.learning, dossiers)
    lines = {line.get_label(): line for line in axes.lines}
    for dossier, folder in zip(dossiers, folders, strict=True):
        rows = read_history(folder / "history.csv")
        assert np.array_equal(lines[dossier.name].get_ydata(), [row.champion for row in rows])
    assert len({lines[dossier.name].get_color() for dossier in dossiers}) == 2
    swept = {line.get_label(): line.get_ydata() for line in drawn(overlays.by_weight, dossiers).lines}
    for dossier in dossiers:
        assert np.array_equal(swept[dossier.name], [spread.mean for spread in dossier.sweep.each])


def test_network_files_alone_have_no_learning_curve(dossiers):
    from dataclasses import replace

    files = [replace(dossier, history=()) for dossier in dossiers]
    assert not overlays.learning(Figure().subplots(), files)
    assert set(overlays.overlays_as_svg(files)) == {"by_weight"}


def test_a_page_of_two_shows_what_they_share_once(dossiers):
    page = write_page(dossiers)
    assert page.count("Side by side") == 1
    assert page.count("a/r") >= 2
    assert "Side by side" not in write_page(dossiers[:1])


@pytest.mark.parametrize("draw", [*plots.PLOTS.values(), *overlays.OVERLAYS.values()])
def test_legends_lie_on_no_curve(draw, dossiers):
    own = draw in plots.PLOTS.values()
    axes = drawn(draw, dossiers[0] if own else dossiers)
    assert axes.get_legend() is None
    for legend in axes.figure.legends:
        assert not legend.get_window_extent().overlaps(axes.get_window_extent())


def test_a_phone_sees_that_a_table_goes_on(dossiers, opened, tmp_path):
    (tmp_path / "page.html").write_text(write_page(dossiers))
    for width, goes_on in ((375, True), (1440, False)):
        page = opened(tmp_path / "page.html", width)
        table = page.locator(".scroll").first
        assert table.evaluate("node => node.scrollWidth > node.clientWidth + 1") == goes_on
        box = table.bounding_box()

        def shade(x: float, page=page, box=box) -> int:
            from io import BytesIO

            from PIL import Image

            clip = {"x": box["x"] + x, "y": box["y"] + 2, "width": 2, "height": 2}
            picture = Image.open(BytesIO(page.screenshot(clip=clip))).convert("L")
            return picture.getpixel((0, 0))

        assert (shade(box["width"] - 3) < 230) == goes_on  # a shadow at the right
        assert shade(2) > 245  # none at the left, where the table begins
