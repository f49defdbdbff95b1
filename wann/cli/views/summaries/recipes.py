"""wann prune --list."""

from __future__ import annotations

import json

from wann.cli.output import say
from wann.workflows.pruning.methods import Method, methods

_NAMES = 18
_PRESETS = " (where they say no more: global, at once, after training)"


def show_methods(as_json: bool) -> None:
    """Print every criterion and preset, and what else a recipe is made of."""
    found = methods()
    if as_json:
        say(json.dumps({kind: [m.to_json() for m in group] for kind, group in found.items()}, indent=1))
        return
    for kind, group in found.items():
        say(kind + (_PRESETS if kind == "presets" else _scopes(group)))
        for method in group:
            say(_line(method))
        say("")
    say(
        "Use a preset by its name, or change it: {preset: lottery, level: 0.5}.\n"
        "Recipes chain: {preset: snip, until: 0.3, then: [gradual, magnitude]}.\n"
        "More in docs/prune.md."
    )


def _scopes(criteria: list[Method]) -> str:
    """What competes where a recipe does not say: as most of these have it, and which have another."""
    scopes = [each.scope for each in criteria]
    usual = max(scopes, key=scopes.count)
    others = "".join(f"; {each.name}: {each.scope}" for each in criteria if each.scope != usual)
    return f" (scope, where a recipe names none: {usual}{others})" if usual else ""


def _line(method: Method) -> str:
    source = f" ({method.source})" if method.source.strip("-") else ""
    return f"  {method.name:<{_NAMES}} {method.line}{source}"
