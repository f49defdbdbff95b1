"""The table of a judgement, on figures of every size."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from wann.cli.views.judgement import show_judgement
from wann.judging.judgement import Judgement, SignedShared, WithoutZero
from wann.judging.spread import Spread, Sweep


def shown(
    capsys, scale: float, file: str = "tuned.json", episodes: int = 10, slow: bool = False
) -> list[str]:
    rows = np.random.default_rng(0).normal(-scale, scale / 10, (3, episodes))
    sweep = Sweep((-1.0, 0.25, 123456.789), tuple(map(Spread.of, rows)), Spread.of(rows.mean(axis=0)))
    spread = Spread.of(rows[0])
    over_episodes = math.nan if slow else spread.std
    rest = WithoutZero(Spread.of(rows[1]), 2.0, 80)
    signed = SignedShared(spread, 3.0, over_episodes, rest, -0.25, spread)
    judgement = Judgement(
        episodes,
        sweep,
        sweep,
        spread,
        spread,
        3.0,
        over_episodes,
        rest,
        -1.25,
        spread,
        spread,
        signed,
        None,
        0,
        0,
        5,
        None,
    )
    show_judgement(
        SimpleNamespace(  # type: ignore[arg-type]
            judgement=judgement,
            network=SimpleNamespace(n_connections=3, n_nodes=5, scales_as_one=False),
            task=SimpleNamespace(name="X-v0"),
            tuned_file=Path("folder") / file,
            most_frequent=None,
        )
    )
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("scale", [0.0, 1e-3, 10.0, 500.0, 99_999.0, 1e6, 1e9, 1e99])
@pytest.mark.parametrize("file", ["tuned.json", "a_network_with_quite_a_long_name_of_its_own.tuned.json"])
def test_a_row_a_figure_in_eighty_columns(capsys, scale, file):
    lines = shown(capsys, scale, file)
    assert max(map(len, lines)) <= 80
    names = [line[:36].rstrip() for line in lines]
    assert names[0] == "X-v0: 3 connections, 5 nodes"
    assert names[1:8] == [
        "return over 10 held-out episodes",
        "each of the search's weights",
        *("  -1", "  0.25", "  123457"),
        "each weight of --weights",
        "  -1",
    ]
    assert names[10:18] == [
        "random weights, one per connection",
        "random shared weight in [-2, 2]",
        "  spread over episodes",
        "  spread over its 81 weights",
        "  without the weight 0",
        "  spread over the 80 other weights",
        "tuned shared weight -1.25",
        f"tuned weights ({file})" if file == "tuned.json" else "tuned weights (…_its_own.tuned.json)",
    ]
    assert names[18:25] == [
        "  median",
        "random size, trained signs",
        "  spread over episodes",
        "  spread over its 81 weights",
        "  without the weight 0",
        "  spread over the 80 other weights",
        "tuned size -0.25, trained signs",
    ]
    assert len(lines) == 26


def test_figures_are_those_of_the_judgement(capsys):
    lines = shown(capsys, 500.0)
    row = Spread.of(np.random.default_rng(0).normal(-500.0, 50.0, (3, 10))[0])
    expected = [f"{row.mean:.1f}", "±", f"{row.std:.1f}", f"{row.low:.1f}", "to", f"{row.high:.1f}"]
    assert lines[3].split() == ["-1", *expected]
    assert lines[16].split()[3:] == ["-1.25", *expected]
    assert lines[18].split() == ["median", f"{row.median:.1f}"]


def test_slow_tasks_have_one_spread(capsys):
    lines = shown(capsys, 500.0, slow=True)
    assert [line.split("  ")[1] for line in lines if "spread over" in line] == [
        *("spread over weights", "spread over other weights"),
        *("spread over weights", "spread over other weights"),
    ]


def test_the_figure_without_the_weight_of_0_is_a_row_of_its_own(capsys):
    rows = np.random.default_rng(0).normal(-500.0, 50.0, (3, 10))
    lines = shown(capsys, 500.0)
    with_zero, without = Spread.of(rows[0]), Spread.of(rows[1])
    assert lines[11].split()[5:] == ["2]", f"{with_zero.mean:.1f}", *interval(with_zero)]
    assert lines[14].split()[4:] == [f"{without.mean:.1f}", *interval(without)]
    assert lines[15].split()[-2:] == ["±", "2.0"]


def interval(spread: Spread) -> list[str]:
    return [f"{spread.low:.1f}", "to", f"{spread.high:.1f}"]


def test_one_episode_has_no_interval(capsys):
    assert shown(capsys, 500.0, episodes=1)[3].split()[-2:] == ["0.0", "-"]
