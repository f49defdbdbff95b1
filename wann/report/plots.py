"""The curves of a report, drawn by matplotlib: each function draws one on axes of its own."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from wann.errors import OutputError
from wann.export.drawing.glyphs import colour
from wann.records.storage.files import write_atomically
from wann.report.dossier import Dossier

Subject = TypeVar("Subject")

_INK, _SOFT, _LINE = "#1d2733", "#5b6775", "#d5dae0"
_BLUE, _ORANGE, _GREEN, _PURPLE = "#2b6cb0", "#e07a1f", "#1e8e5a", "#8e44ad"
_SIZE = (5.2, 3.4)  # inches
SETTINGS: Any = {
    "svg.hashsalt": "wann",
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": _SOFT,
    "axes.labelcolor": _INK,
    "text.color": _INK,
    "xtick.color": _SOFT,
    "ytick.color": _SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": _LINE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8,
}


def learning(axes: Any, dossier: Dossier) -> bool:
    """Best, median and peak of each generation, the champion's score on its select episodes."""
    rows = dossier.history
    if not rows:
        return False
    generation = [row.generation for row in rows]
    marker = "." if len(rows) == 1 else None
    for name, shade, label in (
        ("peak", _PURPLE, "best with one weight"),
        ("best", _BLUE, "best mean over weights"),
        ("median", _SOFT, "median of the means"),
    ):
        values = [getattr(row, name) for row in rows]
        axes.plot(generation, values, color=shade, linewidth=1, label=label, marker=marker)
    champion = [row.champion for row in rows]
    axes.step(
        generation, champion, color=_ORANGE, linewidth=1.8, where="post", label="champion", marker=marker
    )
    axes.set_xlabel("generation")
    axes.set_ylabel("minus cross-entropy" if dossier.judgement.n_images else "mean return")
    axes.set_title("Learning")
    return beside(axes)


def growth(axes: Any, dossier: Dossier) -> bool:
    """Connections and nodes of each generation's best genome."""
    rows = dossier.history
    if not rows:
        return False
    generation = [row.generation for row in rows]
    marker = "." if len(rows) == 1 else None
    for name, shade in (("connections", _GREEN), ("nodes", _SOFT)):
        values = [getattr(row, name) for row in rows]
        axes.plot(generation, values, color=shade, linewidth=1.2, label=name, marker=marker)
    axes.set_xlabel("generation")
    axes.set_ylabel("of the genome with the best mean")
    axes.set_ylim(bottom=0)
    axes.set_title("Growth")
    return beside(axes)


def by_weight(axes: Any, dossier: Dossier) -> bool:
    """The held-out score of each shared weight, with the 95 % confidence interval of its mean."""
    sweep, share = dossier.sweep, scale(dossier)
    low, mean, high = (
        share * np.array([getattr(spread, name) for spread in sweep.each]) for name in ("low", "mean", "high")
    )
    axes.fill_between(sweep.weights, low, high, color=_BLUE, alpha=0.2, linewidth=0, label="95 % interval")
    axes.plot(sweep.weights, mean, color=_BLUE, linewidth=1.5, marker=".", markersize=4)
    searched = [
        (weight, share * value) for weight, value in dossier.judgement.per_weight if -2 <= weight <= 2
    ]
    axes.plot(*zip(*searched, strict=True), "o", color=_ORANGE, markersize=6, label="weights of the search")
    axes.set_xlabel("shared weight")
    axes.set_ylabel(label(dossier))
    axes.set_title("By shared weight")
    return beside(axes)


