"""The picture of a comparison: score against effective connections, with the fronts of both families."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from textwrap import fill
from typing import Any

from wann.errors import OutputError
from wann.report.pareto import PRUNED, SEARCHED, Comparison, Entry, front

ENDINGS = (".png", ".svg", ".pdf")

# Colours that people with any colour vision tell apart (Okabe & Ito 2008), and a marker each, as there may
# be more methods than colours.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C564B")
_MARKERS = ("o", "s", "^", "D", "v", "<", ">", "h", "p", "d", "8")
_FRONTS = {SEARCHED: ("#000000", "-"), PRUNED: ("#6E6E6E", "--")}
_MOST_ROWS = 14  # of the legend, in a column
_WIDEST = 36  # characters in a row of it: what one method's long name takes, the axes lose
# The same file for the same figures: no dates, no random names.
_SETTINGS: Any = {
    "svg.hashsalt": "wann",
    "svg.fonttype": "none",
    "font.size": 10,
    "font.family": "DejaVu Sans",
}


def check_picture(path: Path) -> None:
    """See that a picture can be of this kind.

    Raises:
        OutputError: its ending is none that is known.
    """
    if path.suffix.lower() not in ENDINGS:
        raise OutputError(f"{path}: expected a name that ends in {', '.join(ENDINGS)}, got '{path.suffix}'")


def draw(comparison: Comparison, path: Path) -> None:
    """Write the picture, as PNG, SVG or PDF by the path's ending.

    Raises:
        OutputError: it cannot be written.
    """
    check_picture(path)
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(9, 5.4), layout="constrained")
        axes = figure.subplots()
        methods = list(dict.fromkeys(entry.method for entry in comparison.entries))
        looks = zip(methods, cycle(_COLOURS), cycle(_MARKERS), strict=False)
        for method, colour, marker in looks:
            own = [entry for entry in comparison.entries if entry.method == method]
            _draw_method(axes, own, comparison, colour, marker)
        _draw_fronts(axes, comparison)
        _draw_dense(axes, comparison)
        _label(axes, comparison)
        figure.legend(*_sorted_legend(axes), loc="outside right upper", frameon=False, ncols=_columns(axes))
        metadata: dict[str, Any] = {"Date": None} if path.suffix.lower() == ".svg" else {}
        try:
            figure.savefig(path, dpi=150, metadata=metadata)
        except OSError as error:
            raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error


def _scale(comparison: Comparison) -> float:
    return 100.0 if comparison.accuracy else 1.0


def _draw_method(
    axes: Any, entries: Sequence[Entry], comparison: Comparison, colour: str, marker: str
) -> None:
    """A method's sizes, from small to large: means joined by a line, spreads, a small point for a seed."""
    ordered, scale = sorted(entries, key=lambda entry: entry.size), _scale(comparison)
    searched = entries[0].family == SEARCHED
    axes.errorbar(
        [max(1.0, entry.size) for entry in ordered],
        [scale * entry.score for entry in ordered],
        yerr=[0.0 if math.isnan(entry.std) else scale * entry.std for entry in ordered],
        label=f"{entries[0].method} (searched)" if searched else entries[0].method,
        color=colour,
        marker="*" if searched else marker,
        markersize=15 if searched else 7,
        markeredgecolor="white",
        linewidth=1.2,
        alpha=0.9,
        capsize=3,
        zorder=4 if searched else 3,
    )
    for entry in ordered:
        if len(entry.scores) > 1:
            sizes = [max(1, size) for size in entry.connections]
            scores = [scale * score for score in entry.scores]
            axes.scatter(sizes, scores, s=8, color=colour, alpha=0.45, linewidths=0, zorder=2)


def _draw_fronts(axes: Any, comparison: Comparison) -> None:
    """What none of its family beats, as stairs: with so many connections, this score is had."""
    for family, (colour, style) in _FRONTS.items():
        best = front([entry for entry in comparison.entries if entry.family == family])
        if len(best) > 1:  # one alone has no line to draw
            axes.step(
                [max(1.0, entry.size) for entry in best],
                [_scale(comparison) * entry.score for entry in best],
                where="post",
                color=colour,
                linestyle=style,
                linewidth=1.0,
                alpha=0.8,
                label=f"front of the {family}",
                zorder=1,
            )


def _draw_dense(axes: Any, comparison: Comparison) -> None:
    if comparison.dense is None:
        return
    dense, scale = comparison.dense, _scale(comparison)
    name = f"dense, {dense.size:,.0f} connections"
    axes.axhline(scale * dense.score, color="#000000", linestyle=":", linewidth=1.2, label=name, zorder=1)
    if not math.isnan(dense.std):
        low, high = (scale * (dense.score + sign * dense.std) for sign in (-1, 1))
        axes.axhspan(low, high, color="#000000", alpha=0.08, linewidth=0, zorder=0)


def _label(axes: Any, comparison: Comparison) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("effective connections (weights and biases on a path from an input to an output)")
    score = "test accuracy in %" if comparison.accuracy else "mean return over held-out episodes"
    axes.set_ylabel(f"{score}, figure {comparison.figure}")
    if comparison.told:
        axes.text(0.99, 0.01, comparison.told, transform=axes.transAxes, ha="right", fontsize=7, alpha=0.7)
    name = comparison.task.rpartition("/")[2]  # the whole id of an environment would reach into the legend
    axes.set_title(f"{name}: score against size, mean ± std over seeds", loc="left")
    axes.grid(True, which="major", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _sorted_legend(axes: Any) -> tuple[list[Any], list[str]]:
    """Methods first, in their order, then fronts and the dense network."""
    handles, labels = axes.get_legend_handles_labels()
    last = ("front of", "dense,")
    order = sorted(range(len(labels)), key=lambda k: labels[k].startswith(last))
    return [handles[k] for k in order], [fill(labels[k], _WIDEST, break_long_words=False) for k in order]


def _columns(axes: Any) -> int:
    return 1 + (len(axes.get_legend_handles_labels()[1]) - 1) // _MOST_ROWS
