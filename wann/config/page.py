"""The page of the documentation that lists every key (docs/config.md)."""

from __future__ import annotations

from collections.abc import Iterator

from wann.config.faults import Path, dotted
from wann.config.keys import Model, all_keys, describe_keys, schema_at
from wann.config.models import Config
from wann.config.prune_models import PruneConfig

EXAMPLE = """\
task:
  env: CartPole-v1
search:
  population: 64
  generations: 128
evaluation:
  shared_weights: [-2, -1, -0.5, 0.5, 1, 2]
  episodes: 4
run:
  seed: 0
  solved_score: 495
"""

_INTRODUCTION = f"""\
# Config files

<!-- Generated from the models: python -m wann.config > docs/config.md -->

A config is one YAML file that says what to search for and how. Only `task.env`, or `task.dataset`, is
required; every other key has a default.

```yaml
{EXAMPLE}```

```
wann evolve configs/cartpole.yaml --set search.population=256 --set run.max_seconds=60
```

`--set section.key=value` changes one key of the file for this run. The right side is YAML: numbers,
`true`, `null`, lists such as `[0.5, 1]`. It can be given many times, and the last one wins. Keys inside
`task.kwargs` can be set too: `--set task.kwargs.gravity=5`. Quote it where the shell would take `[`, `{{` or
spaces for itself: `--set 'evaluation.shared_weights=[0.5, 1]'`.

Types are strict: `"64"` is text and no number, `true` is no number, and a whole number stays one (`64`, not
`64.0`). Underscores may group digits (`1_000_000`). A run folder keeps the resolved config, with every key
written out.

What several sections have in common can be written once: `<<: *name` takes over the keys of a mapping that is
marked `&name`, and what is beside it comes first. Keys that begin with `x-`, at the top or in a section, are
notes of your own.

```yaml
x-small: &small {{population: 32, generations: 50}}
search:
  <<: *small
  generations: 100
```

All faults of a file are told at once, each with its place, what was found and what was expected:

```
configs/mine.yaml:12:3: search.populatoin: unknown key; did you mean 'population'?
```
"""


_PRUNING = """
# Config files of `wann prune`

These have other sections. `task.dataset` or `task.env`, `prune.recipes`, and `prune.densities` or
`prune.connections` are required. [prune.md](prune.md) explains recipes.

```yaml
task:
  dataset: digits
model:
  hidden: [300, 100]
prune:
  recipes: [magnitude, snip, {preset: lottery, level: 0.35}]
  densities: [0.1, 0.05]
  seeds: [0, 1, 2]
```

The section `task` is that of a search.
"""


def page() -> str:
    """Return the page as Markdown."""
    pruning = (part for name, part in _sections(PruneConfig) if name != "task")
    return _INTRODUCTION + "".join(part for _, part in _sections(Config)) + _PRUNING + "".join(pruning)


def _sections(model: Model) -> Iterator[tuple[str, str]]:
    """Yield the name and the Markdown of each section."""
    rows: dict[Path, list[tuple[str, ...]]] = {}
    for path, (_, *texts) in zip(all_keys(model), describe_keys(model), strict=True):
        rows.setdefault(path[:-1], []).append((f"`{path[-1]}`", *texts))
    shown: dict[str, list[tuple[str, ...]]] = {}
    for path, lines in rows.items():
        title = dotted(tuple(part for part in path if part != 0))
        description = schema_at(path, model)["description"]
        above = next((name for name, old in shown.items() if set(lines) <= set(old)), None)
        if above is None:
            yield title, _section(title, description, lines)
        else:
            others = [row[0] for row in shown[above] if row not in lines]
            yield title, _reference(title, description, above, others)
        shown[title] = lines


def _reference(title: str, description: str, above: str, others: list[str]) -> str:
    """A section whose keys have been shown, in one that has others too."""
    return f"\n## {title}\n\n{description} The keys are those of `{above}`, without {' and '.join(others)}.\n"


def _section(title: str, description: str, rows: list[tuple[str, ...]]) -> str:
    lines = [
        f"\n## {title}\n",
        description + "\n",
        "| key | type | default | allowed | meaning |",
        "| --- | --- | --- | --- | --- |",
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
    return "\n".join(lines) + "\n"