def pareto(axes: Any, dossier: Dossier) -> bool:
    """The last population: mean against connections, and what no other beats with as few."""
    population = dossier.population
    if population is None:
        return False
    share = scale(dossier)
    connections, means = population.connections, share * population.means
    axes.scatter(connections, means, s=12, color=_BLUE, alpha=0.45, linewidths=0, label="a genome")
    order = np.lexsort((-means, connections))
    best = np.maximum.accumulate(means[order])
    first = np.append(True, best[1:] > best[:-1])
    sizes, values = connections[order][first], means[order][first]
    axes.step(
        sizes, values, color=_ORANGE, where="post", linewidth=1.5, marker="o", markersize=4, label="front"
    )
    axes.set_xlabel("live connections")
    axes.xaxis.get_major_locator().set_params(integer=True)
    what = "accuracy in %" if dossier.judgement.n_images else f"mean return, {population.episodes} episodes"
    axes.set_ylabel(f"{what}, all weights")
    axes.set_title(f"Population after generation {population.generation}")
    return beside(axes)


def activations(axes: Any, dossier: Dossier) -> bool:
    """How often each activation occurs among the hidden nodes, of the champion and of the population."""
    network = dossier.portrait.network
    own = network.activations[: len(network.codes) - network.n_outputs]
    population = dict(dossier.population.activations) if dossier.population else {}
    names = sorted({*own, *population}, key=lambda name: (-population.get(name, 0), -own.count(name), name))
    if not names:
        return False
    total = sum(population.values())
    mine = [100 * own.count(name) / max(1, len(own)) for name in names]
    all_of_them = [100 * population.get(name, 0) / max(1, total) for name in names]
    place = np.arange(len(names))
    axes.bar(place - 0.2, mine, 0.38, color=[colour(name) for name in names], label="champion")
    if total:
        axes.bar(
            place + 0.2, all_of_them, 0.38, color=_LINE, edgecolor=_SOFT, linewidth=0.6, label="population"
        )
        beside(axes)
    axes.set_xticks(place, names, rotation=35, ha="right")
    axes.set_ylabel("% of the hidden nodes")
    axes.set_title("Activations")
    axes.grid(False, axis="x")
    axes.set_axisbelow(True)
    return True


PLOTS: dict[str, Callable[[Any, Dossier], bool]] = {
    "learning": learning,
    "growth": growth,
    "by_weight": by_weight,
    "pareto": pareto,
    "activations": activations,
}


def as_svg(dossier: Dossier, without: Collection[str] = ()) -> dict[str, str]:
    """Return each plot that there is data for as SVG text, by its name."""
    chosen = {name: draw for name, draw in PLOTS.items() if name not in without}
    return {name: data.decode() for name, data in drawn(chosen, dossier, "svg")}


def write_plots(dossier: Dossier, folder: Path) -> list[Path]:
    """Write each plot as NAME.png and NAME.svg into a folder.

    Raises:
        OutputError: it cannot be written.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for kind in ("png", "svg"):
            for name, data in drawn(PLOTS, dossier, kind):
                path = folder / f"{name}.{kind}"
                write_atomically(path, lambda file, data=data: file.write(data))
                written.append(path)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error})") from error
    return sorted(written)


def beside(axes: Any) -> bool:
    """Put the legend below the axes, where it lies on no curve."""
    entries = len(axes.get_legend_handles_labels()[1])
    axes.figure.legend(loc="outside lower left", ncols=2 if entries > 3 else 3)
    return True


def drawn(plots: Mapping[str, Callable[[Any, Subject], bool]], subject: Subject, kind: str):
    """Yield (name, bytes of the file) of each plot that there is data for."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(SETTINGS):
        for name, draw in plots.items():
            figure = Figure(figsize=_SIZE, layout="constrained")
            if not draw(figure.subplots(), subject):
                continue
            file = io.BytesIO()
            metadata: Any = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
            figure.savefig(file, format=kind, dpi=160, metadata=metadata)
            yield name, file.getvalue()


def scale(dossier: Dossier) -> float:
    """By what a score is multiplied for people: accuracy is in %."""
    return 100.0 if dossier.judgement.n_images else 1.0


def label(dossier: Dossier) -> str:
    """What the axis of held-out scores says."""
    if dossier.judgement.n_images:
        return "test accuracy in %"
    return f"mean return, {dossier.judgement.episodes} held-out episodes"
