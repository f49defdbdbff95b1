"""The table of a judgement: a row for each figure, within 80 columns."""

from __future__ import annotations

import math

from rich.table import Table

from wann.cli.output import console, say
from wann.judging.judgement import Judgement, WithoutZero
from wann.judging.spread import Spread, Sweep
from wann.workflows.judge import TestReport

_NAMES = 36  # columns for the names of figures


def show_judgement(report: TestReport) -> None:
    """Print the regimes; accuracies in percent."""
    j, network = report.judgement, report.network
    say(f"{report.task.name}: {network.n_connections} connections, {network.n_nodes} nodes")
    what = f"return over {j.episodes} held-out episodes"
    table = _Figures(f"accuracy in %, {j.n_images} test images" if j.n_images else what, bool(j.n_images))
    if "search" in j.regimes:
        table.sweep("each of the search's weights", j.search)
    if j.own:
        table.sweep("each weight of --weights", j.own)
    if "random" in j.regimes:
        table.row("random weights, one per connection", j.random_weights)
    if "random-shared" in j.regimes:
        table.row("random shared weight in [-2, 2]", j.shared, std=False)
        _add_spreads(table, j, j.shared_std_over_weights, j.shared_std_over_episodes, j.without_zero)
    if "tuned-shared" in j.regimes:
        table.row(f"tuned shared weight {j.tuned_weight:g}", j.tuned)
    if j.tuned_weights and report.tuned_file:
        table.row(f"tuned weights ({_short(report.tuned_file.name)})", j.tuned_weights)
        if not j.n_images:
            table.one("  median", j.tuned_weights.median)
    if j.signed and "signed-shared" in j.regimes:
        table.row("random size, trained signs", j.signed.shared, std=False)
        signed = j.signed
        _add_spreads(table, j, signed.std_over_weights, signed.std_over_episodes, signed.without_zero)
    if j.signed and "tuned-signed-shared" in j.regimes:
        table.row(f"tuned size {j.signed.tuned_weight:g}, trained signs", j.signed.tuned)
    if j.ensemble is not None:
        table.row("vote of the search's weights", Spread.of_share(j.ensemble, j.n_images))
    if report.most_frequent:
        name, share = report.most_frequent
        table.one(_fitting("always the most frequent class, ", name), share)
    table.print()
    if j.tuned_weight == 0:
        say("with the shared weight 0 it answers the same whatever it sees, and no other weight did better")
    if j.n_images and network.scales_as_one:
        say("all positive shared weights give the same classes: ReLU or the like, no biases")
    if j.n_images:
        say(f"std: over {j.episodes} draws, or the {j.n_grid} weights; 95 % interval: Wilson's, over images")
    else:
        say("std: over episodes; 95 % interval: confidence in their mean, by Student's t")


def _add_spreads(
    table: _Figures, j: Judgement, over_weights: float, over_episodes: float, rest: WithoutZero
) -> None:
    """What else there is of a regime over the grid: its spreads, and the figure without the weight of 0."""
    one_each = math.isnan(over_episodes) and not j.n_images
    if not math.isnan(over_episodes):
        table.one("  spread over episodes", std=over_episodes)
    table.one(f"  spread over {'weights' if one_each else f'its {j.n_grid} weights'}", std=over_weights)
    table.row("  without the weight 0", rest.shared, std=False)
    table.one(
        f"  spread over {'' if one_each else f'the {j.n_grid - 1} '}other weights", std=rest.std_over_weights
    )


def _fitting(text: str, name: str) -> str:
    room = _NAMES - len(text)
    return text + (name if len(name) <= room else f"{name[: max(room - 1, 0)]}…")


def _short(name: str) -> str:
    room = _NAMES - len("tuned weights ()")
    return name if len(name) <= room else f"…{name[1 - room :]}"


class _Figures:
    """Rows of a mean, a standard deviation and an interval."""

    def __init__(self, title: str, percent: bool) -> None:
        self._scale = 100.0 if percent else 1.0
        self._table = figures(title, _NAMES)
        self._table.add_column("std", justify="right", min_width=9)
        self._table.add_column("95 % interval", justify="right", min_width=18)

    def row(self, name: str, spread: Spread, std: bool = True) -> None:
        """A figure with all that is known of it."""
        low, high = self._number(spread.low), self._number(spread.high)
        interval = "-" if math.isnan(spread.low) else f"{low} to {high}"
        known = std and not (math.isnan(spread.std) and not math.isnan(spread.mean))
        spread_text = f"± {self._number(spread.std)}" if known else ""
        self._table.add_row(name, self._number(spread.mean), spread_text, interval)

    def one(self, name: str, mean: float | None = None, std: float | None = None) -> None:
        """A mean or a standard deviation alone."""
        spread_text = "" if std is None else f"± {self._number(std)}"
        self._table.add_row(name, "" if mean is None else self._number(mean), spread_text)

    def sweep(self, title: str, sweep: Sweep) -> None:
        """A row for all weights together, and one for each."""
        self.row(title, sweep.together, std=False)
        if 0 in sweep.weights and len(sweep.weights) > 1:
            self.one("  without the weight 0", sweep.mean_without_zero)
        for weight, spread in zip(sweep.weights, sweep.each, strict=True):
            self.row(f"  {weight:g}", spread)

    def print(self) -> None:
        """Show the table."""
        console().print(self._table)

    def _number(self, value: float) -> str:
        return number(self._scale * value)


def figures(title: str, names: int = 40) -> Table:
    """A table of names and means."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title, min_width=names)
    table.add_column("mean", justify="right", min_width=9)
    return table


def number(value: float) -> str:
    """Short enough for its column, however large; `--json` has every digit."""
    if math.isnan(value):
        return "-"
    if abs(value) < 1e5:
        return f"{value:.1f}"
    return f"{value:.0f}" if abs(value) < 1e7 else f"{value:.1e}"
