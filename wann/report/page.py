"""The page: one HTML file that needs nothing else, in which every network can be tried."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

import numpy as np

from wann.export.drawing.network import draw
from wann.export.drawing.svg import to_svg
from wann.export.formulas.javascript import javascript
from wann.judging.judgement import SignedShared
from wann.judging.spread import Spread
from wann.report.dossier import Dossier
from wann.report.embedding import EPISODES, embed, script
from wann.report.overlays import OVERLAYS, overlays_as_svg
from wann.report.plots import as_svg

# Nothing may be fetched, whatever is in the files that a page is made of.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
# What a drawing is coloured with -> the page's own colour, which is another one in the dark.
_COLOURS = {"#1d2733": "--ink", "#5b6775": "--soft", "#8a94a0": "--faint", "#d5dae0": "--line"}
# Wider than a phone: a shadow at its side says so, and the keyboard can move it.
_SCROLL = '<div class="scroll" tabindex="0">'
_PLOT_COLOURS = _COLOURS | {"#ffffff": "--card", "#2b6cb0": "--positive", "#e07a1f": "--accent"}


def write_page(dossiers: Sequence[Dossier]) -> str:
    """Return the page of one run or of several side by side.

    Raises:
        OutputError: a network is too large for a page.
    """
    runs = [embed(dossier, f"run-{k}") for k, dossier in enumerate(dossiers)]
    shared = OVERLAYS if len(dossiers) > 1 else ()
    sections = "".join(_section(*pair, shared) for pair in zip(dossiers, runs, strict=True))
    title = escape(" and ".join(dict.fromkeys(dossier.portrait.title for dossier in dossiers)))
    parts = [
        javascript(),
        _asset("network.js"),
        _asset("sketches.js"),
        script(runs, dossiers),
        _asset("page.js"),
    ]
    code = _safe("\n".join([*parts, "window.wann = WANN;"]))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{title} - wann</title><style>
{_asset("page.css")}</style></head><body><main>
<h1>{title}</h1>
<p class="quiet">Networks that do their job with one weight for all connections, whatever its value.</p>
{_summary(dossiers)}
{_overlaid(dossiers)}
<div class="runs">{sections}</div>
</main><script>(() => {{
{code}
}})();</script></body></html>
"""


@cache
def _asset(name: str) -> str:
    return (files("wann.report") / "assets" / name).read_text("utf-8")


def _safe(script: str) -> str:
    """Script text that cannot end its element, whatever names it holds."""
    return script.replace("</", "<\\/").replace("<!--", "<\\!--")


def _summary(dossiers: Sequence[Dossier]) -> str:
    """The regimes of all networks, a row each."""
    rows = []
    for dossier in dossiers:
        j, network = dossier.judgement, dossier.portrait.network
        cells = [
            escape(dossier.name),
            f"{network.n_connections}",
            f"{network.n_nodes}",
            _figure(dossier, j.search.together, std=False),
            _figure(dossier, j.random_weights),
            _number(dossier, j.shared_mean),
            _number(dossier, j.shared_mean_without_zero),
            f"{_figure(dossier, j.tuned)} <small>at {j.tuned_weight:g}</small>",
            _figure(dossier, j.tuned_weights) if j.tuned_weights else "-",
            _signed(dossier, j.signed),
        ]
        if j.ensemble is not None:
            cells.append(_number(dossier, j.ensemble))
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    heads = [
        *("", "connections", "nodes", "search's weights", "random weights", "random shared"),
        "random shared, without 0",
        *("tuned shared", "tuned weights", "tuned size, trained signs"),
        *(["vote"] if dossiers[0].judgement.ensemble is not None else []),
    ]
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    j = dossiers[0].judgement
    what = (
        f"test accuracy in %, {j.n_images:,} images"
        if j.n_images
        else f"return over {j.episodes} held-out episodes, mean ± standard deviation over episodes"
    )
    return (
        f'<div class="card"><h2>Four regimes</h2><p class="quiet">{what}</p>{_SCROLL}<table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div></div>"
    )


def _number(dossier: Dossier, value: float) -> str:
    if np.isnan(value):
        return "-"
    return f"{100 * value:.1f}" if dossier.judgement.n_images else f"{value:.1f}"


