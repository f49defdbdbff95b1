"""The curves of several runs of one task on the same axes, a colour each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wann.report.dossier import Dossier
from wann.report.plots import beside, drawn, label, scale

# Seen by day and by night; the first two change with the page. Line styles when there are more runs.
_COLOURS = ("#2b6cb0", "#e07a1f", "#1f9e6e", "#c0589f", "#b8860b", "#3fa7d6")
_STYLES = ("-", "--", ":", "-.")


def learning(axes: Any, dossiers: Sequence[Dossier]) -> bool:
    """The champions' scores on their `select` episodes, and faintly the best means of the generations."""
    searched = False
    for dossier, look in _looks(dossiers):
        rows = dossier.history
        if not rows:
            continue
        searched = True
        generation = [row.generation for row in rows]
        marker = "." if len(rows) == 1 else None
        axes.plot(generation, [row.best for row in rows], linewidth=0.8, alpha=0.35, marker=marker, **look)
        champion = [row.champion for row in rows]
        axes.step(
            generation, champion, linewidth=1.8, where="post", label=dossier.name, marker=marker, **look
        )
    axes.set_xlabel("generation")
    axes.set_ylabel("minus cross-entropy" if dossiers[0].judgement.n_images else "mean return")
    axes.set_title("Learning: champions, and faintly the best means")
    return searched and beside(axes)


def growth(axes: Any, dossiers: Sequence[Dossier]) -> bool:
    """Connections of each generation's best genome."""
    searched = False
    for dossier, look in _looks(dossiers):
        rows = dossier.history
        if rows:
            searched = True
            generation, connections = (
                [getattr(row, k) for row in rows] for k in ("generation", "connections")
            )
            marker = "." if len(rows) == 1 else None
            axes.plot(generation, connections, linewidth=1.2, label=dossier.name, marker=marker, **look)
    axes.set_xlabel("generation")
    axes.set_ylabel("connections of the best genome")
    axes.set_ylim(bottom=0)
    axes.set_title("Growth")
    return searched and beside(axes)


def by_weight(axes: Any, dossiers: Sequence[Dossier]) -> bool:
    """The held-out score of each shared weight, with the 95 % confidence interval of its mean."""
    for dossier, look in _looks(dossiers):
        sweep = dossier.sweep
        low, mean, high = (
            scale(dossier) * np.array([getattr(spread, name) for spread in sweep.each])
            for name in ("low", "mean", "high")
        )
        axes.fill_between(sweep.weights, low, high, color=look["color"], alpha=0.15, linewidth=0)
        axes.plot(sweep.weights, mean, linewidth=1.5, label=dossier.name, **look)
    axes.set_xlabel("shared weight")
    axes.set_ylabel(label(dossiers[0]))
    axes.set_title("By shared weight, with 95 % intervals")
    return beside(axes)


OVERLAYS: dict[str, Callable[[Any, Sequence[Dossier]], bool]] = {
    "learning": learning,
    "growth": growth,
    "by_weight": by_weight,
}


def overlays_as_svg(dossiers: Sequence[Dossier]) -> dict[str, str]:
    """Return each plot that there is data for as SVG text, by its name."""
    return {name: data.decode() for name, data in drawn(OVERLAYS, dossiers, "svg")}


def _looks(dossiers: Sequence[Dossier]) -> list[tuple[Dossier, dict[str, str]]]:
    """Each run with its colour and style."""
    return [
        (
            dossier,
            {"color": _COLOURS[k % len(_COLOURS)], "linestyle": _STYLES[k // len(_COLOURS) % len(_STYLES)]},
        )
        for k, dossier in enumerate(dossiers)
    ]