def _figure(dossier: Dossier, spread: Spread, std: bool = True) -> str:
    known = std and not np.isnan(spread.std)
    return _number(dossier, spread.mean) + (f" ± {_number(dossier, spread.std)}" if known else "")


def _signed(dossier: Dossier, signed: SignedShared | None) -> str:
    if signed is None:
        return "-"
    return f"{_figure(dossier, signed.tuned)} <small>at {signed.tuned_weight:g}</small>"


def _overlaid(dossiers: Sequence[Dossier]) -> str:
    """The curves of several runs on the same axes."""
    if len(dossiers) == 1:
        return ""
    return f'<div class="card"><h2>Side by side</h2>{_plots(overlays_as_svg(dossiers))}</div>'


def _plots(drawn: Mapping[str, str]) -> str:
    return (
        f'<div class="plots">{"".join(f"<div>{_inline_plot(text)}</div>" for text in drawn.values())}</div>'
    )


def _section(dossier: Dossier, run: dict[str, Any], shared: Collection[str]) -> str:
    """One run; `shared` are the plots that stand above, with those of the others."""
    plots = _plots(as_svg(dossier, shared))
    made = json.dumps(dict(dossier.provenance), indent=1, default=str)
    return (
        f'<section id="{run["key"]}"><h2>{escape(dossier.name)}</h2>'
        f'<p class="quiet">{escape(_story(dossier))}</p>'
        f'<div class="card live"><h3>Live</h3>{_live(dossier, run)}</div>'
        f'<div class="card drawing"><h3>Network</h3>{_SCROLL}{_drawing(dossier)}</div>'
        '<p class="told quiet" aria-live="polite">Rest on a node, or walk through them with Tab.</p></div>'
        f'<div class="card wide"><h3>Curves</h3>{plots}</div>'
        '<div class="card wide"><details><summary>Where it comes from</summary>'
        f"<pre>{escape(made)}</pre></details></div></section>"
    )


def _story(dossier: Dossier) -> str:
    rows = list(dossier.history)
    if not rows:
        return dossier.state
    generations = f"{len(rows)} generation{'s' if len(rows) > 1 else ''}"
    steps = "images" if dossier.judgement.n_images else "environment steps"
    return f"{dossier.state} after {generations}, {rows[-1].env_steps:,} {steps}, {rows[-1].seconds:.0f} s"


def _live(dossier: Dossier, run: dict[str, Any]) -> str:
    start = min(dossier.shared_weights, key=lambda weight: abs(weight - dossier.judgement.tuned_weight))
    ticks = "".join(f'<option value="{weight:g}">' for weight in dossier.shared_weights)
    key = run["key"]
    slider = (
        '<label class="slide">shared weight <input type="range" min="-3" max="3" step="0.01" '
        f'value="{start:g}" list="{key}-weights" aria-label="shared weight"> '
        '<output class="weight"></output></label>'
        f'<datalist id="{key}-weights">{ticks}</datalist>'
    )
    if run["trained"] is not None:
        slider += '<label class="trained"><input type="checkbox"> trained weights</label>'
    figures = '<p class="figures" aria-live="off"></p>'
    if "task" in run:
        episodes = "".join(f'<option value="{k}">{k}</option>' for k in range(EPISODES))
        return (
            '<canvas class="agent" width="600" height="300" role="img" aria-label="the agent"></canvas>'
            f'{figures}<div class="controls"><button type="button" class="play">Play</button>{slider}'
            f"<label>test episode <select>{episodes}</select></label></div>"
        )
    if "images" in run:
        return f'{figures}<div class="controls">{slider}</div><div class="sheet"></div>'
    return (
        '<p class="quiet">This task runs outside of a page alone; films of it: '
        "<code>wann render</code>. The network is below.</p>"
    )


def _drawing(dossier: Dossier) -> str:
    return _recoloured(to_svg(draw(dossier.portrait), inline=True), _COLOURS)


def _inline_plot(svg: str) -> str:
    """A plot of matplotlib's without what would reach out of it: its prologue, its size, its global style."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r' (width|height)="[\d.]+pt"', "", svg, count=2)
    return _recoloured(svg, _PLOT_COLOURS)


def _recoloured(svg: str, colours: dict[str, str]) -> str:
    for colour, name in colours.items():
        svg = svg.replace(colour, f"var({name})")
    return svg
